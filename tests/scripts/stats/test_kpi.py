"""Figures against their targets."""

from __future__ import annotations

import numpy as np
import pytest

from shuntyard.stats import kpi
from shuntyard.stats.compare import compare, decide
from shuntyard.stats.margin import TIME
from shuntyard.stats.rates import Clusters
from tests.scripts.stats.samples import draw_sample


def test_a_share_is_met_by_its_value_and_certain_by_its_interval() -> None:
    few, many = (
        kpi.share("fallback_rate", 0, 20, "x", kpi.FALLBACK),
        kpi.share("fallback_rate", 3, 1000, "x", kpi.FALLBACK),
    )
    assert (few.met, few.certain, few.value) == ("yes", False, 0.0)
    assert (many.met, many.certain) == ("yes", True)
    over = kpi.share("fallback_rate", 90, 1000, "x", kpi.FALLBACK)
    assert (over.met, over.certain) == ("no", True)
    assert over.low is not None and over.low > 0.02


@pytest.mark.parametrize(
    ("target", "value", "holds"),
    [
        (kpi.SUCCESS, 0.995, False), (kpi.SUCCESS, 0.9951, True), (kpi.FALLBACK, 0.02, False),
        (kpi.ERROR, 0.0009, True), (kpi.FLAKY, 0.05, False),
        (kpi.RECOVERY, 3 * 86_400, True), (kpi.RECOVERY, 3 * 86_400 + 1, False),
        (kpi.WATCHED, 1.0, None), (kpi.Target(sense="within", bound=0.1), 1.05, True),
        (kpi.Target(sense="within", bound=0.1), 0.85, False),
    ],
)  # fmt: skip
def test_targets_are_the_documents(target: kpi.Target, value: float, holds: bool | None) -> None:
    assert target.holds(value) is holds


def test_nothing_measured_is_unknown_never_met() -> None:
    assert kpi.share("error_rate", 0, 0, "executions", kpi.ERROR).met == "unknown"
    assert kpi.seconds("cycle_time", [], 0.5, "commits").value is None
    assert kpi.longest("recovery_time", [], 0, kpi.RECOVERY).met == "unknown"
    assert kpi.proportion("adoption", 0, 0, "workflows").note == "no workflows"


def test_cases_of_a_run_stand_together() -> None:
    sums = Clusters(clusters=10, k=990, n=1000, kk=98_100, kn=99_000, nn=100_000)
    assert sums.kk == 9 * 100**2 + 90**2
    found = kpi.clustered_share("success_rate", sums, "cases", kpi.SUCCESS)
    assert (found.value, found.n, found.met, found.certain) == (0.99, 1000, "no", False)


@pytest.mark.parametrize(
    ("ratio", "met", "certain"), [(1.0, "yes", True), (1.3, "no", True), (0.7, "yes", True), (1.1, "unknown", False)]
)
def test_time_follows_the_verdict(ratio: float, met: str, certain: bool) -> None:
    (comparison,) = decide([compare(draw_sample(np.random.default_rng(3), 20, ratio), TIME, seed=1, resamples=2)])
    found = kpi.ratio("execution_time", comparison, 0.10)
    assert (found.met, found.certain, found.n) == (met, certain, 20)
    assert found.value == comparison.effect
    assert found.target.text == "within ±10 % of the baseline"
    assert ("better than the baseline" in found.note) == (ratio == 0.7)


def test_an_outage_that_lasts_is_never_certain_to_be_short() -> None:
    day = 86_400.0
    over = kpi.longest("recovery_time", [(day, True), (2 * day, True)], 90, kpi.RECOVERY)
    assert (over.met, over.certain, over.value, over.note) == ("yes", True, 2 * day, "2 outages")
    lasting = kpi.longest("recovery_time", [(day, False)], 90, kpi.RECOVERY)
    assert (lasting.met, lasting.certain, lasting.note) == ("yes", False, "1 outage, 1 not over")
    assert kpi.longest("recovery_time", [(4 * day, False)], 90, kpi.RECOVERY).met == "no"
    assert kpi.longest("recovery_time", [], 90, kpi.RECOVERY).value == 0


def test_times_are_watched_with_an_interval() -> None:
    found = kpi.seconds("time_to_signal", [float(number) for number in range(1, 21)], 0.5, "runs")
    assert (found.value, found.low, found.high, found.met) == (10.5, 6.0, 15.0, "unknown")
