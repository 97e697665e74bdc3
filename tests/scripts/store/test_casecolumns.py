"""Cases as columns: the fast reader agrees with the strict decoder, whatever it is given."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard import wire
from shuntyard.result import BAD_CASES, CaseResult
from shuntyard.rows import final_cases
from shuntyard.store.casecolumns import Counts, count, from_json, from_records

GOOD: dict[str, Any] = {
    "case": "a.py::test_b",
    "outcome": "passed",
    "setup_s": 0.5,
    "call_s": 1,
    "attempt": 1,
    "message": "",
    "metrics": {},
}
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)
CASES = st.builds(
    CaseResult,
    case=st.sampled_from(["a", "b", "c"]) | st.text(max_size=5),
    outcome=st.sampled_from(["passed", "failed", "error", "skipped", "xfailed", "xpassed", "crashed"]),
    setup_s=NUMBERS,
    call_s=NUMBERS,
    attempt=st.integers(1, 3),
    message=st.text(max_size=5),
    metrics=st.dictionaries(st.text(max_size=3), NUMBERS, max_size=2),
)
ODD = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.lists(st.integers(), max_size=1)
)


@given(st.lists(CASES, max_size=6))
def test_json_and_records_give_the_same_columns(cases: list[CaseResult]) -> None:
    columns = from_json(json.loads(json.dumps(wire.encode(cases))))
    assert columns == from_records(cases)
    assert len(columns) == len(cases)
    assert [json.loads(metrics or "{}") for metrics in columns.metrics] == [case.metrics for case in cases]


@given(st.lists(CASES, max_size=3), st.sampled_from([*GOOD, "new"]), ODD)
def test_it_refuses_what_the_decoder_refuses(cases: list[CaseResult], field: str, value: Any) -> None:
    items = [*wire.encode(cases), {**GOOD, field: value}]
    try:
        decoded = wire.decode(tuple[CaseResult, ...], items)
        accepted = from_records(decoded)
    except wire.WireError:
        with pytest.raises(wire.WireError):
            from_json(items)
    else:
        assert from_json(items) == accepted


@pytest.mark.parametrize("missing", ["setup_s", "call_s", "attempt", "message", "metrics"])
def test_a_field_with_a_default_may_be_absent(missing: str) -> None:
    item = {name: value for name, value in GOOD.items() if name != missing}
    assert from_json([item]) == from_records([wire.decode(CaseResult, item)])


@pytest.mark.parametrize(
    ("field", "value"),
    [("call_s", 1e999), ("setup_s", 10**400), ("attempt", 0), ("attempt", 2**31), ("metrics", {"x": 1e999})],
)
def test_numbers_that_no_column_holds_are_refused(field: str, value: object) -> None:
    with pytest.raises((wire.WireError, OverflowError)):
        from_json([{**GOOD, field: value}])


def test_the_message_names_the_place() -> None:
    with pytest.raises(wire.WireError, match=r"\$\.rows\[1\]\.cases\[1\]\.outcome"):
        from_json([GOOD, {**GOOD, "outcome": "fine"}], "$.rows[1].cases")


@given(st.lists(CASES, max_size=8))
def test_counts_judge_each_case_by_its_last_attempt(cases: list[CaseResult]) -> None:
    final = final_cases(cases)
    counts = count(from_records(cases))
    assert counts.total == len(final)
    assert counts.bad == sum(1 for case in final if case.outcome in BAD_CASES)
    assert counts.skipped == sum(1 for case in final if case.outcome == "skipped")


def test_a_case_counts_as_retried_once() -> None:
    cases = [CaseResult(case="a", outcome="failed"), CaseResult(case="a", outcome="passed", attempt=2)]
    assert count(from_records([*cases, CaseResult(case="b", outcome="passed")])) == Counts(
        total=2, bad=0, skipped=0, retried=1
    )
