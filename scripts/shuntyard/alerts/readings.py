"""What is measured for alerts, and when. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shuntyard.alerts.rules import Place, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One quantity of one place over one window. `value` (in the unit of shuntyard.units), or the `verdict`, is
    None where it is not known, and `note` says why. `baseline` is the same quantity of the baseline, which `against`
    names. `n` counts what it rests on, of the kind `of`; `low` to `high` is the interval, where there is one."""

    value: float | None = None
    baseline: float | None = None
    against: str = ""
    verdict: str | None = None
    n: int = 0
    of: str = "executions"
    low: float | None = None
    high: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A reading over the window that ends at `moment` (UTC without a zone): the end of a run, or now."""

    moment: datetime
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A rule at a place: the reading of now, and those at the ends of earlier runs, oldest first, as many as the rule's
    `for` asks about."""

    rule: Rule
    place: Place
    now: Reading
    before: tuple[Point, ...] = ()
