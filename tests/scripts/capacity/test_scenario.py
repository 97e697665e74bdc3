"""A stage's numbers → a month's figures, and what would mend a stage that is too small."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.capacity.figures import Figures, quantile
from shuntyard.capacity.remedies import Remedy, cards_enough, least, remedies
from shuntyard.capacity.scenario import PULL_REQUEST, SCHEDULED, Scenario, Setup, card_hours_a_run, forecast
from shuntyard.capacity.simulate import Failures
from tests.scripts.capacity.samples import small, stage_4

FIXED = Setup(low_s=600.0, usual_s=600.0, high_s=600.0)


def exact(**changes: object) -> Scenario:
    """Without chance: every set-up takes 10 min and tests take what they should."""
    return replace(small(setup=FIXED, noise=0.0), **changes)  # type: ignore[arg-type]


def of(figures: Figures, kind: str) -> tuple[float | None, float | None]:
    return next((each.median_s, each.p90_s) for each in figures.signals if each.kind == kind)


def test_a_nightly_without_chance_is_arithmetic() -> None:
    scenario = exact()  # 36,000 s of tests on 10 shards: 3,600 s each, and 600 s of set-up
    figures = forecast(scenario, days=10)
    assert of(figures, SCHEDULED) == (4200.0, 4200.0)
    assert (figures.scheduled, figures.missed, figures.keeps, figures.most_busy) == (10, 0, True, 10)
    assert figures.card_hours_a_day == pytest.approx(10 * 4200 / 3600)
    assert card_hours_a_run(scenario, scenario.packing()) == pytest.approx(figures.card_hours_a_day)
    assert figures.utilisation == pytest.approx(4200 / 86_400)


def test_fewer_cards_than_shards_make_rounds() -> None:
    figures = forecast(exact(cards=5), days=3)
    assert of(figures, SCHEDULED) == (8400.0, 8400.0)


def test_a_run_that_lasts_longer_than_its_interval_misses_its_cadence() -> None:
    figures = forecast(exact(a_day=24, cards=10), days=2)  # 70 min each hour
    assert figures.scheduled == 48
    assert figures.missed == 48
    assert not figures.keeps
    assert figures.utilisation == pytest.approx(1.0, abs=0.03)


def test_a_time_to_signal_that_is_too_long_is_late() -> None:
    assert forecast(exact(signal_s=4200.0), days=2).late == ()
    assert forecast(exact(signal_s=4199.0), days=2).late == (SCHEDULED,)


def test_pull_requests_run_all_none_or_those_labelled() -> None:
    def runs(pushes: str) -> int:
        figures = forecast(exact(pushes=pushes, pushes_a_workday=20.0, labelled=0.25, cards=1000), days=28)
        return sum(each.runs for each in figures.signals if each.kind == PULL_REQUEST)

    every, label = runs("every"), runs("label")
    assert abs(every - 20 * 20 - 8 * 3) < 70
    assert 0.12 < label / every < 0.4
    assert runs("none") == 0


def test_who_is_first_waits_less() -> None:
    busy = exact(pushes="every", pushes_a_workday=15.0, a_day=4, supersede=False)
    pulls, clocks = (forecast(replace(busy, first=first), days=28) for first in ("pull-requests", "scheduled"))
    for figures in (pulls, clocks):
        assert sum(each.superseded for each in figures.signals) == 0
    assert (of(pulls, PULL_REQUEST)[1] or 0) < (of(clocks, PULL_REQUEST)[1] or 0)
    assert (of(pulls, SCHEDULED)[1] or 0) > (of(clocks, SCHEDULED)[1] or 0)


def test_superseding_saves_cards() -> None:
    busy = exact(pushes="every", pushes_a_workday=30.0, pushes_per_change=6.0)
    with_, without = (forecast(replace(busy, supersede=each), days=14) for each in (True, False))
    assert sum(each.superseded for each in with_.signals) > 0
    assert with_.card_hours_a_day < without.card_hours_a_day


def test_failing_cards_cost_what_they_lose() -> None:
    figures = forecast(exact(failures=Failures(mtbf_h=100.0, repair_h=12.0)), days=60)
    assert figures.failures > 0
    assert figures.lost_card_hours > 0
    sound = forecast(exact(), days=60)
    assert figures.card_hours_a_day == pytest.approx(sound.card_hours_a_day + figures.lost_card_hours / 60)


def test_chance_keeps_the_means() -> None:
    chance, none = forecast(small(noise=0.3), days=200), forecast(small(noise=0.0), days=200)
    assert chance.card_hours_a_day == pytest.approx(none.card_hours_a_day, rel=0.02)
    setup = Setup()
    assert none.card_hours_a_day == pytest.approx(10 * (3600 + setup.mean_s) / 3600, rel=0.02)


def test_the_same_seed_gives_the_same_month() -> None:
    scenario = stage_4(pushes="every")
    assert forecast(scenario, days=7, seed=3) == forecast(scenario, days=7, seed=3)
    assert forecast(scenario, days=7, seed=3) != forecast(scenario, days=7, seed=4)


def test_stage_4_on_2048_cards_with_pytorchs_own_times_keeps_its_cadence() -> None:
    figures = forecast(stage_4(), days=30)
    assert (figures.scheduled, figures.missed) == (120, 0)
    assert (of(figures, SCHEDULED)[1] or 0) < 1.5 * 3600


def test_a_stage_that_is_too_small_hears_what_would_be_enough_and_each_is() -> None:
    scenario = exact(a_day=12, cards=5, shards=5)  # two hours a run are needed, and 130 min are taken
    assert not forecast(scenario, days=7).keeps
    found = {each.kind: each for each in remedies(scenario, days=7)}
    assert found["runs"] == Remedy(kind="runs", before=12, after=8)  # 9 to 11 a day still leave two hours somewhere
    assert "cards" not in found  # five shards take as long on any number of cards
    assert "shards" not in found  # and there is no card for another
    assert found["share"].after < 100
    smaller = replace(scenario, percent=float(found["share"].after), shards=math.ceil(5 * found["share"].after / 100))
    assert forecast(smaller, days=7).keeps
    more = exact(a_day=12, cards=20, shards=5)
    assert {each.kind: each.after for each in remedies(more, days=7)}["shards"] == 10
    queueing = exact(a_day=12, cards=4, shards=10)
    cards = next(each.after for each in remedies(queueing, days=7) if each.kind == "cards")
    assert forecast(replace(queueing, cards=cards), days=7).keeps
    assert not forecast(replace(queueing, cards=cards - 1), days=7).keeps


def test_the_fewest_cards_are_enough_and_one_block_less_is_not() -> None:
    scenario = exact(a_day=12, cards=40, cards_per_job=2)
    enough = cards_enough(scenario, days=7)
    assert enough is not None and enough % 2 == 0
    assert forecast(scenario.on(enough), days=7).keeps
    assert not forecast(scenario.on(enough - 2), days=7).keeps
    assert cards_enough(exact(a_day=24), days=2) is None


@given(st.integers(-5, 30), st.integers(-5, 30), st.integers(-5, 40))
def test_bisection_finds_the_least(low: int, high: int, limit: int) -> None:
    expected = next((number for number in range(low, high + 1) if number >= limit), None)
    assert least(lambda number: number >= limit, low, high) == expected


@given(st.lists(st.floats(0, 100), max_size=30), st.floats(0.01, 1))
def test_a_quantile_is_a_value_that_so_many_do_not_exceed(values: list[float], share: float) -> None:
    found = quantile(values, share)
    if found is None:
        assert not values
        return
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert sum(value < found for value in values) < share * len(values)


def test_no_tests_are_no_runs() -> None:
    figures = forecast(exact(percent=0.0, shards=0), days=3)
    assert (figures.scheduled, figures.signals, figures.keeps) == (0, (), True)
