"""The provider's jobs in a history: once a run, in every store, through compaction and export, into the analyses."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from generator.cli import main
from shuntyard.analyses.query import Chosen as Asked
from shuntyard.analyses.query import Scope
from shuntyard.analyses.round_trip import round_trips
from shuntyard.columns import JOBS
from shuntyard.errors import ShuntyardError
from shuntyard.hub import Hub
from shuntyard.hub.faults import StillRunningError
from shuntyard.hub.local import LocalHub
from shuntyard.store import Store, open_store
from shuntyard.store.compact import compact
from shuntyard.store.export import export
from shuntyard.store.incoming import bring_in
from shuntyard.store.jobs import Filled, fill, missing
from shuntyard.store.parquet import ParquetStore
from tests.scripts.store.samples import later, make_report, make_run

QUEUED = datetime(2026, 11, 20, 3, 10)


def job(name: str, run_id: str = "77", minutes: float = 0, **fields: Any) -> dict[str, Any]:
    """A job that waited a minute and took ten, as a local hub's file has it."""
    queued = QUEUED + timedelta(minutes=minutes)
    times = {
        "created_at": queued.isoformat(),
        "started_at": (queued + timedelta(minutes=1)).isoformat(),
        "completed_at": (queued + timedelta(minutes=11)).isoformat(),
    }
    about = {"provider": "github", "repository": "o/r", "run_id": run_id, "attempt": 1, "pipeline": "CI", "job": name}
    return {**about, "runner": "gpu linux", **times, "setup_s": None, "test_s": None, **fields}


def write_jobs(folder: Path, run_id: str = "77", attempt: int = 1) -> LocalHub:
    rows = [
        job("ab / select", run_id),
        job("ab / test docs_test", run_id, 12, setup_s=60.0, test_s=480.0),
        job("ab / report", run_id, 24),
        job("lint", run_id),
    ]
    (folder / "jobs").mkdir(parents=True, exist_ok=True)
    rows = [{**row, "attempt": attempt} for row in rows]
    (folder / f"jobs/{run_id}-{attempt}.json").write_text(json.dumps(rows))
    return LocalHub(folder)


