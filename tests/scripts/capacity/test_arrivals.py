"""When runs are asked for."""

from __future__ import annotations

import statistics
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shuntyard.capacity.arrivals import DAY_S, HOURS, WEEKEND, clock, pushes


def test_the_clock_strikes_every_day() -> None:
    assert clock([100, 50_000], 2) == [100.0, 50_000.0, DAY_S + 100.0, DAY_S + 50_000.0]


@given(st.integers(0, 10**6), st.floats(0, 200), st.floats(1, 10), st.floats(0, 1))
def test_the_same_seed_gives_the_same_pushes(seed: int, a_workday: float, per_change: float, labelled: float) -> None:
    def draw() -> list[tuple[float, int, bool]]:
        found = pushes(Random(seed), days=3, a_workday=a_workday, per_change=per_change, labelled=labelled)
        return [(push.at_s, push.change, push.labelled) for push in found]

    found = draw()
    assert found == draw()
    assert [at for at, _, _ in found] == sorted(at for at, _, _ in found)
    assert all(0 <= at < 3 * DAY_S for at, _, _ in found)
    assert sorted({change for _, change, _ in found}) == list(range(len({change for _, change, _ in found})))


def test_so_many_pushes_come_on_working_days_and_fewer_on_weekends() -> None:
    days = 7 * 200
    found = pushes(Random(1), days=days, a_workday=40.0)
    counts = [0] * days
    for push in found:
        counts[int(push.at_s // DAY_S)] += 1
    work = [count for day, count in enumerate(counts) if day % 7 < 5]
    rest = [count for day, count in enumerate(counts) if day % 7 >= 5]
    assert abs(statistics.fmean(work) - 40) < 0.8  # 4 standard errors: sqrt(40 / 1000) = 0.2
    assert abs(statistics.fmean(rest) - 40 * WEEKEND) < 0.5
    assert 0.85 < statistics.variance(work) / statistics.fmean(work) < 1.15  # Poisson: the variance is the mean


def test_hours_have_their_share() -> None:
    found = pushes(Random(2), days=5 * 400, a_workday=40.0)
    busiest = sum(1 for push in found if int(push.at_s % DAY_S // 3600) == HOURS.index(max(HOURS)))
    assert abs(busiest / len(found) - max(HOURS) / sum(HOURS)) < 0.005


def test_changes_get_several_pushes_and_keep_their_label() -> None:
    found = pushes(Random(3), days=200, a_workday=40.0, per_change=4.0, labelled=0.25)
    labels = {push.change: push.labelled for push in found}
    assert all(labels[push.change] == push.labelled for push in found)
    assert abs(len(found) / len(labels) - 4.0) < 0.4
    assert abs(sum(labels.values()) / len(labels) - 0.25) < 0.05
    assert not pushes(Random(3), days=30, a_workday=0.0)
