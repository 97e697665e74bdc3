"""The verdicts keep what they promise, by simulation: thousands of made-up experiments whose truth is known."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from shuntyard.stats.compare import compare, decide
from shuntyard.stats.margin import MEMORY, TIME, Margin
from tests.scripts.stats.samples import draw_sample

ROUNDS = 1000
pytestmark = pytest.mark.slow


def verdicts(ratio: float, n: int, *, paired: bool, rounds: int = ROUNDS, cv: float = 0.05) -> Counter[str]:
    """How often a single comparison comes to which verdict."""
    chance = np.random.default_rng(20261122)
    found: Counter[str] = Counter()
    for _ in range(rounds):
        sample = draw_sample(chance, n, ratio, paired=paired, cv=cv)
        (comparison,) = decide([compare(sample, TIME, seed=1, resamples=2)])
        found[comparison.verdict] += 1
    return found


@pytest.mark.parametrize("paired", [True, False])
def test_equal_arms_pass_at_least_95_times_of_100(paired: bool) -> None:
    found = verdicts(1.0, 20, paired=paired)
    assert found["equivalent"] >= 0.95 * ROUNDS
    assert found["regressed"] + found["improved"] == 0


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("ratio", [1.10, 0.90])
def test_an_arm_at_the_edge_of_the_margin_passes_at_most_5_times_of_100(paired: bool, ratio: float) -> None:
    # The truth lies on the bound, so the rate is 5 % by construction; 1.96 standard errors of 1,000 rounds are 1.35 %.
    assert verdicts(ratio, 20, paired=paired)["equivalent"] <= (0.05 + 0.0135) * ROUNDS


def test_an_arm_beyond_the_margin_hardly_ever_passes() -> None:
    assert verdicts(1.12, 20, paired=True)["equivalent"] <= 0.01 * ROUNDS


@pytest.mark.parametrize("paired", [True, False])
def test_an_arm_that_is_15_percent_slower_is_mostly_called_regressed(paired: bool) -> None:
    found = verdicts(1.15, 20, paired=paired)
    assert found["regressed"] >= 0.70 * ROUNDS
    assert found["equivalent"] == 0


@pytest.mark.parametrize("paired", [True, False])
def test_an_arm_that_is_20_percent_slower_is_called_regressed(paired: bool) -> None:
    assert verdicts(1.20, 20, paired=paired)["regressed"] >= 0.99 * ROUNDS


def test_an_arm_that_is_20_percent_faster_is_called_improved() -> None:
    assert verdicts(0.80, 20, paired=True)["improved"] >= 0.99 * ROUNDS


def test_an_effect_just_within_the_margin_is_not_called_a_difference() -> None:
    found = verdicts(1.099, 20, paired=True)
    assert found["regressed"] <= (0.025 + 0.0135) * ROUNDS


def test_pairs_see_through_machines_that_differ_by_30_percent() -> None:
    chance = np.random.default_rng(7)
    passed = {True: 0, False: 0}
    for _ in range(200):
        for paired in passed:
            sample = draw_sample(chance, 20, paired=paired, machine=0.3)
            (comparison,) = decide([compare(sample, TIME, seed=1, resamples=2)])
            passed[paired] += comparison.verdict == "equivalent"
    assert passed[True] >= 190
    assert passed[False] <= 20


@pytest.mark.parametrize("ratio", [1.10, 0.90])
def test_holm_keeps_any_false_equivalent_in_a_family_below_5_percent(ratio: float) -> None:
    chance = np.random.default_rng(11)
    rounds, false = 250, 0
    for _ in range(rounds):
        family = [compare(draw_sample(chance, 20, ratio), TIME, seed=1, resamples=2) for _ in range(12)]
        false += any(each.verdict == "equivalent" for each in decide(family))
    assert false <= (0.05 + 0.027) * rounds  # 1.96 standard errors of 250 rounds


def test_without_holm_a_family_of_twelve_would_err_in_almost_every_second_round() -> None:
    chance = np.random.default_rng(11)
    rounds, false = 100, 0
    for _ in range(rounds):
        family = [compare(draw_sample(chance, 20, 1.10), TIME, seed=1, resamples=2) for _ in range(12)]
        false += any(each.p_equivalent is not None and each.p_equivalent <= 0.05 for each in family)
    assert false >= 0.3 * rounds


def test_holm_keeps_any_false_regressed_below_5_percent_in_a_mixed_family() -> None:
    # Six configurations sit on the bound, six are equal and settled early: the hardest mixture for a step-down method.
    chance = np.random.default_rng(13)
    rounds, false = 250, 0
    for _ in range(rounds):
        ratios = [1.0999] * 6 + [1.0] * 6
        family = decide([compare(draw_sample(chance, 20, ratio), TIME, seed=1, resamples=2) for ratio in ratios])
        false += any(each.verdict in ("regressed", "improved") for each in family)
    assert false <= (0.05 + 0.027) * rounds


def test_a_family_of_equal_configurations_still_passes_at_n_20() -> None:
    chance = np.random.default_rng(17)
    rounds, passed = 100, 0
    for _ in range(rounds):
        family = [
            compare(draw_sample(chance, 20), margin, seed=1, resamples=2)
            for margin in (TIME, MEMORY)
            for _ in range(12)
        ]
        passed += all(each.verdict == "equivalent" for each in decide(family))
    assert passed >= 0.95 * rounds


def test_more_runs_settle_about_as_often_as_promised() -> None:
    chance = np.random.default_rng(19)
    settled = asked = 0
    for _ in range(400):
        sample = draw_sample(chance, 5, cv=0.12)
        (first,) = decide([compare(sample, TIME, seed=1, resamples=2)])
        if first.more:
            asked += 1
            again = draw_sample(chance, first.n_a + first.more, cv=0.12)
            (second,) = decide([compare(again, TIME, seed=1, resamples=2)])
            settled += second.verdict != "inconclusive"
    assert asked >= 100
    assert settled >= 0.6 * asked  # aims at 90 %, from a spread and an effect that five pairs only hint at


def test_the_interval_covers_the_truth_90_times_of_100() -> None:
    chance = np.random.default_rng(23)
    for paired in (True, False):
        covered = boot = 0
        for _ in range(600):
            each = compare(draw_sample(chance, 20, 1.03, paired=paired), TIME, seed=3, resamples=300)
            assert each.ci_low is not None and each.ci_high is not None
            assert each.median_low is not None and each.median_high is not None
            covered += each.ci_low <= 1.03 <= each.ci_high
            boot += each.median_low <= 1.03 <= each.median_high
        assert 0.87 * 600 <= covered <= 0.93 * 600
        assert 0.85 * 600 <= boot <= 0.96 * 600


def test_a_wider_margin_is_an_argument() -> None:
    chance = np.random.default_rng(29)
    sample = draw_sample(chance, 20, 1.15)
    assert decide([compare(sample, TIME, seed=1, resamples=2)])[0].verdict != "equivalent"
    assert decide([compare(sample, Margin.within(0.30), seed=1, resamples=2)])[0].verdict == "equivalent"
