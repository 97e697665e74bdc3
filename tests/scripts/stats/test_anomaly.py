"""A run against its own history."""

from __future__ import annotations

import numpy as np
import pytest

from shuntyard.stats.anomaly import ENOUGH, WINDOW, judge

STEADY = np.exp(np.random.default_rng(1).normal(3, 0.05, 40)).tolist()


def test_a_usual_run_is_normal() -> None:
    found = judge(STEADY, STEADY[7])
    assert (found.status, found.n) == ("normal", 40)
    assert found.z is not None and abs(found.z) < 3.5


@pytest.mark.parametrize(("factor", "status"), [(1.4, "high"), (0.6, "low")])
def test_an_odd_run_is_told_with_its_ratio(factor: float, status: str) -> None:
    middle = float(np.median(STEADY))
    found = judge(STEADY, middle * factor)
    assert found.status == status
    assert found.ratio == pytest.approx(factor, abs=0.01)


def test_the_score_is_iglewicz_and_hoaglins() -> None:
    logs = np.log(STEADY)
    mad = np.median(np.abs(logs - np.median(logs)))
    assert judge(STEADY, 30.0).z == pytest.approx(0.6745 * (np.log(30.0) - np.median(logs)) / mad)


def test_odd_runs_in_the_history_do_not_hide_the_next_one() -> None:
    assert judge([*STEADY, 500.0, 900.0, 700.0], 60.0).status == "high"


def test_a_short_history_says_that_it_is_short() -> None:
    found = judge(STEADY[: ENOUGH - 1], 1e6)
    assert (found.status, found.z, found.median) == ("history too short", None, None)
    assert found.note == "9 of the 10 runs that a judgement takes"


def test_only_the_last_runs_count() -> None:
    assert judge([1000.0] * 500 + STEADY + STEADY[:10], 1000.0).status == "high"
    assert judge([1000.0] * 500 + STEADY + STEADY[:10], 20.0).n == WINDOW


def test_a_history_that_is_mostly_one_value_uses_the_mean_deviation() -> None:
    found = judge([100.0] * 15 + [101.0, 99.0, 102.0], 130.0)
    assert found.status == "high"
    assert found.z is not None


@pytest.mark.parametrize(("value", "status"), [(100.0, "normal"), (100.5, "normal"), (103.0, "high"), (90.0, "low")])
def test_a_constant_history_measures_by_rounding(value: float, status: str) -> None:
    found = judge([100.0] * 12, value)
    assert (found.status, found.z, found.note) == (status, None, "every run before was the same")
