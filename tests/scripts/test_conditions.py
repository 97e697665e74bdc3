"""Conditions: read as the document writes them, with their units, and never executed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.conditions import COMPARISONS, parse
from shuntyard.errors import ShuntyardError
from shuntyard.units import QUANTITIES, UNITS


@pytest.mark.parametrize(
    ("text", "values", "baselines", "holds"),
    [
        ("fallback_rate > 5%", {"fallback_rate": 0.06}, {}, True),
        ("fallback_rate > 5%", {"fallback_rate": 0.05}, {}, False),
        ("fallback_rate > 0.05", {"fallback_rate": 0.051}, {}, True),
        ("execution_time > baseline * 1.2", {"execution_time": 121.0}, {"execution_time": 100.0}, True),
        ("execution_time > baseline * 1.2", {"execution_time": 119.0}, {"execution_time": 100.0}, False),
        ("execution_time >= 2min", {"execution_time": 120.0}, {}, True),
        ("memory_usage < 1.5 GB", {"memory_usage": 1499.0}, {}, True),
        ("recovery_time > 3d", {"recovery_time": 3 * 86_400 + 1.0}, {}, True),
        ("execution_time / baseline > 110%", {"execution_time": 111.0}, {"execution_time": 100.0}, True),
        ("execution_time > (baseline + 10 s) * 2 - 1 s", {"execution_time": 220.0}, {"execution_time": 100.0}, True),
    ],
)
def test_holds(text: str, values: dict[str, float], baselines: dict[str, float], holds: bool) -> None:
    assert parse(text).holds(values, baselines) is holds


def test_what_is_unknown_neither_holds_nor_fails() -> None:
    assert parse("fallback_rate > 5%").holds({}, {}) is None
    assert parse("execution_time > baseline * 1.2").holds({"execution_time": 9.0}, {}) is None
    assert parse("execution_time / baseline > 1").holds({"execution_time": 9.0}, {"execution_time": 0.0}) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fallback_rate > 5 min", "compares a rate with a time"),
        ("execution_time > 5%", "compares a time with a rate"),
        ("execution_time + 5% > 3 s", "adds a time and a rate"),
        ("execution_time * baseline > 3 s", "multiplies or divides"),
        ("falback_rate > 5%", "unknown quantity 'falback_rate'"),
        ("success_rate > error_rate", "about 2 quantities"),
        ("5% > 3%", "about 0 quantities"),
        ("fallback_rate", "not understood"),
        ("fallback_rate > 5% or 1", "not understood"),
        ("__import__('os').system('x') > 1", "not understood"),
        ("fallback_rate > 5%; import os", "not understood"),
        ("fallback_rate > " + "9" * 300, "characters"),
    ],
)
def test_refuses(text: str, says: str) -> None:
    with pytest.raises(ShuntyardError, match=says):
        parse(text)


@given(st.text(max_size=60))
def test_any_text_is_a_condition_or_a_clear_error(text: str) -> None:
    try:
        condition = parse(text)
    except ShuntyardError as error:
        assert error.message
    else:
        assert condition.quantity in QUANTITIES


@given(
    st.sampled_from(sorted(name for name, kind in QUANTITIES.items() if kind == "time")),
    st.sampled_from(sorted(COMPARISONS)),
    st.integers(0, 10**6),
    st.sampled_from(sorted(unit for unit, (kind, _) in UNITS.items() if kind == "time")),
    st.floats(0, 10**9),
)
def test_units_scale(name: str, comparison: str, number: int, unit: str, measured: float) -> None:
    condition = parse(f"{name} {comparison} {number}{unit}")
    expected = COMPARISONS[comparison](measured, number * UNITS[unit][1])
    assert condition.holds({name: measured}, {}) is expected
