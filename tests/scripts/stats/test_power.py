"""Planned numbers of runs against simulation, and the corners."""

from __future__ import annotations

import math

import numpy as np
import pytest

from shuntyard.stats import power
from shuntyard.stats.equivalence import claims
from shuntyard.stats.estimate import log_spread, paired, welch
from shuntyard.stats.margin import TIME
from tests.scripts.stats.samples import draw_sample

PAIRED = math.sqrt(2) * log_spread(0.05)  # the spread of a difference of two runs with a CV of 5 %


@pytest.mark.slow
@pytest.mark.parametrize(("n", "ratio", "arms"), [(5, 1.0, 1), (8, 1.0, 1), (8, 1.03, 1), (5, 1.0, 2), (10, 1.05, 2)])
def test_power_of_equivalence_agrees_with_simulation(n: int, ratio: float, arms: int) -> None:
    chance = np.random.default_rng(31)
    rounds, passed = 4000, 0
    for _ in range(rounds):
        sample = draw_sample(chance, n, ratio, paired=arms == 1)
        found = paired(sample.pairs) if arms == 1 else welch(sample.baseline, sample.candidate)
        assert found is not None
        passed += claims(found, TIME).p_equivalent <= 0.05
    expected = power.equivalence_power(n, PAIRED, TIME, alpha=0.05, effect=math.log(ratio), arms=arms)
    assert passed / rounds == pytest.approx(expected, abs=0.045)
    assert passed / rounds >= expected - 0.02


@pytest.mark.slow
def test_power_of_a_difference_agrees_with_simulation() -> None:
    chance = np.random.default_rng(37)
    rounds, passed = 2000, 0
    for _ in range(rounds):
        found = paired(draw_sample(chance, 20, 1.15).pairs)
        assert found is not None
        passed += claims(found, TIME).p_different <= 0.05
    expected = power.difference_power(20, PAIRED, TIME, alpha=0.05, effect=math.log(1.15))
    assert passed / rounds == pytest.approx(expected, abs=0.03)


def test_the_needed_number_is_the_smallest_that_has_the_power() -> None:
    n = power.needed(PAIRED, TIME, alpha=0.05, power=0.9)
    assert n is not None
    assert 6 <= n <= 10
    assert power.equivalence_power(n, PAIRED, TIME, alpha=0.05) >= 0.9
    assert power.equivalence_power(n - 1, PAIRED, TIME, alpha=0.05) < 0.9


def test_more_noise_and_stricter_levels_need_more_runs() -> None:
    plain = power.needed(PAIRED, TIME, alpha=0.05, power=0.9)
    noisy = power.needed(2 * PAIRED, TIME, alpha=0.05, power=0.9)
    strict = power.needed(PAIRED, TIME, alpha=0.05 / 24, power=0.9)
    assert plain is not None and noisy is not None and strict is not None
    assert plain < strict
    assert 2 * plain < noisy


def test_an_effect_at_the_edge_is_never_settled() -> None:
    assert power.settling(PAIRED, TIME, alpha=0.05, power=0.9, effect=TIME.log_high) is None
    assert power.settling(PAIRED, TIME, alpha=0.05, power=0.9, effect=math.log(1.0995)) is None


def test_an_effect_beyond_the_margin_is_settled_as_a_difference() -> None:
    n = power.settling(PAIRED, TIME, alpha=0.05, power=0.9, effect=math.log(1.2))
    assert n is not None
    assert power.difference_power(n, PAIRED, TIME, alpha=0.05, effect=math.log(1.2)) >= 0.9
    assert power.settling(PAIRED, TIME, alpha=0.05, power=0.9, effect=math.log(0.8)) is not None


def test_noise_beyond_reason_has_no_number() -> None:
    assert power.needed(5.0, TIME, alpha=0.05, power=0.9) is None


def test_without_spread_two_are_enough() -> None:
    assert power.needed(0.0, TIME, alpha=0.05, power=0.9) == 2
    assert power.settling(0.0, TIME, alpha=0.05, power=0.9, effect=0.2) == 2
    assert (
        power.equivalence_power(1, 0.0, TIME, alpha=0.05)
        == power.difference_power(1, 0.0, TIME, alpha=1, effect=9)
        == 0
    )
