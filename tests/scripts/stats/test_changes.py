"""Change points found where they are, and not where they are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuntyard.stats import changes as module
from shuntyard.stats.changes import Change, changes

Shape = Callable[[np.random.Generator], list[float]]


def series(chance: np.random.Generator, *stretches: tuple[int, float], cv: float = 0.05) -> list[float]:
    """Log-normal noise around 10 s times each stretch's factor."""
    return [10 * factor * float(np.exp(chance.normal(0, cv))) for length, factor in stretches for _ in range(length)]


def found_in(rounds: int, *stretches: tuple[int, float]) -> list[tuple[Change, ...]]:
    chance = np.random.default_rng(5)
    return [changes(series(chance, *stretches), seed=number) for number in range(rounds)]


def test_a_clear_shift_is_found_at_its_commit() -> None:
    (change,) = changes(series(np.random.default_rng(1), (20, 1.0), (10, 1.3), cv=0.02), seed=1)
    assert change.index == 20
    assert change.ratio == pytest.approx(1.3, abs=0.05)
    assert change.after / change.before == pytest.approx(change.ratio)
    assert change.p <= 0.01


def test_two_shifts_are_told_in_order() -> None:
    found = changes(series(np.random.default_rng(2), (20, 1.0), (20, 1.5), (20, 1.0), cv=0.03), seed=1)
    assert [change.index for change in found] == [20, 40]
    assert found[0].ratio > 1.4
    assert found[1].ratio < 0.7


def test_a_constant_series_does_not_change() -> None:
    assert changes([3.0] * 40, seed=1) == ()


@pytest.mark.parametrize("n", [0, 1, 2, 9])
def test_a_short_series_has_no_change_points(n: int) -> None:
    assert changes([1.0] * (n // 2) + [9.0] * (n - n // 2), seed=1) == ()


def test_a_dozen_points_are_enough_for_a_clear_shift() -> None:
    values = series(np.random.default_rng(3), (7, 1.0), (5, 3.0), cv=0.01)
    assert [change.index for change in changes(values, seed=1)] == [7]


def test_small_changes_are_not_told_where_they_do_not_matter() -> None:
    values = series(np.random.default_rng(4), (30, 1.0), (30, 1.02), (30, 1.5), cv=0.002)
    assert [change.index for change in changes(values, seed=1)] == [30, 60]
    (change,) = changes(values, seed=1, least_change=0.05)
    assert change.index == 60
    assert change.before == pytest.approx(10.1, abs=0.1)


def test_only_the_last_points_of_a_long_series_count() -> None:
    values = series(np.random.default_rng(6), (100, 9.0), (module.MOST - 20, 1.0), (20, 1.5), cv=0.02)
    assert [change.index for change in changes(values, seed=1)] == [len(values) - 20]


def test_the_same_seed_gives_the_same_answer() -> None:
    values = series(np.random.default_rng(7), (20, 1.0), (20, 1.06))
    assert changes(values, seed=9) == changes(values, seed=9)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.1, 100), min_size=10, max_size=30), st.floats(0.001, 1000))
def test_the_unit_of_the_values_does_not_matter(values: list[float], factor: float) -> None:
    there = changes(values, seed=1, permutations=99, alpha=0.1)
    scaled = changes([value * factor for value in values], seed=1, permutations=99, alpha=0.1)
    assert [change.index for change in there] == [change.index for change in scaled]


def test_the_strength_of_a_split_is_the_papers() -> None:
    values = np.log(series(np.random.default_rng(8), (7, 1.0), (6, 1.2)))
    best = -np.inf
    for split in range(5, 9):
        x, y = values[:split], values[split:]
        m, n = len(x), len(y)
        between = np.abs(x[:, None] - y).mean()
        within = [np.abs(part[:, None] - part).sum() / (len(part) * (len(part) - 1)) for part in (x, y)]
        best = max(best, m * n / (m + n) * (2 * between - within[0] - within[1]))
    strength, _ = module._best(values[np.newaxis], 5, False)
    assert float(strength[0]) == pytest.approx(float(best))


@pytest.mark.slow
def test_hundred_quiet_series_give_at_most_four_alarms() -> None:
    assert sum(bool(found) for found in found_in(100, (100, 1.0))) <= 4


@pytest.mark.slow
def test_a_shift_of_one_standard_deviation_is_found_80_times_of_100() -> None:
    results = found_in(100, (50, 1.0), (50, 1.05))
    assert sum(bool(found) for found in results) >= 80
    near = [min(abs(change.index - 50) for change in found) for found in results if found]
    assert np.median(near) <= 3
    assert sum(len(found) > 1 for found in results) <= 5


@pytest.mark.slow
def test_a_slowdown_that_was_mended_is_found_80_times_of_100() -> None:
    results = found_in(100, (25, 1.0), (10, 1.10), (25, 1.0))
    assert sum(any(abs(change.index - 25) <= 3 for change in found) for found in results) >= 75
    assert sum(len(found) == 2 for found in results) >= 75


@pytest.mark.slow
def test_a_late_shift_is_found_from_its_tenth_point() -> None:
    results = found_in(100, (50, 1.0), (10, 1.10))
    assert sum(any(abs(change.index - 50) <= 3 for change in found) for found in results) >= 80
