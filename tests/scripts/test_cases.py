"""What every reader of results does with a case."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.cases import CASE_LIMIT, HIGHEST_S, WORST_LAST, bound, case_id, merge, metric, seconds
from shuntyard.result import BAD_CASES, CaseResult

CASES = st.builds(
    CaseResult,
    case=st.sampled_from("abc"),
    outcome=st.sampled_from(WORST_LAST),
    setup_s=st.floats(0, 100),
    call_s=st.floats(0, 100),
    attempt=st.integers(1, 3),
    message=st.text(max_size=10),
)


@given(text=st.text(st.characters(exclude_categories=[])), limit=st.integers(20, 60))
def test_a_bounded_text_is_short_and_can_be_written(text: str, limit: int) -> None:
    shown = bound(text, limit)
    assert len(shown) <= limit
    assert shown.encode("utf-8").decode("utf-8") == shown


def test_a_bounded_text_keeps_both_ends() -> None:
    shown = bound("head" + "x" * 1000 + "tail", 50)
    assert shown.startswith("head")
    assert shown.endswith("tail")
    assert "[...]" in shown


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5", 1.5),
        ("1,234.5", 1234.5),
        (2, 2.0),
        ("", 0),
        (None, 0),
        ("-1", 0),
        ("nan", 0),
        ("inf", 0),
        ("1e999", 0),
        ("1e10", 0),
    ],
)
def test_seconds(text: object, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("12.5", 12.5), ("-1", -1.0), ("nan", None), ("-inf", None), ("fast", None)]
)
def test_metric(text: object, value: float | None) -> None:
    assert metric(text) == value


@given(st.lists(CASES))
def test_merging_keeps_each_case_once_and_never_hides_a_failure(cases: list[CaseResult]) -> None:
    merged = merge(cases)
    assert [case.case for case in merged] == list(dict.fromkeys(case.case for case in cases))
    for case in merged:
        told = [one for one in cases if one.case == case.case]
        assert (case.outcome in BAD_CASES) == any(one.outcome in BAD_CASES for one in told)
        assert math.isclose(case.call_s, sum(one.call_s for one in told), abs_tol=1e-9)


def test_merging_keeps_the_message_of_the_worst() -> None:
    one = CaseResult(case="a", outcome="failed", message="why", metrics={"x": 1.0})
    other = CaseResult(case="a", outcome="passed", message="fine", metrics={"y": 2.0})
    (case,) = merge([one, other])
    assert (case.outcome, case.message, case.metrics) == ("failed", "why", {"x": 1.0, "y": 2.0})


@given(st.text(st.characters(exclude_categories=[]), max_size=3000))
def test_an_id_is_short_and_can_be_written(text: str) -> None:
    name = case_id(text)
    assert len(name) <= CASE_LIMIT
    assert name.encode("utf-8").decode("utf-8") == name
    assert name.startswith(text.encode("utf-8", "replace").decode()[: CASE_LIMIT - 17])


def test_two_long_ids_stay_two_wherever_they_differ() -> None:
    long = "n" * 60_000
    assert (
        len({case_id(text) for text in (f"a{long}", f"b{long}", f"{long}a", f"{long}a{long}", f"{long}b{long}")}) == 5
    )
    assert case_id(long) == case_id(long)


def test_times_that_add_up_stay_within_what_a_result_may_hold() -> None:
    (case,) = merge([CaseResult(case="a", outcome="passed", setup_s=9e8, call_s=9e8)] * 3)
    assert (case.setup_s, case.call_s) == (HIGHEST_S, HIGHEST_S)
