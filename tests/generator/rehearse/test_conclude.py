"""Rows and jobs into one verdict, which claims no more than they do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.rehearse.conclude import conclude
from generator.rehearse.outcome import JobVerdict, RowVerdict, Verdict


def row(verdict: Verdict, name: str = "a", *, experimental: bool = False) -> RowVerdict:
    return RowVerdict(call="ab", row=name, unit=name, config="c", arm="", verdict=verdict, experimental=experimental)


MAYBE_BAD = row("failed", "b", experimental=True)


def job(verdict: Verdict, name: str = "gate", call: str = "ab") -> JobVerdict:
    return JobVerdict(call=call, job=name, verdict=verdict)


@pytest.mark.parametrize(
    ("rows", "jobs", "verdict"),
    [
        ([row("passed")], [job("passed")], "passed"),
        ([row("passed"), row("skipped")], [job("passed")], "passed"),
        ([row("passed"), row("not exercised")], [job("passed")], "not exercised"),
        ([row("failed"), row("not exercised")], [job("passed")], "failed"),
        ([row("error")], [], "failed"),
        ([row("passed")], [job("failed")], "failed"),
        ([row("passed")], [job("error", "lint", "")], "failed"),
        ([row("passed")], [job("passed"), job("not exercised", "lint", "")], "passed"),
        ([row("passed")], [job("skipped")], "not exercised"),
        ([row("passed")], [job("passed"), job("skipped", "record")], "passed"),
        ([row("passed")], [job("skipped", "record")], "not exercised"),
        ([row("passed")], [replace(job("skipped", "record"), unasked=True)], "passed"),
        ([row("passed")], [job("passed"), job("not exercised", "record")], "not exercised"),
        ([row("passed"), MAYBE_BAD], [job("passed")], "passed"),
        ([row("failed"), MAYBE_BAD], [job("passed")], "failed"),
        ([MAYBE_BAD], [job("passed")], "not exercised"),
        ([row("passed"), MAYBE_BAD], [job("failed")], "failed"),
        ([row("skipped")], [job("passed")], "not exercised"),
        ([], [], "not exercised"),
    ],
)
def test_the_overall_verdict(rows: list[RowVerdict], jobs: list[JobVerdict], verdict: str) -> None:
    assert conclude(rows, jobs, empty="fail")[0] == verdict


def test_an_experimental_row_that_failed_is_told() -> None:
    assert conclude([row("passed"), MAYBE_BAD], [job("passed")], empty="fail")[1] == (
        "1 row passed, 1 experimental row failed"
    )


def test_an_empty_selection_passes_only_where_the_gate_accepts_it() -> None:
    assert conclude([row("skipped")], [job("passed")], empty="pass") == (
        "passed",
        "nothing was selected, which this pipeline's gate accepts",
    )
    assert conclude([row("skipped")], [job("skipped")], empty="pass")[0] == "not exercised"


def test_where_nothing_is_to_run_it_is_right_that_nothing_ran() -> None:
    why = "unlabeled only cancels"
    skipped = [job("skipped", "select"), job("skipped"), job("passed", "own", "")]
    assert conclude([row("skipped")], skipped, empty="fail", nothing=why) == (
        "passed",
        "nothing runs, and that is right: unlabeled only cancels",
    )
    assert conclude([row("skipped")], [job("passed", "select")], empty="pass", nothing=why) == (
        "failed",
        "the job select ran, and nothing was to: unlabeled only cancels",
    )
    assert conclude([], [*skipped, job("failed", "lint", "")], empty="fail", nothing=why)[0] == "failed"


@pytest.mark.parametrize(
    ("jobs", "verdict", "because"),
    [
        ([job("passed", "propose")], "passed", "1 job passed, and there are no rows"),
        ([job("passed", "propose"), job("skipped", "tell")], "passed", "1 job passed, and there are no rows"),
        ([job("skipped", "propose")], "not exercised", "no job ran"),
        ([job("passed", "a"), job("not exercised", "b")], "not exercised", "the job b did not run here"),
        ([job("failed", "propose")], "failed", "1 job failed, 0 rows passed"),
        ([job("passed", "own", "")], "not exercised", "no job ran"),
    ],
)
def test_without_rows_the_jobs_decide(jobs: list[JobVerdict], verdict: str, because: str) -> None:
    assert conclude([], jobs, empty="fail", rowless=True) == (verdict, because)


@given(
    st.lists(st.sampled_from(["passed", "failed", "error", "skipped", "not exercised"]), max_size=5),
    st.lists(st.sampled_from(["passed", "failed", "error", "skipped", "not exercised"]), max_size=4),
)
def test_a_pass_needs_a_row_that_passed_and_none_that_did_not(rows: list[Verdict], jobs: list[Verdict]) -> None:
    verdict, _ = conclude([row(each) for each in rows], [job(each) for each in jobs], empty="fail")
    if verdict == "passed":
        assert "passed" in rows and not {"failed", "error", "not exercised"} & {*rows, *jobs}
    assert verdict == "failed" or not {"failed", "error"} & {*rows, *jobs}
