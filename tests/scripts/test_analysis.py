"""From plan and evidence to one verdict."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from shuntyard import wire
from shuntyard.analysis import Occasion, analyse
from shuntyard.collect import collect
from shuntyard.plan import EXPERIMENTAL, Plan
from shuntyard.report import Job, Report
from shuntyard.result import Outcome
from tests.scripts.report_samples import (
    PIPELINE,
    make_cases,
    make_plan,
    make_result,
    write_passing,
    write_realistic,
    write_result,
)

GOOD = (Job(name="select", result="success"), Job(name="test", result="success"))


def analysed(root: Path, plan: Plan | None, jobs: tuple[Job, ...] = GOOD) -> Report:
    return analyse(plan, collect(root), Occasion(pipeline=PIPELINE, jobs=jobs))


def test_all_passed(tmp_path: Path) -> None:
    plan = make_plan(["smoke", "docs_test"])
    write_passing(tmp_path, plan, repeats=2)
    report = analysed(tmp_path, plan)
    assert (report.verdict, report.headline) == ("passed", "All 4 rows passed.")
    totals = report.totals
    assert (totals.rows, totals.runs, totals.tests, totals.failed, totals.skipped, totals.faults) == (4, 8, 12, 0, 4, 0)
    assert (totals.machine_s, totals.wall_s) == (16.0, 62.0)
    assert (report.run.repository, report.run.run_id, report.run.sha) == ("o/r", "77", "c0ffee" * 7)
    assert [pair.config for pair in report.pairs] == ["smoke", "docs_test"]


def test_a_real_night_has_every_kind_of_trouble(tmp_path: Path) -> None:
    report = analysed(tmp_path, write_realistic(tmp_path))
    assert report.verdict == "error"
    assert report.headline == "2 results missing or unusable; 3 rows failed; 19 of 24 rows passed."
    assert (report.totals.rows, report.totals.faults, report.totals.fallbacks) == (24, 2, 3)
    assert wire.decode(Report, wire.encode(report)) == report


@pytest.mark.parametrize(
    ("outcomes", "verdict", "headline"),
    [
        (["passed", "failed"], "failed", "1 row failed; 1 of 2 rows passed."),
        (["error", "failed"], "error", "1 row ended in an error; 1 row failed; 0 of 2 rows passed."),
        (["empty", "passed"], "empty", "1 row tested nothing; 1 of 2 rows passed."),
        (["empty", "failed"], "failed", "1 row failed; 1 row tested nothing; 0 of 2 rows passed."),
    ],
)
def test_the_verdict_is_the_worst_row(tmp_path: Path, outcomes: list[Outcome], verdict: str, headline: str) -> None:
    plan = make_plan(["smoke"])
    for row, outcome in zip(plan.units[0].rows, outcomes, strict=True):
        write_result(tmp_path, "smoke", replace(make_result(row, make_cases("passed")), outcome=outcome))
    report = analysed(tmp_path, plan)
    assert (report.verdict, report.headline) == (verdict, headline)


def test_an_empty_plan_says_that_nothing_was_selected(tmp_path: Path) -> None:
    report = analysed(tmp_path, Plan(pipeline=PIPELINE, units=()))
    assert (report.verdict, report.headline) == ("empty", "Nothing was selected.")


def test_a_failed_selection_is_an_error_not_an_empty_selection(tmp_path: Path) -> None:
    report = analysed(tmp_path, None, (Job(name="select", result="failure"),))
    assert report.verdict == "error"
    assert report.headline == "Nothing is known about what was selected: see select (failure)."


def test_a_broken_job_is_not_outshone_by_passing_rows(tmp_path: Path) -> None:
    plan = make_plan(["smoke"])
    write_passing(tmp_path, plan)
    report = analysed(tmp_path, plan, (Job(name="test", result="cancelled"), Job(name="lint", result="skipped")))
    assert report.verdict == "error"
    assert report.headline == "Every row passed, but not every job: test (cancelled)."


def test_a_failed_job_leaves_the_verdict_of_failed_rows(tmp_path: Path) -> None:
    plan = make_plan(["smoke"], arms=["python"])
    write_result(tmp_path, "smoke", make_result(plan.units[0].rows[0], make_cases("failed")))
    assert analysed(tmp_path, plan, (Job(name="test", result="failure"),)).verdict == "failed"


def test_results_without_a_plan_are_analysed_with_a_warning(tmp_path: Path) -> None:
    write_passing(tmp_path, make_plan(["smoke"]))
    report = analysed(tmp_path, None)
    assert (report.verdict, report.totals.rows) == ("passed", 2)
    assert report.notes == ("No plan was given, so a result that is missing altogether cannot be noticed.",)


def test_foreign_artifacts_and_mixed_commits_are_noted(tmp_path: Path) -> None:
    plan = make_plan(["smoke"])
    write_passing(tmp_path, plan)
    result = make_result(plan.units[0].rows[0], make_cases("passed"))
    write_result(tmp_path, "smoke", replace(result, key=replace(result.key, sha="0" * 40)))
    write_result(tmp_path, "smoke", result, instance="x86")
    notes = analysed(tmp_path, plan).notes
    assert "python-runner-ab-x86--smoke" in notes[0]
    assert notes[1] == f"The results come from 2 different commits: {'0' * 40}, {'c0ffee' * 7}."


def test_a_fallback_shows_in_the_headline(tmp_path: Path) -> None:
    plan = make_plan(["smoke"], arms=["python"])
    result = make_result(plan.units[0].rows[0], make_cases("passed"))
    write_result(tmp_path, "smoke", replace(result, ran="shell", fallback_reason="no module"))
    assert analysed(tmp_path, plan).headline == "The only row passed, with 1 fallback."


@pytest.mark.parametrize("started_at", ["", "yesterday", "2026-11-20T03:17:00", "9999-99-99T00:00:00Z"])
def test_a_start_that_is_no_moment_gives_no_wall_time(tmp_path: Path, started_at: str) -> None:
    plan = make_plan(["smoke"], arms=["python"])
    write_result(tmp_path, "smoke", replace(make_result(plan.units[0].rows[0]), started_at=started_at))
    assert analysed(tmp_path, plan).totals.wall_s == 0.0


def test_nothing_of_a_lost_night_passes(tmp_path: Path) -> None:
    plan = make_plan(["smoke", "docs_test"])
    write_passing(tmp_path, plan)
    for folder in tmp_path.iterdir():
        shutil.rmtree(folder)
    report = analysed(tmp_path, plan)
    assert (report.verdict, report.totals.faults) == ("error", 4)
    assert report.headline == "4 results missing or unusable; 0 of 4 rows passed."


@pytest.mark.parametrize(
    ("trial", "verdict", "headline"),
    [
        ("passed", "passed", "The only row passed. Experimental, 1 row: all passed."),
        ("failed", "passed", "The only row passed. Experimental, 1 row: did not pass: new.python."),
        ("error", "passed", "The only row passed. Experimental, 1 row: did not pass: new.python."),
    ],
)
def test_an_experimental_row_is_told_and_decides_nothing(
    tmp_path: Path, trial: Outcome, verdict: str, headline: str
) -> None:
    plan = make_plan(["old", "new"], arms=["python"])
    units = tuple(
        replace(
            unit, rows=tuple(replace(row, stage=EXPERIMENTAL if unit is plan.units[1] else "") for row in unit.rows)
        )
        for unit in plan.units
    )
    old, new = (unit.rows[0] for unit in units)
    write_result(tmp_path, plan.units[0].id, make_result(old, make_cases("passed")))
    if trial in ("passed", "failed"):
        write_result(tmp_path, plan.units[1].id, make_result(new, make_cases(trial)))
    report = analysed(tmp_path, replace(plan, units=units))
    assert (report.verdict, report.headline) == (verdict, headline)
    assert {row.id: row.stage for row in report.rows} == {"old.python": "", "new.python": EXPERIMENTAL}
    assert report.rows[1].title == "new (experimental)"


def test_a_tolerated_failure_is_shown_and_contradicts_nothing(tmp_path: Path) -> None:
    plan = make_plan(["old"], arms=["python"])
    row = plan.units[0].rows[0]
    bad = replace(make_cases("failed")[0], tolerated="quarantined until 2030-01-01 by somebody: flaky")
    result = make_result(row, (*make_cases("passed", prefix="other"), bad))
    write_result(tmp_path, plan.units[0].id, replace(result, exit_code=0, outcome="passed"))
    report = analysed(tmp_path, plan)
    assert (report.verdict, report.rows[0].outcome, report.rows[0].runs[0].fault) == ("passed", "passed", "")
    assert report.rows[0].failed == 1
    write_result(tmp_path, plan.units[0].id, replace(result, exit_code=0, outcome="passed", cases=make_cases("failed")))
    assert analysed(tmp_path, plan).rows[0].runs[0].fault == "contradictory"