@pytest.fixture(params=["parquet", "mysql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "mysql":
        request.getfixturevalue("database")
        return open_store("mysql")
    return open_store(str(tmp_path / "history"))


def jobs_of(store: Store) -> list[tuple[Any, ...]]:
    with store.history() as history:
        assert not history.problems
        columns = ", ".join(JOBS)
        return history.connection.execute(
            f"SELECT {columns} FROM jobs ORDER BY run_id, attempt, created_at, job"
        ).fetchall()


def quiet(_: str) -> None:
    """Tells nobody."""


def test_jobs_are_fetched_once(store: Store, tmp_path: Path) -> None:
    hub = write_jobs(tmp_path / "hub")
    store.append(make_run())
    assert [item.run.run_id for item in missing(store)] == ["77"] and missing(store)[0].units == ("docs_test",)
    assert fill(store, lambda _: hub, tell=quiet) == Filled(runs=1, jobs=3)
    found = jobs_of(store)
    assert [row[5] for row in found] == ["ab / select", "ab / test docs_test", "ab / report"]
    assert found[1] == (
        *("github", "o/r", "77", 1, "python-runner-ab", "ab / test docs_test", "gpu linux"),
        *(QUEUED + timedelta(minutes=minutes) for minutes in (12, 13, 23)),
        *(60.0, 480.0),
    )
    assert missing(store) == [] and fill(store, lambda _: hub, tell=quiet) == Filled()
    assert store.append(make_run()) == "already"


def test_they_reach_the_analyses(store: Store, tmp_path: Path) -> None:
    store.append(make_run())
    fill(store, lambda _: write_jobs(tmp_path / "hub"), tell=quiet)
    with store.history() as history:
        trips = round_trips(Asked(history.connection, Scope()))
    trip = next(trip for trip in trips if trip.source == "jobs")
    assert {leg.stage: leg.median_min for leg in trip.legs} == {
        "queue": 1.0,
        "set-up": 1.0,
        "test": 8.0,
        "after the tests": 1.0,
        "report": 12.0,
    }


def test_since_and_runs_narrow_what_is_asked_for(store: Store) -> None:
    for days in (0, 1, 2):
        store.append(make_run(later(make_report(), days)))
    assert [item.run.run_id for item in missing(store)] == ["770", "771", "772"]
    assert [item.run.run_id for item in missing(store, datetime(2026, 11, 21))] == ["771", "772"]
    assert [item.run.run_id for item in missing(store, None, ["770", "9"])] == ["770"]


class Strict(LocalHub):
    """Knows of run 77 that it still runs, and refuses to speak of 79."""

    def jobs(self, run_id: str, attempt: int) -> list[dict[str, Any]]:
        if run_id == "77":
            raise StillRunningError("run 77 has not ended")
        if run_id == "79":
            raise ShuntyardError("the rate limit is used up")
        return super().jobs(run_id, attempt)


def test_what_still_runs_is_asked_for_later_and_what_was_added_stays(store: Store, tmp_path: Path) -> None:
    write_jobs(tmp_path / "hub", "78")
    for run_id in ("77", "78", "79"):
        store.append(make_run(make_report(run_id)))
    told: list[str] = []
    with pytest.raises(ShuntyardError, match="rate limit"):
        fill(store, lambda _: Strict(tmp_path / "hub"), tell=told.append)
    assert told == ["run 77 has not ended"]
    assert {row[2] for row in jobs_of(store)} == {"78"}
    assert [item.run.run_id for item in missing(store)] == ["77", "79"]


def test_attempts_have_jobs_of_their_own(store: Store, tmp_path: Path) -> None:
    for attempt in (1, 2):
        store.append(make_run(make_report(attempt=attempt)))
        hub = write_jobs(tmp_path / "hub", attempt=attempt)
    assert fill(store, lambda _: hub, tell=quiet).runs == 2
    assert [row[3] for row in jobs_of(store)] == [1, 1, 1, 2, 2, 2]


def test_two_instances_of_a_pipeline_are_asked_for_once(store: Store, tmp_path: Path) -> None:
    for instance in ("x86", "arm"):
        store.append(make_run(make_report(instance=instance)))
    hub = write_jobs(tmp_path / "hub")
    assert fill(store, lambda _: hub, tell=quiet) == Filled(runs=1, jobs=3)
    assert missing(store) == []


def test_a_pipeline_without_a_job_of_its_own_is_told(store: Store, tmp_path: Path) -> None:
    store.append(make_run())
    store.append(make_run(make_report(pipeline="other", configs=("elsewhere",))))
    told: list[str] = []
    assert fill(store, lambda _: write_jobs(tmp_path / "hub"), tell=told.append) == Filled(runs=1, jobs=3, foreign=1)
    assert told == ["run 77: no job is of the pipeline other"]


@pytest.fixture
def local(tmp_path: Path) -> ParquetStore:
    """Three runs of two months with their jobs."""
    store = ParquetStore(open_store(str(tmp_path / "history")).folder)  # type: ignore[attr-defined]
    for days in (0, 1, -40):
        report = later(make_report(), days)
        store.append(make_run(report))
        write_jobs(tmp_path / "hub", report.run.run_id.replace("-", ""))
        if days >= 0:
            write_jobs(tmp_path / "hub", report.run.run_id)
    return store


def test_compaction_keeps_them(local: ParquetStore, tmp_path: Path) -> None:
    hub = LocalHub(tmp_path / "hub")
    assert fill(local, lambda _: hub, since=datetime(2026, 11, 1), tell=quiet).runs == 2
    before = jobs_of(local)
    done = compact(local, now=4e9, this_month="2026-12")
    assert len([path for path in done.removed if "_jobs" in path]) == 2
    assert jobs_of(local) == before and len(before) == 6
    assert fill(local, lambda _: hub, since=datetime(2026, 11, 1), tell=quiet) == Filled()
    assert missing(ParquetStore(local.folder), datetime(2026, 11, 1)) == []


def test_appending_after_a_compaction_changes_nothing(local: ParquetStore, tmp_path: Path) -> None:
    from shuntyard.jobs import by_pipeline  # noqa: PLC0415
    from shuntyard.store.jobs import tables  # noqa: PLC0415

    hub: Hub = LocalHub(tmp_path / "hub")
    (item,) = missing(local, None, ["770"])
    own = by_pipeline(hub.jobs("770", 1), {item.run.pipeline: item.units})[item.run.pipeline]
    assert [local.append(tables(item, own)) for _ in range(2)] == ["added", "already"]
    compact(local, now=4e9, this_month="2026-12")
    assert local.append(tables(item, own)) == "already"
    assert local.append(tables(item, own[:1])) == "differs"


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet", ".duckdb"])
def test_export_and_import_carry_them(local: ParquetStore, tmp_path: Path, suffix: str) -> None:
    fill(local, lambda _: LocalHub(tmp_path / "hub"), since=datetime(2026, 11, 1), tell=quiet)
    with local.history() as history:
        export(history, tmp_path / f"all{suffix}")
    copy = open_store(str(tmp_path / "copy"))
    assert bring_in(tmp_path / f"all{suffix}", copy) == {"added": 5}
    assert bring_in(tmp_path / f"all{suffix}", copy) == {"already": 5}
    assert jobs_of(copy) == jobs_of(local)


def test_a_list_of_jobs_that_was_spoiled_is_not_imported(local: ParquetStore, tmp_path: Path) -> None:
    fill(local, lambda _: LocalHub(tmp_path / "hub"), runs=["770"], tell=quiet)
    with local.history() as history:
        export(history, tmp_path / "all.jsonl")
    text = (tmp_path / "all.jsonl").read_text().replace('"job":"ab / report"', '"nothing":1')
    (tmp_path / "all.jsonl").write_text(text)
    with pytest.raises(ShuntyardError, match="a job has no name"):
        bring_in(tmp_path / "all.jsonl", open_store(str(tmp_path / "copy")))


def test_the_command(local: ParquetStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--history", str(tmp_path / "history"), "--hub", str(tmp_path / "hub")]
    assert main(["history", "jobs", "770", *where]) == 0
    assert capsys.readouterr().out == "3 jobs of 1 run added; 0 still run, 0 gone\n"
    assert main(["history", "jobs", *where, "--days", "36500"]) == 0
    assert capsys.readouterr().out == "3 jobs of 1 run added; 0 still run, 1 gone\n"
    assert main(["history", "query", "SELECT count(*) AS n FROM jobs", *where[:2]]) == 0
    assert capsys.readouterr().out.splitlines()[-1].strip() == "6"
