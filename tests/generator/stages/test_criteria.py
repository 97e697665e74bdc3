"""The next stage's criteria, on real Parquet histories."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.ladder.conditions import MEASURED, check_condition
from generator.stages.criteria import Result, judge, measure, unmeasured
from generator.stages.read import Staged
from shuntyard.errors import ShuntyardError
from shuntyard.units import QUANTITIES
from tests.generator.stages.samples import NOW, make_history, staged


def measured(at: Staged, stage: int, history: str) -> dict[str, Result]:
    found, unread = measure(at.pipeline, at.block, at.item(stage), history=history, repository="", now=NOW)
    assert not unread
    return {each.condition: each for each in found}


def test_good_nights_meet_every_criterion(tmp_path: Path) -> None:
    found = measured(staged(tmp_path), 3, make_history(tmp_path / "history", nights=12))
    assert {condition: each.met for condition, each in found.items()} == {
        "success_rate > 90%": "yes", "flaky_share < 5%": "yes", "recovery_time < 3 d": "yes",
        "time_to_signal < 4 h": "yes",
    }  # fmt: skip
    rate, signal = found["success_rate > 90%"], found["time_to_signal < 4 h"]
    assert (rate.value, rate.kind, rate.runs, rate.least, rate.days, rate.n) == (1.0, "rate", 12, 10, 14, 480)
    assert rate.low is not None and 0.9 < rate.low < 1
    assert (signal.value, signal.kind) == (3600.0, "time")
    assert found["recovery_time < 3 d"].days == 30


def test_bad_nights_do_not(tmp_path: Path) -> None:
    history = make_history(tmp_path / "history", nights=12, failing=8, minutes=300)
    found = measured(staged(tmp_path), 3, history)
    assert found["success_rate > 90%"].met == "no"
    assert found["success_rate > 90%"].value == pytest.approx(0.8)
    assert found["time_to_signal < 4 h"].met == "no"
    assert found["recovery_time < 3 d"].met == "yes"  # failed tests are no outage
    assert found["flaky_share < 5%"].met == "yes"  # what always fails does not flip


def test_an_outage_that_lasts_is_one(tmp_path: Path) -> None:
    found = measured(staged(tmp_path), 3, make_history(tmp_path / "history", nights=12, broken=True))
    outage = found["recovery_time < 3 d"]
    assert outage.met == "no"
    assert outage.value == pytest.approx(12 * 86_400)
    assert "not over" in outage.note


def test_few_nights_are_not_known(tmp_path: Path) -> None:
    found = measured(staged(tmp_path), 3, make_history(tmp_path / "history", nights=4))
    assert {each.met for each in found.values()} == {"unknown"}
    assert found["success_rate > 90%"].note == "4 of at least 10 runs"
    assert found["success_rate > 90%"].value == 1.0


def test_only_this_pipeline_s_nights_count(tmp_path: Path) -> None:
    history = make_history(tmp_path / "history", nights=12, pipeline="another")
    found = measured(staged(tmp_path), 3, history)
    assert {each.met for each in found.values()} == {"unknown"}
    assert {each.runs for each in found.values()} == {0}
    both = staged(tmp_path, ("  criteria: {days: 14, least: 10}\n", "  criteria: {days: 14}\n  history: [another]\n"))
    assert measured(both, 3, history)["success_rate > 90%"].met == "yes"


def test_what_no_history_shows_is_confirmed_by_somebody(tmp_path: Path) -> None:
    one = "cluster of their own, confirmed: false"
    at = staged(tmp_path, (one, one.replace("false", "true")))
    found = unmeasured(at.block, at.item(1))
    assert [(each.condition, each.met) for each in found] == [
        ("confirmed", "yes"), ("confirmed", "no"), ("success_rate > 90%", "unknown"),
    ]  # fmt: skip
    assert found[2].note == "not measured"
    told, _ = measure(
        at.pipeline, at.block, at.item(1), history=make_history(tmp_path / "h", nights=6), repository="", now=NOW
    )
    assert [each.met for each in told] == ["yes", "no", "yes"]


def test_a_sure_criterion_asks_the_whole_interval() -> None:
    condition = check_condition("success_rate > 90%", sure=True)
    result = Result(criterion="x", condition=condition.text, met="unknown", value=0.95, low=0.88, high=0.98, runs=9)
    assert judge(result, condition, sure=True).met == "unknown"
    assert judge(result, condition, sure=False).met == "yes"
    sure = Result(criterion="x", condition=condition.text, met="unknown", value=0.95, low=0.91, high=0.98, runs=9)
    assert judge(sure, condition, sure=True).met == "yes"


@given(st.floats(0, 1), st.integers(0, 30), st.integers(1, 30))
def test_too_few_runs_never_meet_anything(value: float, runs: int, least: int) -> None:
    condition = check_condition("success_rate > 90%")
    result = Result(criterion="x", condition=condition.text, met="unknown", value=value, runs=runs, least=least)
    found = judge(result, condition, sure=False)
    expected = "unknown" if runs < least else "yes" if value > 0.9 else "no"
    assert found.met == expected


@pytest.mark.parametrize("quantity", MEASURED)
def test_every_quantity_that_may_be_asked_for_can_be_measured(quantity: str, tmp_path: Path) -> None:
    bound = {"rate": "5%", "time": "4 h", "number": "5"}[QUANTITIES[quantity]]
    at = staged(tmp_path, ("success_rate > 90%, days: 7", f"{quantity} < {bound}, days: 7"))
    (found,) = (
        each for name, each in measured(at, 1, make_history(tmp_path / "h", nights=1)).items() if name != "confirmed"
    )
    assert found.kind == QUANTITIES[quantity]
    assert found.value is not None or found.note


def test_a_history_that_is_not_there_is_nothing_measured(tmp_path: Path) -> None:
    try:
        found = measured(staged(tmp_path), 3, str(tmp_path / "none"))
    except ShuntyardError as error:
        assert "none" in error.message
    else:
        assert {each.met for each in found.values()} == {"unknown"}
