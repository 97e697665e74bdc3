"""The arms side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shuntyard.pairs import group_arms, pair_up
from shuntyard.report import Difference, Pair, RowReport, Run
from shuntyard.result import CaseResult
from shuntyard.rows import sum_up
from tests.scripts.report_samples import make_cases

SAME = make_cases("passed", "passed")


def run(repetition: int, cases: tuple[CaseResult, ...] = SAME, seconds: float = 1.0, **fields: str) -> Run:
    bare = Run(unit="u", folder="f", repetition=repetition, outcome="passed", duration_s=seconds, cases=cases)
    return replace(bare, **fields)  # type: ignore[arg-type]


def row(arm: str, *runs: Run, unit: str = "u", **values: str) -> RowReport:
    values = {"config": "smoke", **values, "arm": arm}
    return sum_up(
        RowReport(id=f"smoke.{arm}", unit=unit, config="smoke", arm=arm, values=values, outcome="empty"), runs
    )


def pair(*rows: RowReport) -> Pair:
    (one,) = pair_up(rows)
    return one


def test_equal_arms_are_the_same_with_the_median_ratio() -> None:
    shell = row("shell", run(1, seconds=2), run(2, seconds=2), run(3, seconds=4))
    python = row("python", run(1, seconds=1), run(2, seconds=3), run(3, seconds=4))
    one = pair(shell, python)
    assert (one.baseline_arm, one.candidate_arm, one.one_machine) == ("shell", "python", True)
    assert (one.same_tests, one.same_outcomes, one.n, one.ratio) == (True, True, 3, 1.0)
    assert (one.note, one.differences) == ("", ())


def test_shell_is_the_baseline_wherever_it_stands() -> None:
    one = pair(row("python", run(1, seconds=1)), row("shell", run(1, seconds=2)))
    assert (one.baseline_arm, one.ratio) == ("shell", 0.5)


def test_without_a_shell_the_first_arm_is_the_baseline_for_all_others() -> None:
    pairs = pair_up([row("a", run(1)), row("b", run(1)), row("c", run(1))])
    assert [(item.baseline_arm, item.candidate_arm) for item in pairs] == [("a", "b"), ("a", "c")]


def test_a_missing_test_and_another_outcome_are_differences() -> None:
    one = pair(
        row("shell", run(1, make_cases("passed", "passed", "passed"))),
        row("python", run(1, make_cases("passed", "failed"))),
    )
    assert (one.same_tests, one.same_outcomes) == (False, False)
    assert one.differences == (
        Difference(case="test_it.py::test_1", baseline=("passed",), candidate=("failed",)),
        Difference(case="test_it.py::test_2", baseline=("passed",), candidate=()),
    )


def test_a_test_that_comes_and_goes_in_one_arm_is_a_difference() -> None:
    one = pair(
        row("shell", run(1), run(2)),
        row("python", run(1), run(2, make_cases("passed", "failed"))),
    )
    assert (one.same_tests, one.same_outcomes) == (True, False)
    assert one.differences[0].candidate == ("passed", "failed")


def test_after_a_fallback_the_shell_is_not_compared_with_itself() -> None:
    one = pair(row("shell", run(1)), row("python", run(1, ran="shell", fallback_reason="no module")))
    assert (one.same_tests, one.same_outcomes, one.n, one.ratio) == (None, None, 0, None)
    assert one.note == "nothing was compared: python fell back"


def test_repetitions_with_a_fallback_are_left_out_and_the_note_says_so() -> None:
    one = pair(
        row("shell", run(1, seconds=2), run(2, seconds=2)),
        row("python", run(1, seconds=2), run(2, seconds=60, fallback_reason="no module")),
    )
    assert (one.n, one.ratio) == (1, 1.0)
    assert one.note == "repetitions in which python fell back were left out"


@pytest.mark.parametrize(("fault", "outcome"), [("missing", "error"), ("", "error"), ("", "empty")])
def test_repetitions_that_did_not_end_are_not_compared(fault: str, outcome: str) -> None:
    one = pair(row("shell", run(1)), row("python", run(1, fault=fault, outcome=outcome)))
    assert (one.n, one.same_tests) == (0, None)
    assert one.note == "nothing was compared: no repetition ran to its end in both arms"


def test_an_arm_without_cases_cannot_be_judged_but_timed() -> None:
    one = pair(row("shell", run(1, ())), row("python", run(1)))
    assert (one.same_tests, one.same_outcomes, one.n) == (None, None, 1)
    assert one.note == "the tests were not compared: an arm reported no cases"


def test_a_time_of_zero_gives_no_ratio() -> None:
    assert pair(row("shell", run(1, seconds=0)), row("python", run(1))).ratio is None


def test_arms_on_two_machines_are_marked() -> None:
    assert not pair(row("shell", run(1), unit="u1"), row("python", run(1), unit="u2")).one_machine


def test_only_rows_that_differ_in_nothing_but_the_arm_are_paired() -> None:
    rows = [row(arm, run(1), python=version) for version in ("3.11", "3.12") for arm in ("shell", "python")]
    assert [[item.values["python"] for item in group] for group in group_arms(rows)] == [["3.11"] * 2, ["3.12"] * 2]
    assert len(pair_up(rows)) == 2


def test_rows_without_arms_make_no_pairs() -> None:
    assert pair_up([row("", run(1)), row("", run(1))]) == ()
