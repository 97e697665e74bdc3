"""Bad cases once each, and the slowest ones."""

from __future__ import annotations

from dataclasses import replace

from shuntyard.failures import failures, slowest
from shuntyard.report import Report, RowReport, Run
from shuntyard.result import CaseResult
from shuntyard.rows import sum_up
from tests.scripts.report_samples import make_cases


def report(**rows: tuple[tuple[CaseResult, ...], ...]) -> Report:
    reports = []
    for name, repetitions in rows.items():
        runs = [
            Run(unit=name, folder="", repetition=number, outcome="failed", cases=cases)
            for number, cases in enumerate(repetitions, start=1)
        ]
        reports.append(sum_up(RowReport(id=name, unit=name, config=name, arm="", outcome="empty"), runs))
    return Report(pipeline="p", verdict="failed", headline="", rows=tuple(reports))


def test_one_failure_in_two_arms_is_told_once_with_its_frequency() -> None:
    bad, good = make_cases("failed"), make_cases("passed")
    (failure,) = failures(report(shell=(bad, good), python=(bad, bad)))
    assert (failure.rows, failure.times, failure.of) == (["shell", "python"], 3, 4)


def test_another_message_is_another_failure() -> None:
    first, second = make_cases("failed", message="one\nat 0x7f"), make_cases("failed", message="two")
    same = make_cases("failed", message="one\nat 0x8a")
    assert [item.message for item in failures(report(a=(first, second, same)))] == ["one\nat 0x7f", "two"]


def test_every_kind_of_bad_case_counts_and_no_good_one() -> None:
    cases = make_cases("passed", "failed", "error", "crashed", "skipped", "xfailed", "xpassed")
    assert [item.outcome for item in failures(report(a=(cases,)))] == ["failed", "error", "crashed"]


def test_a_case_that_passed_on_its_last_attempt_is_no_failure() -> None:
    (bad,) = make_cases("failed")
    assert failures(report(a=((bad, replace(bad, attempt=2, outcome="passed")),))) == []


def test_slowest_counts_setup_and_takes_the_longest_execution() -> None:
    (case,) = make_cases("passed")
    quick, slow = replace(case, call_s=1.0), replace(case, call_s=1.0, setup_s=2.0)
    other = replace(case, case="other", call_s=2.5)
    ranked = slowest(report(a=((quick, other), (slow,)), b=((quick,),)), 2)
    assert [(item.case, item.row, item.seconds) for item in ranked] == [(case.case, "a", 3.0), ("other", "a", 2.5)]


def test_slowest_leaves_out_what_took_no_time() -> None:
    (case,) = make_cases("passed")
    assert slowest(report(a=((replace(case, call_s=0.0),),)), 5) == []
