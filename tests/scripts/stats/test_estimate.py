"""Estimates against SciPy's own t tests, and the corners."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shuntyard.stats import estimate, holm, ranks
from shuntyard.stats.equivalence import claims, verdict
from shuntyard.stats.estimate import Estimate
from shuntyard.stats.margin import TIME, Margin
from tests.scripts.stats.samples import draw_sample

VALUES = st.lists(st.floats(0.01, 1000), min_size=2, max_size=12)
P_VALUES = st.lists(st.floats(0, 1), max_size=20)


def made(mean: float, se: float, df: float = 10.0) -> Estimate:
    return Estimate(method="paired", mean=mean, se=se, df=df, spread=se * math.sqrt(df + 1))


def test_a_margin_is_taken_literally_and_must_enclose_1() -> None:
    margin = Margin.within(0.10)
    assert (margin.low, margin.high) == (0.9, 1.1)
    assert margin.log_low == pytest.approx(-0.10536, abs=1e-5)
    assert margin.log_high == pytest.approx(0.09531, abs=1e-5)
    for low, high in ((1.0, 1.1), (0.9, 1.0), (0.0, 1.1), (0.9, math.inf)):
        with pytest.raises(ValueError, match="does not enclose 1"):
            Margin(low=low, high=high)


def test_pairs_give_the_paired_t_test_on_logarithms() -> None:
    sample = draw_sample(np.random.default_rng(1), 12, 1.05)
    found = estimate.paired(sample.pairs)
    assert found is not None
    reference = stats.ttest_rel(np.log(sample.candidate), np.log(sample.baseline))
    interval = reference.confidence_interval(0.90)
    assert found.mean / found.se == pytest.approx(reference.statistic)
    assert found.interval(0.90) == pytest.approx((interval.low, interval.high))
    assert (found.df, found.method) == (11, "paired")


def test_two_samples_give_welchs_t_test_on_logarithms() -> None:
    chance = np.random.default_rng(2)
    a, b = chance.lognormal(3, 0.1, 9).tolist(), chance.lognormal(3.1, 0.4, 14).tolist()
    found = estimate.welch(a, b)
    assert found is not None
    reference = stats.ttest_ind(np.log(b), np.log(a), equal_var=False)
    interval = reference.confidence_interval(0.95)
    assert found.df == pytest.approx(reference.df)
    assert found.interval(0.95) == pytest.approx((interval.low, interval.high))


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_values_give_no_estimate(n: int) -> None:
    assert estimate.paired([(1.0, 2.0)] * n) is None
    assert estimate.welch([1.0] * n, [1.0, 2.0]) is None
    assert estimate.welch([1.0, 2.0], [1.0] * n) is None
    assert estimate.stratified([]) is None


def test_groups_count_the_same_however_often_they_ran() -> None:
    found = estimate.stratified([made(0.1, 0.03, 5), made(0.3, 0.04, 50)])
    assert found is not None
    assert found.mean == pytest.approx(0.2)
    assert found.se == pytest.approx(0.025)
    assert 5 < found.df < 55


@given(VALUES, st.floats(0.5, 2))
def test_swapping_the_arms_inverts_the_ratio(values: list[float], factor: float) -> None:
    other = [value * factor * (1 + index / 50) for index, value in enumerate(values)]
    there, back = estimate.welch(values, other), estimate.welch(other, values)
    assert there is not None and back is not None
    assert there.mean == pytest.approx(-back.mean, abs=1e-9)
    assert there.se == pytest.approx(back.se)


@given(st.floats(0.001, 2))
def test_cv_and_log_spread_are_inverse(cv: float) -> None:
    assert estimate.variation(estimate.log_spread(cv)) == pytest.approx(cv)


def test_tost_is_the_larger_of_two_one_sided_tests() -> None:
    sample = draw_sample(np.random.default_rng(3), 10, 1.04)
    found = estimate.paired(sample.pairs)
    assert found is not None
    differences = np.log(sample.candidate) - np.log(sample.baseline)
    above = stats.ttest_1samp(differences, TIME.log_low, alternative="greater").pvalue
    below = stats.ttest_1samp(differences, TIME.log_high, alternative="less").pvalue
    beyond = stats.ttest_1samp(differences, TIME.log_high, alternative="greater").pvalue
    claim = claims(found, TIME)
    assert claim.p_equivalent == pytest.approx(max(above, below))
    assert claim.p_different == pytest.approx(min(1, 2 * beyond))


def test_equivalence_and_the_90_percent_interval_say_the_same() -> None:
    chance = np.random.default_rng(4)
    for _ in range(200):
        found = made(chance.normal(0, 0.1), chance.uniform(0.001, 0.1))
        low, high = found.interval(0.90)
        inside = TIME.log_low <= low and high <= TIME.log_high
        assert inside == (claims(found, TIME).p_equivalent <= 0.05)


@given(st.floats(-1, 1), st.floats(0.0001, 1), st.floats(1, 100))
def test_equivalent_and_different_are_never_both_shown(mean: float, se: float, df: float) -> None:
    claim = claims(made(mean, se, df), TIME)
    assert claim.p_equivalent > 0.05 or claim.p_different > 0.05


@pytest.mark.parametrize(
    ("ratio", "said"), [(1.0, "equivalent"), (1.2, "regressed"), (0.8, "improved"), (1.1, "inconclusive")]
)
def test_a_ratio_without_any_spread_is_taken_to_be_known(ratio: float, said: str) -> None:
    mean = math.log(ratio)
    claim = claims(made(mean, 0.0), TIME)
    assert verdict(claim.p_equivalent, claim.p_different, mean, 0.05) == said


def test_holm_by_hand() -> None:
    assert holm.adjust([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm.adjust([]) == ()


@given(P_VALUES)
def test_holm_lies_between_nothing_and_bonferroni_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted = holm.adjust(p_values)
    for p, corrected in zip(p_values, adjusted, strict=True):
        assert p <= corrected <= min(1.0, p * len(p_values)) + 1e-12
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    assert [adjusted[index] for index in order] == sorted(adjusted)


def test_rank_tests_see_a_shift_and_stay_calm_without() -> None:
    chance = np.random.default_rng(5)
    shifted, same = draw_sample(chance, 20, 1.2), draw_sample(chance, 20, 1.0)
    assert ranks.signed_rank(shifted.pairs) < 0.001 < ranks.signed_rank(same.pairs)
    assert ranks.mann_whitney(shifted.baseline, shifted.candidate) < 0.001
    assert ranks.mann_whitney(same.baseline, same.candidate) > 0.01


def test_rank_tests_without_any_difference_or_value() -> None:
    assert ranks.signed_rank([(1.0, 1.0), (2.0, 2.0)]) == 1.0
    assert ranks.signed_rank([(1.0, 1.0), (2.0, 3.0)]) == 1.0
    assert ranks.mann_whitney([1.0, 1.0], [1.0]) == 1.0
    assert ranks.mann_whitney([], [1.0]) == 1.0
