"""What would let a stage keep its cadence: more cards, fewer runs, a smaller share, more shards. Each is found by
simulating it, not by a formula, and is the least of its kind that does (by bisection)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from shuntyard.capacity.scenario import MONTH, Scenario, forecast
from shuntyard.capacity.shards import most_shards

Kind = Literal["cards", "runs", "share", "shards"]
MOST_CARDS = 65_536  # more are not looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One change that is enough by itself: from so many to so many cards, runs a day, per cent of tests or shards."""

    kind: Kind
    before: float
    after: int


def remedies(scenario: Scenario, *, days: int = MONTH, seed: int = 0) -> tuple[Remedy, ...]:
    """Every kind that helps, for a scenario that does not keep what it should; empty where none does."""

    def keeps(changed: Scenario) -> bool:
        return forecast(changed, days=days, seed=seed).keeps

    searches: tuple[tuple[Kind, float, int | None], ...] = (
        ("cards", scenario.cards, _more_cards(scenario, keeps)),
        ("shards", scenario.shards, _more_shards(scenario, keeps)),
        ("runs", scenario.a_day, _fewer_runs(scenario, keeps)),
        ("share", scenario.percent, _smaller_share(scenario, keeps)),
    )
    return tuple(Remedy(kind=kind, before=before, after=after) for kind, before, after in searches if after is not None)


def cards_enough(scenario: Scenario, *, days: int = MONTH, seed: int = 0) -> int | None:
    """The fewest cards with which a scenario keeps what it should; None where those that it has are too few."""
    step = scenario.cards_per_job
    blocks = scenario.cards // step
    found = least(lambda count: forecast(scenario.on(count * step), days=days, seed=seed).keeps, 1, blocks)
    return None if found is None else found * step


def least(fits: Callable[[int], bool], low: int, high: int) -> int | None:
    """The least of low..high that fits, where all above a fitting one fit, too; None where not even `high` does."""
    if high < low or not fits(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle + 1, high)
    return high


def _more_cards(scenario: Scenario, keeps: Callable[[Scenario], bool]) -> int | None:
    """Doubles until it is enough, then bisects; in steps of a job's cards."""
    step = scenario.cards_per_job
    low = scenario.cards // step + 1
    high = low
    while not keeps(replace(scenario, cards=high * step)):
        low, high = high + 1, high * 2
        if high * step > MOST_CARDS:
            return None
    found = least(lambda count: keeps(replace(scenario, cards=count * step)), low, high)
    return None if found is None else found * step


def _more_shards(scenario: Scenario, keeps: Callable[[Scenario], bool]) -> int | None:
    """Doubles, up to what the matrix and the cards take. No bisection: more shards than are useful pay more set-up, so
    it stops at the first that is enough."""
    most = most_shards(scenario.cards, scenario.cards_per_job)
    shards = scenario.shards
    while shards < most:
        shards = min(shards * 2, most)
        if keeps(replace(scenario, shards=shards)):
            return shards
    return None


def _fewer_runs(scenario: Scenario, keeps: Callable[[Scenario], bool]) -> int | None:
    fewer = range(scenario.a_day - 1, 0, -1)
    return next((a_day for a_day in fewer if keeps(replace(scenario, a_day=a_day))), None)


def _smaller_share(scenario: Scenario, keeps: Callable[[Scenario], bool]) -> int | None:
    """Whole per cents; the shards shrink with the share."""

    def with_share(percent: int) -> Scenario:
        shards = max(math.ceil(scenario.shards * percent / scenario.percent), 1) if scenario.percent else 1
        return replace(scenario, percent=float(percent), shards=shards)

    left_out = least(
        lambda cut: keeps(with_share(math.ceil(scenario.percent) - cut)), 1, max(math.ceil(scenario.percent) - 1, 0)
    )
    return None if left_out is None else math.ceil(scenario.percent) - left_out
