"""Dataclasses ↔ JSON: what is read back is what was written, and nothing else is read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuntyard import wire
from shuntyard.errors import Problem
from shuntyard.plan import CompiledPipeline, CompiledRow, Plan, Row, Shard, Suite, Unit
from shuntyard.result import CaseResult, Hardware, RunKey, ShardResult
from shuntyard.wire import WireError
from tests.scripts import records

FEW = settings(max_examples=40, deadline=None)

KINDS = (
    Suite,
    Row,
    Shard,
    Unit,
    Plan,
    CompiledRow,
    CompiledPipeline,
    RunKey,
    Hardware,
    CaseResult,
    ShardResult,
    Problem,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    name: str
    share: float
    on: bool = False
    mode: Literal["a", "b"] = "a"
    inner: Inner = Inner()
    many: tuple[Inner, ...] = ()
    by_name: dict[str, int] = field(default_factory=dict)
    maybe: int | None = None
    anything: Any = None


GOOD: dict[str, Any] = {"name": "x", "share": 1.5}


@FEW
@given(st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(st.just(kind), records.of(kind))))
def test_every_record_of_a_plan_or_a_result_survives_the_wire(drawn: tuple[type[Any], Any]) -> None:
    kind, value = drawn
    text = json.dumps(wire.encode(value), allow_nan=False)
    assert wire.decode(kind, json.loads(text)) == value


@FEW
@given(st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(st.just(kind), records.of(kind))), st.data())
def test_an_unknown_field_anywhere_is_refused(drawn: tuple[type[Any], Any], data: st.DataObject) -> None:
    kind, value = drawn
    encoded = wire.encode(value)
    encoded[data.draw(st.text(max_size=5).filter(lambda name: name not in encoded))] = 1
    with pytest.raises(WireError, match="unknown field"):
        wire.decode(kind, encoded)


def test_fields_are_written_in_the_declared_order_and_tuples_as_lists() -> None:
    sample = Sample(name="x", share=2.0, many=(Inner(number=1),), by_name={"a": 1})
    assert list(wire.encode(sample)) == ["name", "share", "on", "mode", "inner", "many", "by_name", "maybe", "anything"]
    assert wire.encode(sample)["many"] == [{"number": 1}]


NO_JSON = (float("nan"), float("inf"), float("-inf"), 10**400, -(10**400))


@pytest.mark.parametrize("number", NO_JSON)
def test_a_metric_that_json_cannot_hold_is_left_out_and_the_rest_can_be_read(number: float) -> None:
    case = CaseResult(case="a", outcome="passed", metrics={"bad": number, "good": 1.5})
    text = json.dumps(wire.encode(case), allow_nan=False)
    assert wire.decode(CaseResult, json.loads(text)).metrics == {"good": 1.5}


@pytest.mark.parametrize("number", NO_JSON)
def test_any_other_number_that_json_cannot_hold_is_refused_by_the_writer(number: float) -> None:
    with pytest.raises(WireError, match="JSON has no number like"):
        wire.encode(Sample(name="x", share=number))
    with pytest.raises(WireError, match="JSON has no number like"):
        wire.encode([number])


def test_what_an_older_writer_left_out_takes_its_default() -> None:
    assert wire.decode(Sample, GOOD) == Sample(name="x", share=1.5)


def test_a_whole_number_may_stand_for_a_float_and_nothing_for_an_optional_value() -> None:
    sample = wire.decode(Sample, {"name": "x", "share": 2, "maybe": None})
    assert (sample.share, type(sample.share), sample.maybe) == (2.0, float, None)


BAD: dict[str, tuple[Any, str]] = {
    "a list for a record": ([], r"\$: expected an object, found \[\]"),
    "nothing for a record": (None, r"\$: expected an object, found None"),
    "a missing field": ({"name": "x"}, r"\$: field 'share' is missing"),
    "an unknown field": (GOOD | {"nam": 1}, r"\$: unknown field 'nam'; known are name, share"),
    "a number for text": (GOOD | {"name": 1}, r"\$\.name: expected of type str, found 1"),
    "text for a number": (GOOD | {"share": "1"}, r"\$\.share: expected a number, found '1'"),
    "a truth value for a number": (GOOD | {"share": True}, r"\$\.share: expected a number"),
    "a truth value for a whole number": (
        GOOD | {"inner": {"number": True}},
        r"\$\.inner\.number: expected of type int",
    ),
    "a fraction for a whole number": (GOOD | {"inner": {"number": 1.5}}, r"\$\.inner\.number: expected of type int"),
    "a number for a truth value": (GOOD | {"on": 1}, r"\$\.on: expected of type bool, found 1"),
    "another word": (GOOD | {"mode": "c"}, r"\$\.mode: expected one of \['a', 'b'\], found 'c'"),
    "text for a list": (GOOD | {"many": "ab"}, r"\$\.many: expected a list, found 'ab'"),
    "a fault in a list": (GOOD | {"many": [{}, {"number": "1"}]}, r"\$\.many\[1\]\.number: expected of type int"),
    "a list for a mapping": (GOOD | {"by_name": []}, r"\$\.by_name: expected an object"),
    "a fault in a mapping": (GOOD | {"by_name": {"a": None}}, r"\$\.by_name\.a: expected of type int, found None"),
    "a fault in either": (GOOD | {"maybe": "x"}, r"\$\.maybe: expected of type int, found 'x' or .*of type null"),
    "not a number": (GOOD | {"share": float("nan")}, r"\$\.share: expected a finite number, found nan"),
    "infinity": (GOOD | {"share": float("-inf")}, r"\$\.share: expected a finite number, found -inf"),
    "an integer beyond every float": (GOOD | {"share": 10**400}, r"\$\.share: expected a finite number"),
}


@pytest.mark.parametrize("case", BAD)
def test_anything_else_is_refused_and_told_by_its_path(case: str) -> None:
    data, message = BAD[case]
    with pytest.raises(WireError, match=message):
        wire.decode(Sample, data)


def test_a_long_value_is_not_told_whole() -> None:
    with pytest.raises(WireError) as raised:
        wire.decode(Sample, GOOD | {"on": "x" * 10_000})
    assert len(str(raised.value)) < 150


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.sampled_from(["name", "share"]), inner)
    ),
    max_leaves=6,
)


@FEW
@given(JSON | st.dictionaries(st.sampled_from([*GOOD, "inner", "many", "mode", "maybe", "by_name"]), JSON))
def test_no_json_whatever_makes_anything_but_a_record_or_a_wire_error(data: Any) -> None:
    try:
        assert isinstance(wire.decode(Sample, data), Sample)
    except WireError as error:
        assert str(error).startswith("$")
