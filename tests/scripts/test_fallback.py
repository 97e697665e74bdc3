"""When the shell entry may take over, and above all when it must not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.attempt import Attempt
from shuntyard.cases import WORST_LAST
from shuntyard.fallback import fallback_reason
from shuntyard.journal import Journal
from shuntyard.result import BAD_CASES, CaseResult

PASSED = CaseResult(case="a", outcome="passed")


def reason(**facts: Any) -> str:
    return fallback_reason(Attempt(**{"kind": "pytest", **facts}))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"missing": ("test_x",), "exit_code": 127}, "missing module: the repository does not have test_x"),
        ({"could_not_start": "there is no python", "exit_code": 127}, "missing program: there is no python"),
        ({"exit_code": 1, "log_tail": "/usr/bin/python: No module named pytest\n"}, "missing module: pytest"),
        ({"exit_code": 1, "log_tail": "ModuleNotFoundError: No module named 'pluggy'"}, "missing module: pluggy"),
        ({"exit_code": 1, "log_tail": 'Error importing plugin "x": No'}, "missing module: pytest's plugin x"),
        ({"exit_code": 4}, "pytest could not begin (exit code 4)"),
        ({"exit_code": 139, "signal": 11}, "crash before the first case: signal 11"),
        ({"exit_code": 124, "timed_out": True}, "time-out before the first case"),
        ({"exit_code": 124, "timed_out": True, "journals": (Journal(collected=3),)}, "time-out before the first case"),
        ({"exit_code": 139, "signal": 11, "journals": (Journal(),)}, "crash before the first case: signal 11"),
        ({"exit_code": 9, "journals": (Journal(),), "cases": (PASSED,)}, "crash between the cases: exit code 9"),
        (
            {"exit_code": 3, "journals": (Journal(exit_status=3, internal_error="x\nKeyError: 1"),)},
            "internal error in pytest: KeyError: 1",
        ),
        ({"exit_code": 3, "journals": (Journal(exit_status=3),)}, "internal error in pytest (exit code 3)"),
        (
            {"exit_code": 4, "journals": (Journal(conftest_error="ImportError: y"),)},
            "pytest could not begin: ImportError: y",
        ),
        ({"exit_code": 4, "journals": (Journal(exit_status=4),)}, "pytest could not begin (exit code 4)"),
        ({"kind": "command", "could_not_start": "no x"}, "missing program: no x"),
    ],
)
def test_the_runner_is_at_fault(facts: dict[str, Any], expected: str) -> None:
    assert reason(**facts) == expected


@pytest.mark.parametrize(
    "facts",
    [
        {"journals": (Journal(exit_status=0),), "cases": (PASSED,)},
        {"exit_code": 5, "journals": (Journal(exit_status=5),)},
        {"exit_code": 1, "journals": (Journal(exit_status=1),), "cases": (PASSED,)},  # coverage was too low, say
        {"exit_code": 2, "journals": (Journal(exit_status=2),)},
        {
            "exit_code": 139,
            "signal": 11,
            "journals": (Journal(exit_status=0),),
            "cases": (PASSED,),
        },  # after the last case
        {"exit_code": 124, "timed_out": True, "journals": (Journal(),), "cases": (PASSED,)},
        {
            "exit_code": 1,
            "journals": (Journal(exit_status=1),),
            "cases": (PASSED,),
            "log_tail": "No module named pytest",
        },
        {"kind": "command", "exit_code": 1},
        {"kind": "command", "exit_code": 124, "timed_out": True},
        {"kind": "shell", "could_not_start": "no .ci/test.sh"},
        {"exit_code": 130, "interrupted": True},
    ],
)
def test_what_the_runner_found_out_stands(facts: dict[str, Any]) -> None:
    assert reason(**facts) == ""


def cases(outcomes: list[str]) -> st.SearchStrategy[tuple[CaseResult, ...]]:
    one = st.builds(CaseResult, case=st.text(max_size=3), outcome=st.sampled_from(outcomes))
    return st.lists(one, max_size=3).map(tuple)


TEXTS = st.sampled_from(["", "No module named pytest", 'Error importing plugin "x"', "KeyError: 1"])
STATUSES = st.none() | st.integers(0, 6)
JOURNALS = st.builds(
    Journal,
    cases=cases(list(WORST_LAST)),
    running=st.lists(st.text(max_size=3), max_size=1).map(tuple),
    collected=st.none() | st.integers(0, 3),
    conftest_error=TEXTS,
    internal_error=TEXTS,
    exit_status=STATUSES,
)
ATTEMPTS = st.builds(
    Attempt,
    kind=st.sampled_from(["pytest", "command", "shell"]),
    missing=st.lists(st.just("test_x"), max_size=1).map(tuple),
    could_not_start=TEXTS,
    exit_code=st.integers(0, 255),
    signal=st.integers(0, 15),
    timed_out=st.booleans(),
    interrupted=st.booleans(),
    cases=cases(list(WORST_LAST)),
    journals=st.lists(JOURNALS, max_size=2).map(tuple),
    problems=st.just(()),
    log_tail=TEXTS,
)


@given(ATTEMPTS)
def test_no_bad_case_is_ever_hidden_by_a_fallback(attempt: Attempt) -> None:
    told = [*attempt.cases, *(case for each in attempt.journals for case in each.cases)]
    if any(case.outcome in BAD_CASES for case in told) or any(each.running for each in attempt.journals):
        assert fallback_reason(attempt) == ""


@given(ATTEMPTS, st.sampled_from(sorted(BAD_CASES)))
def test_one_bad_case_is_enough(attempt: Attempt, outcome: Any) -> None:
    bad = CaseResult(case="bad", outcome=outcome)
    assert fallback_reason(attempt._replace(cases=(*attempt.cases, bad))) == ""


@given(ATTEMPTS)
def test_a_reason_is_one_readable_line(attempt: Attempt) -> None:
    text = fallback_reason(attempt)
    assert len(text.splitlines()) <= 1
    assert len(text) < 300
