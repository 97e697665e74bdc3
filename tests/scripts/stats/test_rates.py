"""Intervals of shares and quantiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from shuntyard.stats.rates import Clusters, quantile, quantile_interval, wilson, wilson_of_clusters


@pytest.mark.parametrize(("k", "n"), [(0, 10), (1, 10), (10, 10), (3, 200), (995, 1000)])
def test_wilson_agrees_with_scipy(k: int, n: int) -> None:
    reference = binomtest(k, n).proportion_ci(0.95, method="wilson")
    assert wilson(k, n) == pytest.approx((reference.low, reference.high), abs=1e-9)


@given(st.integers(0, 500), st.integers(0, 500))
def test_wilson_encloses_the_share(k: int, more: int) -> None:
    low, high = wilson(k, k + more)
    assert 0 <= low <= high <= 1
    assert k + more == 0 or low <= k / (k + more) <= high


def clusters(parts: list[tuple[int, int]]) -> Clusters:
    return Clusters(
        clusters=len(parts),
        k=sum(k for k, _ in parts),
        n=sum(n for _, n in parts),
        kk=sum(k * k for k, _ in parts),
        kn=sum(k * n for k, n in parts),
        nn=sum(n * n for _, n in parts),
    )


def test_failures_that_come_together_make_the_interval_wider() -> None:
    spread = clusters([(99, 100)] * 20)
    together = clusters([(100, 100)] * 19 + [(80, 100)])
    assert (spread.k, spread.n) == (together.k, together.n)
    narrow, wide = wilson_of_clusters(spread), wilson_of_clusters(together)
    assert narrow == wilson(spread.k, spread.n)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_the_interval_of_clusters_covers_where_the_plain_one_does_not() -> None:
    chance = np.random.default_rng(1)
    rounds, covered, plain = 500, 0, 0
    for _ in range(rounds):
        rates = chance.beta(9.5, 0.5, 40)  # the rate of each run; 0.95 in the mean
        sums = clusters([(int(chance.binomial(100, rate)), 100) for rate in rates])
        low, high = wilson_of_clusters(sums)
        covered += low <= 0.95 <= high
        low, high = wilson(sums.k, sums.n)
        plain += low <= 0.95 <= high
    assert covered >= 0.89 * rounds  # 40 skewed clusters: a little under the nominal 95 %
    assert plain <= 0.6 * rounds


@pytest.mark.parametrize(("parts", "expected"), [([], (0.0, 1.0)), ([(5, 5)], wilson(5, 5)), ([(3, 5)], wilson(3, 5))])
def test_clusters_without_a_spread_to_measure(parts: list[tuple[int, int]], expected: tuple[float, float]) -> None:
    assert wilson_of_clusters(clusters(parts)) == expected


def test_order_statistics_enclose_the_median_95_times_of_100() -> None:
    chance = np.random.default_rng(2)
    rounds, covered = 1000, 0
    for _ in range(rounds):
        low, high = quantile_interval(chance.exponential(1.0, 25).tolist(), 0.5)
        assert low is not None and high is not None
        covered += low <= np.log(2) <= high
    assert covered >= 0.94 * rounds


def test_the_textbook_interval_of_a_median_of_20() -> None:
    values = [float(number) for number in range(1, 21)]
    assert quantile_interval(values, 0.5) == (6.0, 15.0)
    assert quantile(values, 0.5) == 10.5


def test_few_values_give_no_bound() -> None:
    assert quantile_interval([1.0, 2.0, 3.0], 0.5) == (None, None)
    assert quantile_interval([], 0.9) == (None, None)
    assert quantile_interval([float(number) for number in range(20)], 0.9)[1] is None
