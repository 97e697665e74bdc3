"""Times of day: even, off the hour, fixed for a name, and other ones for other names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import cron as crons
from shuntyard.capacity.cadence import cron, seconds, start_times


@given(st.text(max_size=20), st.integers(1, 24))
def test_starts_are_spread_and_never_on_the_hour(name: str, a_day: int) -> None:
    times = start_times(name, a_day)
    assert times == start_times(name, a_day)
    assert len(set(times)) == a_day
    assert list(times) == sorted(times)
    hours = [hour for hour, _ in times]
    assert all(0 <= hour <= 23 for hour in hours)
    assert {minute for _, minute in times} <= set(range(17, 54))
    gaps = [(b - a) % 24 or 24 for a, b in zip(hours, [*hours[1:], hours[0]], strict=True)]
    assert max(gaps) - min(gaps) <= 1
    assert a_day > 1 or 1 <= hours[0] <= 5


@given(st.text(max_size=20), st.integers(1, 24))
def test_the_cron_is_one_that_github_takes_and_means_these_times(name: str, a_day: int) -> None:
    times = start_times(name, a_day)
    text = crons.checked(cron(times))
    minute, hour, *rest = text.split(" ")
    meant = {(h, m) for h in crons.FIELDS[1].values(hour) for m in crons.FIELDS[0].values(minute)}
    assert meant == set(times)
    assert rest == ["*", "*", "*"]


def test_pipelines_start_at_different_minutes() -> None:
    names = [f"pipeline-{number}" for number in range(40)]
    assert len({start_times(name, 4) for name in names}) > 25


def test_known_times_stay() -> None:
    assert cron(start_times("torch-spyre", 1)) == "45 3 * * *"
    assert cron(start_times("torch-spyre", 4)) == "45 5,11,17,23 * * *"
    assert seconds(start_times("torch-spyre", 1)) == (3 * 3600 + 45 * 60,)
    assert (start_times("torch-spyre", 0), cron(())) == ((), "")


@pytest.mark.parametrize("a_day", [-1, 25])
def test_more_than_a_run_an_hour_is_refused(a_day: int) -> None:
    with pytest.raises(ValueError, match="runs a day"):
        start_times("x", a_day)
