"""When runs are asked for: by the clock, and by people who push. Seeded: the same seed gives the same month.

Pushes are a Poisson process whose rate changes with the hour and the weekday (thinning is not needed: an hour's rate is
constant, so its pushes are uniform in it). A change gets several pushes; which of the changes that are open a push is
for is drawn, so that a push may overtake an earlier one of the same change that still waits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

HOUR_S, DAY_S = 3600, 86_400
WEEKEND = 0.15  # of a working day's pushes; an assumption, like the profile below
OPEN_DAYS = 2.0  # how long a change takes pushes

# Weights of the hours of a day in UTC: work in Europe, then in America too, little at night. An assumption: a team's
# own history gives a better one.
HOURS = (2, 2, 2, 2, 1, 1, 2, 4, 6, 6, 6, 5, 5, 7, 8, 9, 9, 9, 8, 8, 7, 6, 5, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A push to a change (numbered from 0) at so many seconds after the beginning of the month, a Monday at 0 h."""

    at_s: float
    change: int
    labelled: bool


def clock(starts: Sequence[int], days: int) -> list[float]:
    """Every start in so many days, in seconds; `starts` are seconds after midnight."""
    return [float(day * DAY_S + start) for day in range(days) for start in starts]


def pushes(rng: Random, *, days: int, a_workday: float, per_change: float = 1.0, labelled: float = 0.0) -> list[Push]:
    """The pushes of so many days: `a_workday` of them on a working day on average, about `per_change` to each change. A
    share `labelled` of the changes carries the label that starts the runs."""
    found: list[Push] = []
    open_changes: list[tuple[float, int, bool]] = []  # until when, which, labelled
    changes = 0
    for at in _moments(rng, days, a_workday):
        open_changes = [each for each in open_changes if each[0] > at]
        if open_changes and rng.random() < 1 - 1 / per_change:
            _, change, label = rng.choice(open_changes)
        else:
            change, label = changes, rng.random() < labelled
            changes += 1
            open_changes.append((at + OPEN_DAYS * DAY_S, change, label))
        found.append(Push(at_s=at, change=change, labelled=label))
    return found


def _moments(rng: Random, days: int, a_workday: float) -> list[float]:
    moments: list[float] = []
    for day in range(days):
        rate = a_workday * (WEEKEND if day % 7 >= 5 else 1.0)
        for hour, weight in enumerate(HOURS):
            begins = day * DAY_S + hour * HOUR_S
            moments += [begins + HOUR_S * rng.random() for _ in range(_poisson(rng, rate * weight / sum(HOURS)))]
    return sorted(moments)


def _poisson(rng: Random, mean: float) -> int:
    """A Poisson number (Knuth, TAOCP 2, 3.4.1, algorithm Q), in steps that keep exp(-mean) well above 0."""
    count = 0
    while mean > 0:
        step = min(mean, 50.0)
        mean -= step
        limit, product = math.exp(-step), rng.random()
        while product > limit:
            count += 1
            product *= rng.random()
    return count
