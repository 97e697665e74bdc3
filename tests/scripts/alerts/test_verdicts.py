"""Conditions about verdicts."""

from __future__ import annotations

from typing import get_args

import pytest

from shuntyard.alerts.verdicts import VERDICTS, VerdictCondition, parse
from shuntyard.conditions import Condition
from shuntyard.errors import ShuntyardError
from shuntyard.stats.equivalence import Verdict


def test_knows_the_verdicts_of_the_statistics() -> None:
    assert set(VERDICTS) == set(get_args(Verdict))


@pytest.mark.parametrize(
    ("text", "quantity", "holds"),
    [
        ("verdict == regressed", "verdict", {"regressed"}),
        (" verdict==regressed ", "verdict", {"regressed"}),
        ("tests != equivalent", "tests", {"regressed", "improved", "inconclusive"}),
        ("verdict == regressed or inconclusive", "verdict", {"regressed", "inconclusive"}),
    ],
)
def test_holds(text: str, quantity: str, holds: set[str]) -> None:
    condition = parse(text)
    assert isinstance(condition, VerdictCondition) and condition.quantity == quantity
    assert {verdict for verdict in VERDICTS if condition.holds(verdict)} == holds
    assert condition.holds(None) is None


def test_everything_else_is_a_condition_about_numbers() -> None:
    assert isinstance(parse("fallback_rate > 5%"), Condition)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("verdict == bad", "no verdict 'bad'"),
        ("verdict == regressed or slower", "no verdict 'slower'"),
        ("verdict > regressed", "unknown quantity"),
        ("verdict == 3", "unknown quantity 'verdict'"),
        ("speed == regressed", "unknown quantity"),
        ("verdict == regressed" + " " * 300, "characters"),
    ],
)
def test_refuses(text: str, says: str) -> None:
    with pytest.raises(ShuntyardError, match=says):
        parse(text)
