"""Stores that are down: a few tries, what to do later, and no store that waits for another."""

from __future__ import annotations

import json
import shlex
from datetime import datetime, timezone
from pathlib import Path

import pytest

from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.store import Appended, StoreDownError, open_store
from shuntyard.store.append import Receipt, append, deliver, later, worst
from shuntyard.store.parquet import ParquetStore
from shuntyard.store.tables import RunTables
from tests.scripts.store.samples import make_report, make_run

NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)


class Flaky(ParquetStore):
    """A store that is down for the first calls."""

    failures = 0
    refuses = False

    def append(self, run: RunTables) -> Appended:
        if self.refuses:
            raise ShuntyardError("it refuses", hint="ask somebody")
        if self.failures:
            self.failures -= 1
            raise StoreDownError("it is away")
        return super().append(run)


@pytest.fixture
def store(tmp_path: Path) -> Flaky:
    opened = open_store(str(tmp_path / "history"))
    assert isinstance(opened, ParquetStore)
    return Flaky(opened.folder)


RUNS = [make_run(make_report(str(number))) for number in range(3)]


def test_a_store_that_comes_back_gets_everything(store: Flaky) -> None:
    store.failures = 4
    pauses: list[float] = []
    told: list[str] = []
    receipts = append(RUNS, store, tries=5, pause=pauses.append, tell=told.append)
    assert [receipt.result for receipt in receipts] == ["added"] * 3
    assert pauses == [1.0, 2.0, 4.0, 8.0]
    assert told[0] == "it is away; another try in 1 s"


def test_pauses_grow_to_half_a_minute_and_end(store: Flaky) -> None:
    store.failures = 10**9
    pauses: list[float] = []
    receipts = append(RUNS, store, tries=8, pause=pauses.append, tell=lambda _: None)
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    assert [(receipt.result, receipt.told) for receipt in receipts] == [("pending", "it is away")] * 3
    assert [receipt.run for receipt in receipts] == [run.id.stem for run in RUNS]


def test_a_store_that_refuses_is_not_asked_again(store: Flaky) -> None:
    store.refuses = True
    pauses: list[float] = []
    receipts = append(RUNS, store, tries=8, pause=pauses.append)
    assert pauses == [] and {receipt.told for receipt in receipts} == {"it refuses (ask somebody)"}


def test_one_store_does_not_wait_for_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOSTNAME", "USERNAME", "PASSWORD", "NAME"):
        monkeypatch.delenv(f"SHUNTYARD_DB_{name}", raising=False)
        monkeypatch.delenv(f"ROCM_JAX_DB_{name}", raising=False)
    report = tmp_path / "report.json"
    report.write_text(json.dumps(wire.encode(make_report())))
    (tmp_path / "file").write_text("")
    places = [str(tmp_path / "file"), "mysql", str(tmp_path / "history"), str(tmp_path / "history")]
    receipts = deliver([report], places, now=NOW, tries=2, pause=lambda _: None, tell=lambda _: None)
    assert [(receipt.where, receipt.result) for receipt in receipts] == [
        (places[0], "pending"),
        ("mysql", "pending"),
        (places[2], "added"),
    ]
    assert "SHUNTYARD_DB_HOSTNAME" in receipts[1].told


def test_nothing_is_appended_when_a_path_cannot_be_read(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text(json.dumps(wire.encode(make_report())))
    with pytest.raises(ShuntyardError, match="cannot be read"):
        deliver([report, tmp_path / "gone"], [str(tmp_path / "h")], now=NOW, tries=1, pause=lambda _: None)
    assert not (tmp_path / "h").exists()


def test_the_worst_result_counts() -> None:
    def receipts(*results: str) -> list[Receipt]:
        return [Receipt(where="x", run="r", result=result) for result in results]  # type: ignore[arg-type]

    assert worst([]) == "already"
    assert worst(receipts("already", "added")) == "added"
    assert worst(receipts("added", "differs", "already")) == "differs"
    assert worst(receipts("differs", "pending")) == "pending"


def test_the_command_for_later_survives_a_shell() -> None:
    command = later(["my report"], ["/var/$HOME/h", "mysql", "mysql"], {})
    assert shlex.split(command) == [
        *("shuntyard", "history", "append", "my report"),
        *("--history", "/var/$HOME/h", "--history", "mysql"),
    ]


def test_in_a_job_it_fetches_the_artifact_first() -> None:
    env = {"GITHUB_RUN_ID": "77", "GITHUB_REPOSITORY": "o/r"}
    assert later(["results"], ["s3://b/h"], env, "ab-report") == (
        "gh run download 77 --repo o/r --name ab-report --dir ab-report"
        " && shuntyard history append ab-report --history s3://b/h"
    )
    assert later(["results"], ["s3://b/h"], env) == "shuntyard history append results --history s3://b/h"
