"""What went wrong outside of any case, from the facts of one execution."""

from __future__ import annotations

from typing import Any

import pytest

from shuntyard.attempt import Attempt, error_of, last_line
from shuntyard.journal import Journal
from shuntyard.result import CaseResult, judge

PASSED = CaseResult(case="a", outcome="passed")
FAILED = CaseResult(case="a", outcome="failed")


def attempt(**facts: Any) -> Attempt:
    return Attempt(**{"kind": "shell", **facts})


def outcome(told: Attempt) -> str:
    return judge(told.judged_exit_code, told.cases, error_of(told))


@pytest.mark.parametrize(
    ("told", "error", "judged"),
    [
        (attempt(cases=(PASSED,)), "", "passed"),
        (attempt(), "", "passed"),  # a script that tests without telling us how
        (attempt(exit_code=1, cases=(FAILED,)), "", "failed"),
        (attempt(exit_code=0, cases=(FAILED,)), "", "failed"),
        (attempt(exit_code=7), "ended with exit code 7", "error"),
        (attempt(exit_code=5), "", "empty"),
        (attempt(missing=("test_x",), exit_code=127), "the repository does not have test_x", "error"),
        (attempt(could_not_start="there is no x", exit_code=127), "there is no x", "error"),
        (attempt(timed_out=True, timeout_s=90, exit_code=124), "timed out after 90 s", "error"),
        (attempt(interrupted=True, exit_code=143, signal=15), "interrupted", "error"),
        (attempt(signal=11, exit_code=139), "ended by signal 11 (Segmentation fault)", "error"),
        (attempt(problems=("x.xml is not whole XML",)), "x.xml is not whole XML", "error"),
    ],
)
def test_what_a_process_says(told: Attempt, error: str, judged: str) -> None:
    assert (error_of(told), outcome(told)) == (error, judged)


@pytest.mark.parametrize(
    ("journal", "cases", "error", "judged"),
    [
        (Journal(exit_status=0), (PASSED,), "", "passed"),
        (Journal(exit_status=5), (), "", "empty"),
        (Journal(exit_status=1), (FAILED,), "", "failed"),
        (Journal(exit_status=1), (PASSED,), "pytest ended with exit code 1", "error"),
        (Journal(), (PASSED,), "pytest stopped before it came to its end", "error"),
        (Journal(running=("b",)), (PASSED, CaseResult(case="b", outcome="crashed")), "", "failed"),
        (
            Journal(internal_error="a\nINTERNALERROR> ValueError: x", exit_status=3),
            (),
            "internal error in pytest: ValueError: x",
            "error",
        ),
        (Journal(conftest_error="ImportError: x"), (), "a conftest could not be loaded: ImportError: x", "error"),
    ],
)
def test_a_script_that_drops_pytest_s_exit_code_changes_nothing(
    journal: Journal, cases: tuple[CaseResult, ...], error: str, judged: str
) -> None:
    told = attempt(exit_code=0, journals=(journal,), cases=cases)
    assert (error_of(told), outcome(told)) == (error, judged)


def test_a_python_that_ignores_pythonpath_is_named() -> None:
    tail = 'ImportError: Error importing plugin "shuntyard_journal": No module named'
    assert "PYTHONPATH" in error_of(attempt(exit_code=1, log_tail=tail))


def test_pytest_that_says_nothing_does_not_pass() -> None:
    assert outcome(attempt(kind="pytest")) == "error"
    assert outcome(attempt(kind="command")) == "passed"


def test_a_running_case_counts_as_a_bad_one() -> None:
    assert attempt(journals=(Journal(running=("a",)),)).has_bad_cases
    assert not attempt(journals=(Journal(cases=(PASSED,)),)).has_bad_cases


def test_the_last_line_that_says_anything() -> None:
    assert last_line("one\n INTERNALERROR> two \n\n") == "INTERNALERROR> two"
    assert last_line("\n") == ""
