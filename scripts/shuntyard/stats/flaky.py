"""How flaky a case is, from flips on one commit and one machine kind, and what should be quarantined.

A flip: the case was bad in one execution and good in another, with nothing changed between. The rate of flips gets the
posterior Beta(k + ½, n − k + ½) from Jeffreys' prior Beta(½, ½) (Jeffreys 1946; Brown, Cai and DasGupta 2001).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from scipy.special import betaincc, betaincinv

PRIOR = 0.5
RATE = 0.01  # a case that flips more often than this is worth a quarantine
SURE = 0.95
DAYS = 14  # a proposal lasts so long; then it has to be argued anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Flips:
    """What was seen of one case: `flips` bad executions among `trials`, in `commits` different commits; where and when.

    A trial is an execution that could have shown a flip: another one of the same row on the same commit and hardware
    exists, or bad cases are tried again there; and some execution of that group was good, else the case is broken.
    """

    repository: str
    config: str
    case: str
    flips: int
    trials: int
    commits: int = 0
    hardware: tuple[str, ...] = ()
    last_seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flake:
    """The judgement of one case. `rate` is the posterior's median, `low` to `high` its central 95 %; `probability` that
    the rate is above `RATE`. `expires` is empty unless a quarantine is proposed."""

    seen: Flips
    rate: float
    low: float
    high: float
    probability: float
    quarantine: bool = False
    expires: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """A case whose failures do not block until the day it expires (an ISO date; that day it still holds)."""

    repository: str
    config: str
    case: str
    reason: str
    expires: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A case that went bad in a run, and how it is to be shown. Each is shown; only "quarantined" does not block."""

    repository: str
    config: str
    case: str
    status: Literal["blocking", "quarantined", "quarantine expired"]
    note: str = ""


def probability_above(flips: int, trials: int, rate: float = RATE) -> float:
    """P(the rate of flips > `rate`) after `flips` of `trials`: 0.57 after 1 of 100, 0.32 after 0 of 50."""
    return float(betaincc(flips + PRIOR, trials - flips + PRIOR, rate))


def flake(seen: Flips, today: date, *, rate: float = RATE, sure: float = SURE, days: int = DAYS) -> Flake:
    """The judgement. Raises ValueError where the flips are not among the trials."""
    if not 0 <= seen.flips <= seen.trials:
        raise ValueError(f"{seen.flips} flips of {seen.trials} trials")
    a, b = seen.flips + PRIOR, seen.trials - seen.flips + PRIOR
    probability = probability_above(seen.flips, seen.trials, rate)
    low, median, high = (float(betaincinv(a, b, q)) for q in (0.025, 0.5, 0.975))
    # Without a flip the prior alone must never put a case away: with few trials it leaves P high.
    proposed = seen.flips > 0 and probability > sure
    return Flake(
        seen=seen,
        rate=median,
        low=low,
        high=high,
        probability=probability,
        quarantine=proposed,
        expires=(today + timedelta(days=days)).isoformat() if proposed else "",
    )


def rank(
    flips: Iterable[Flips], today: date, *, rate: float = RATE, sure: float = SURE, days: int = DAYS
) -> list[Flake]:
    """The judgements, the surest flakes first."""
    judged = [flake(seen, today, rate=rate, sure=sure, days=days) for seen in flips]
    return sorted(judged, key=lambda each: (-each.probability, -each.rate, each.seen.config, each.seen.case))


def review(bad: Sequence[tuple[str, str, str]], quarantines: Sequence[Quarantine], today: date) -> tuple[Failure, ...]:
    """Every bad (repository, config, case) of a run with its status: nothing is left out, quarantined or not."""
    known = {(each.repository, each.config, each.case): each for each in quarantines}
    return tuple(_status(key, known.get(key), today) for key in bad)


def _status(key: tuple[str, str, str], quarantine: Quarantine | None, today: date) -> Failure:
    repository, config, case = key
    if quarantine is None:
        return Failure(repository=repository, config=config, case=case, status="blocking")
    over = date.fromisoformat(quarantine.expires) < today
    return Failure(
        repository=repository,
        config=config,
        case=case,
        status="quarantine expired" if over else "quarantined",
        note=f"{quarantine.reason} ({'expired' if over else 'until'} {quarantine.expires})",
    )
