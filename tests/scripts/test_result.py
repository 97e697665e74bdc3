"""Results: how an exit code and the cases make an outcome."""

from __future__ import annotations

import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.result import BAD_CASES, CaseOutcome, CaseResult, Outcome, absence, judge, untested
from tests.scripts import records


def cases(*outcomes: CaseOutcome) -> tuple[CaseResult, ...]:
    return tuple(CaseResult(case=f"t::{index}", outcome=outcome) for index, outcome in enumerate(outcomes))


@pytest.mark.parametrize(
    ("exit_code", "outcomes", "error", "outcome"),
    [
        (0, ("passed", "skipped", "xfailed", "xpassed"), "", "passed"),
        (1, ("passed", "failed"), "", "failed"),
        (0, ("passed", "failed"), "", "failed"),  # a script that drops its runner's exit code stays red
        (0, ("crashed",), "", "failed"),
        (0, ("error",), "", "failed"),
        (1, ("passed",), "", "error"),  # a command that fails without a bad case is never a pass
        (2, (), "", "error"),
        (5, (), "", "empty"),  # pytest: no test was collected
        (5, ("passed",), "", "error"),
        (0, (), "", "passed"),
        (0, ("passed",), "no report", "error"),
        (0, ("failed",), "no report", "failed"),
        (-9, (), "killed", "error"),
    ],
)
def test_an_outcome_is_judged(exit_code: int, outcomes: tuple[CaseOutcome, ...], error: str, outcome: Outcome) -> None:
    assert judge(exit_code, cases(*outcomes), error) == outcome


@given(st.integers(-64, 255), st.lists(records.of(CaseResult), max_size=4).map(tuple), st.sampled_from(["", "broken"]))
def test_nothing_bad_is_ever_a_pass(exit_code: int, results: tuple[CaseResult, ...], error: str) -> None:
    outcome = judge(exit_code, results, error)
    blocking = any(case.outcome in BAD_CASES and not case.tolerated for case in results)
    assert (outcome == "passed") == (exit_code == 0 and not error and not blocking and not absence(results))
    assert outcome in typing.get_args(Outcome)


@pytest.mark.parametrize(
    ("messages", "outcome"),
    [
        (("not run: no card is here\nat x.py:3", "not run: no card is here"), "empty"),
        (("not run: no card is here", "needs CUDA"), "passed"),  # skipped as the test means it
        (("needs CUDA", "needs CUDA"), "passed"),
        (("", ""), "passed"),
    ],
)
def test_where_no_case_found_what_it_needs_nothing_was_tested(messages: tuple[str, ...], outcome: Outcome) -> None:
    skipped = tuple(CaseResult(case="t", outcome="skipped", message=message) for message in messages)
    assert judge(0, skipped) == outcome
    assert judge(5, skipped) == ("empty" if outcome == "empty" else "error")
    assert absence(skipped) == ("not run: no card is here" if outcome == "empty" else "")
    assert judge(0, (*skipped, CaseResult(case="t", outcome="passed"))) == "passed"
    assert judge(1, skipped) == "error"


def test_one_of_several_shards_may_have_no_tests_and_not_no_card() -> None:
    assert [untested("empty", "", 3), untested("empty", "no card", 3), untested("empty", "no card", 1)] == [
        "empty", "error", "empty",
    ]  # fmt: skip
    assert untested("passed", "", 3) == "passed"


def test_every_bad_outcome_is_an_outcome_of_a_case() -> None:
    assert set(typing.get_args(CaseOutcome)) > BAD_CASES == {"failed", "error", "crashed"}
