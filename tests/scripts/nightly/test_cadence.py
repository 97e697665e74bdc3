"""Nights, days that are due, and what a missing run means; which rows are experimental."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.errors import ShuntyardError
from shuntyard.nightly.cadence import absent, end_of, night_of, nights, read_pipelines
from shuntyard.nightly.experimental import experimental
from shuntyard.nightly.night import Pipeline

SUNDAY = date(2026, 11, 22)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(0, 23))
def test_every_moment_lies_in_one_night(moment: datetime, turn: int) -> None:
    day = night_of(moment, turn)
    assert end_of(day, turn) - timedelta(days=1) <= moment < end_of(day, turn)


@pytest.mark.parametrize(
    ("moment", "turn", "night"),
    [
        (datetime(2026, 11, 22, 2), 0, SUNDAY),
        (datetime(2026, 11, 21, 23, 59), 0, SUNDAY - timedelta(days=1)),
        (datetime(2026, 11, 21, 23, 59), 18, SUNDAY),
        (datetime(2026, 11, 22, 17, 59), 18, SUNDAY),
        (datetime(2026, 11, 22, 18), 18, SUNDAY + timedelta(days=1)),
    ],
)
def test_which_night(moment: datetime, turn: int, night: date) -> None:
    assert night_of(moment, turn) == night


def test_the_newest_night_comes_first() -> None:
    assert nights(datetime(2026, 11, 22, 9), 3, 0) == tuple(SUNDAY - timedelta(days=n) for n in range(3))


@pytest.mark.parametrize(
    ("day", "first", "expected", "state"),
    [
        (SUNDAY, None, range(7), "unseen"),
        (SUNDAY - timedelta(days=9), SUNDAY - timedelta(days=8), range(7), "unseen"),
        (SUNDAY, SUNDAY - timedelta(days=8), range(7), "pending"),
        (SUNDAY - timedelta(days=1), SUNDAY - timedelta(days=8), range(7), "missed"),
        (SUNDAY - timedelta(days=1), SUNDAY - timedelta(days=8), range(5), "off"),
        (SUNDAY - timedelta(days=2), SUNDAY - timedelta(days=8), range(5), "missed"),
    ],
)
def test_what_a_missing_run_means(day: date, first: date | None, expected: range, state: str) -> None:
    pipeline = Pipeline(name="p", role="source", expected=frozenset(expected))
    assert absent(pipeline, day, first=first, now=datetime(2026, 11, 22, 9), turn=0) == state


def test_pipelines_and_their_days() -> None:
    rbe, weekly, installed = read_pipelines(["rbe", "weekly=source", "wheels"], ["weekdays", "weekly=sun+wed"])
    assert (rbe.role, weekly.role, installed.role) == ("source", "source", "installed")
    assert (rbe.expected, weekly.expected) == (frozenset(range(5)), frozenset({2, 6}))
    assert installed.expected == rbe.expected


@pytest.mark.parametrize(
    ("names", "due", "message"),
    [
        (["one"], [], "name two or more"),
        (["one", "one=installed"], [], "name two or more"),
        (["one", "two=integration"], [], "no such role"),
        (["one", "two"], ["hourly"], "are not understood"),
        (["one", "two"], ["three=daily"], "'three' is none of the pipelines"),
    ],
)
def test_what_is_not_understood_is_said(names: list[str], due: list[str], message: str) -> None:
    with pytest.raises(ShuntyardError, match=message):
        read_pipelines(names, due)


@pytest.mark.parametrize(
    ("patterns", "values", "found"),
    [
        ([], {"rocm": "7.2.0"}, False),
        ([], {"stage": "experimental"}, True),
        (["rocm=7.2.0"], {"rocm": "7.2.0"}, True),
        (["rocm=7.2.*"], {"rocm": "7.2.1"}, True),
        (["rocm=7.2"], {"rocm": "7.2.0"}, False),
        (["rocm=7.2.0+python=3.14"], {"rocm": "7.2.0", "python": "3.13"}, False),
        (["rocm=7.2.0+python=3.14", "row=py314*"], {"rocm": "7.1.1"}, True),
        (["gpu=8"], {"rocm": "7.2.0"}, False),
    ],
)
def test_experimental_rows(patterns: list[str], values: dict[str, str], found: bool) -> None:
    assert experimental(patterns)("py314-rocm", values) is found


def test_a_pattern_without_a_value_is_refused() -> None:
    with pytest.raises(ShuntyardError, match=r"'7\.2\.0'"):
        experimental(["7.2.0"])
