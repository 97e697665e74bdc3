"""Nights from a real history: which run counts, what is missing, what experimental rows do not do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.nightly.build import Status, ask, build
from shuntyard.nightly.night import NightRun
from tests.scripts.nightly.samples import (
    INTEGRATION,
    NIGHTS,
    NOW,
    PJIT,
    RBE,
    STRANGE,
    TODAY,
    WHEEL,
    Went,
    keep,
    make,
    report,
)  # fmt: skip


def status(folder: Path, *, patterns: str = "rocm=7.2.0", days: int = 30, **options: str) -> Status:
    pipelines = options.get("pipelines", f"{RBE} {INTEGRATION}")
    asked = ask(
        pipelines=pipelines, cadence=options.get("cadence", ""), days=days, turn=0, patterns=patterns, now=NOW,
        repository=options.get("repository", ""),
    )  # fmt: skip
    return build(str(folder), asked)


def run_of(found: Status, ago: int = 0, pipeline: int = 0) -> NightRun:
    run = found.view.lines[ago].cells[pipeline].result.run
    assert run is not None
    return run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Status:
    return status(make(tmp_path_factory.mktemp("history")))


def test_each_night_is_what_it_was_made_to_be(made: Status) -> None:
    rules = {ago: line.reading.rule.id for ago, line in enumerate(made.view.lines)}
    assert {ago: rules[ago] for ago in NIGHTS} == {
        1: "installed-alone", 2: "code", 4: "source-alone", 6: "installed-alone", 7: "half-source", 9: "source-alone",
        10: "infrastructure-source", 11: "infrastructure-source", 13: "two-faults", 14: "installed-alone",
        16: "installed-alone", 18: "none", 19: "unpaired-source", 21: "clean", 22: "half-source", 24: "source-alone",
    }  # fmt: skip
    assert {rules[ago] for ago in range(28) if ago not in NIGHTS} == {"clean"}
    words = {ago: made.view.lines[ago].reading.word for ago in (1, 4, 6, 9, 14, 16, 24)}
    assert words == {
        1: "packaging error", 4: "build regression", 6: "missing dependency", 9: "API change", 14: "import failure",
        16: "unknown", 24: "test failure",
    }  # fmt: skip


def test_a_night_without_a_run_is_missed_and_before_the_first_run_nobody_knows(made: Status) -> None:
    states = [[cell.result.state for cell in line.cells] for line in made.view.lines]
    assert states[18] == ["missed", "missed"]
    assert states[7] == ["passed", "missed"]
    assert states[28] == states[29] == ["unseen", "unseen"]
    assert made.facts["pipelines"][1]["nights"]["missed"] == 3
    assert [text for _, text in made.view.points] == [
        "nightly-rbe did not run in 1 night in which it was due",
        "nightly-integration did not run in 3 nights in which it was due",
    ]


def test_totals_say_who_caught_what(made: Status) -> None:
    totals = made.view.totals
    assert totals.caught == {
        "nothing": 13, "source": 3, "installed": 4, "both": 2, "infrastructure": 2, "unpaired": 3, "none": 3,
    }  # fmt: skip
    assert {each.kind: (each.alone, each.both, each.unpaired) for each in totals.kinds["source"]} == {
        "test failure": (1, 2, 1), "build regression": (1, 0, 0), "API change": (1, 0, 0),
    }  # fmt: skip
    assert {each.kind: each.nights for each in totals.kinds["installed"]} == {
        "packaging error": 2, "missing dependency": 1, "import failure": 1, "unknown": 2,
    }  # fmt: skip


def test_rows_and_tests_are_counted_by_their_stage(made: Status) -> None:
    run = run_of(made, 2)
    assert (run.rows.passed, run.rows.failed, run.rows.experimental, run.rows.experimental_bad) == (1, 1, 1, 0)
    assert (run.tests, run.tests_failed, run.duration_s) == (8, 1, 5400.0)
    bad = run_of(made, 21)
    assert (bad.outcome, bad.rows.experimental_bad, len(bad.signs), len(bad.aside)) == ("passed", 1, 0, 1)
    absent = run_of(made, 22, 1)
    assert (absent.outcome, absent.rows.not_run, absent.rows.passed) == ("empty", 2, 0)


def test_a_job_that_an_experimental_row_explains_leaves_the_night_green(tmp_path: Path, made: Status) -> None:
    assert run_of(made, 22).note.startswith("A job ended badly; an experimental row did too")
    folder = keep(tmp_path, [report(RBE, TODAY, Went(jobs={"upload": "failure"}))])
    run = run_of(status(folder))
    assert (run.outcome, [(sign.scope, sign.name) for sign in run.signs]) == ("error", [("job", "upload")])


def test_without_patterns_every_row_counts(tmp_path: Path) -> None:
    folder = keep(tmp_path, [report(RBE, TODAY, Went(experimental=STRANGE))])
    assert run_of(status(folder, patterns="")).outcome == "failed"
    row = report(RBE, TODAY, Went(experimental=STRANGE), repository="o/staged")
    staged = replace(row, rows=(*row.rows[:2], replace(row.rows[2], values={"stage": "experimental"})))
    assert run_of(status(keep(tmp_path / "other", [staged]), patterns="")).outcome == "passed"


def test_the_newest_attempt_of_the_newest_run_counts_and_the_others_are_named(tmp_path: Path) -> None:
    runs = [
        Went(hour=1, run_id="5", bad=WHEEL), Went(hour=2, run_id="7", bad=PJIT), Went(hour=6, run_id="7", attempt=2),
    ]  # fmt: skip
    found = status(keep(tmp_path, [report(RBE, TODAY, went) for went in runs]))
    run = run_of(found)
    assert (run.run_id, run.attempt, run.outcome) == ("7", 2, "passed")
    assert run.earlier == (("7 attempt 1", "failed"), ("5 attempt 1", "error"))


def test_a_run_again_the_next_day_belongs_to_the_night_that_it_repeats(tmp_path: Path) -> None:
    day = TODAY - timedelta(days=3)
    runs = [
        report(RBE, day, Went(run_id="7", bad=PJIT)),
        report(RBE, day + timedelta(days=1), Went(run_id="7", attempt=2)),
    ]
    states = [line.cells[0].result.state for line in status(keep(tmp_path, runs)).view.lines[:4]]
    assert states == ["pending", "missed", "missed", "passed"]


def test_calls_of_one_run_are_one(tmp_path: Path) -> None:
    single = replace(report(RBE, TODAY, Went(run_id="7")), instance="single")
    multi = replace(report(RBE, TODAY, Went(run_id="7", bad=PJIT)), instance="multi")
    again = replace(report(RBE, TODAY, Went(run_id="7", attempt=2, hour=6)), instance="multi")
    run = run_of(status(keep(tmp_path / "a", [single, multi])))
    assert (run.outcome, run.rows.passed, run.rows.failed, run.earlier) == ("failed", 3, 1, ())
    rerun = run_of(status(keep(tmp_path / "b", [single, multi, again])))
    assert (rerun.outcome, rerun.rows.passed, rerun.attempt) == ("passed", 4, 2)


def test_a_rerun_of_failed_jobs_keeps_what_the_first_attempt_finished(tmp_path: Path) -> None:
    first = report(RBE, TODAY, Went(run_id="7", bad=PJIT))
    fresh = report(RBE, TODAY, Went(run_id="7", attempt=2, hour=6))
    again = replace(fresh, rows=(first.rows[0], fresh.rows[1], first.rows[2]))  # as the artifacts of both attempts lie
    run = run_of(status(keep(tmp_path, [first, again])))
    assert (run.attempt, run.outcome, run.rows.passed, run.rows.experimental) == (2, "passed", 2, 1)
    assert (run.duration_s, run.earlier) == (2 * 5400.0, (("7 attempt 1", "failed"),))


def test_a_run_without_rows_is_what_its_jobs_say(tmp_path: Path) -> None:
    folder = keep(tmp_path, [report(RBE, TODAY, Went(rows=(), jobs={"plan": "failure"}))])
    run = run_of(status(folder))
    assert (run.outcome, [(sign.scope, sign.name, sign.text) for sign in run.signs]) == (
        "error", [("job", "plan", "failure")],
    )  # fmt: skip
    folder = keep(tmp_path / "other", [report(RBE, TODAY, Went(rows=(), jobs={"test": "cancelled"}))])
    assert status(folder).view.lines[0].reading.rule.id == "infrastructure-source"


def test_two_repositories_are_never_taken_for_one(tmp_path: Path) -> None:
    folder = keep(tmp_path, [report(RBE, TODAY, repository=name) for name in ("o/one", "o/two")])
    with pytest.raises(ShuntyardError, match="o/one, o/two"):
        status(folder)
    assert run_of(status(folder, repository="o/two")).repository == "o/two"


def test_an_empty_history_is_not_called_good(tmp_path: Path) -> None:
    found = status(tmp_path)
    assert (found.view.tone, found.view.word) == ("none", "Nothing to show yet")
    assert [text for _, text in found.view.points] == [
        f"{name} has no run in this history: its name is another, or it never ran" for name in (RBE, INTEGRATION)
    ]


def test_weekend_pipelines_are_not_missed_on_other_days(tmp_path: Path) -> None:
    folder = keep(tmp_path, [report(RBE, TODAY - timedelta(days=14))])
    found = status(folder, cadence=f"{RBE}=sat+sun")
    states = [line.cells[0].result.state for line in found.view.lines[:9]]
    assert states == ["pending", "missed", "off", "off", "off", "off", "off", "missed", "missed"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder = keep(tmp_path, [report(RBE, TODAY), report(INTEGRATION, TODAY)])
    damaged = sorted(folder.rglob("*.parquet"))[0]
    damaged.write_bytes(b"PAR1 but not really")
    found = status(folder)
    assert len(found.problems) == 1
    assert found.view.points[0][1].startswith("1 file of the history cannot be read")


def test_the_same_history_gives_the_same_page(tmp_path: Path) -> None:
    folder = keep(tmp_path, [report(RBE, TODAY)])
    assert status(folder).html == status(folder).html
    assert status(folder).facts["generated_at"] == f"{datetime(2026, 11, 22, 9, 30).isoformat()}Z"


@pytest.mark.parametrize(("days", "turn"), [(0, 0), (367, 0), (1.5, 0), (30, 24), (30, -1)])
def test_numbers_out_of_range_are_refused(days: float, turn: float) -> None:
    with pytest.raises(ShuntyardError):
        ask(pipelines="a b", cadence="", days=days, turn=turn, repository="", patterns="", now=NOW)
