"""Crons, as POSIX and GitHub's documentation of the `schedule` event allow them.

Five fields; `*`, lists, ranges and steps; names of months and days; no `@daily`, no 7 for Sunday. GitHub documents that
the shortest interval is once every five minutes, and never starts what asks for more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

SHORTEST_MINUTES = 5
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What one of the five fields may hold."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()  # of the numbers from `low` on

    def values(self, text: str) -> frozenset[int]:
        """The numbers that a field's text stands for. Raises ValueError."""
        return frozenset(number for part in text.split(",") for number in self._part(part))

    def _part(self, part: str) -> range:
        base, slash, step = part.partition("/")
        first, dash, last = base.partition("-")
        low = self.low if base == "*" else self._number(first, part)
        high = self._number(last, part) if dash else self.high if base == "*" or slash else low
        if low > high:
            raise ValueError(f"the {self.name} {part!r} ends before it begins")
        if slash and not (re.fullmatch("[0-9]{1,3}", step) and 1 <= int(step) <= self.high):
            raise ValueError(f"the {self.name} {part!r} needs a step from 1 to {self.high}")
        return range(low, high + 1, int(step) if slash else 1)

    def _number(self, text: str, part: str) -> int:
        if text.upper() in self.names:
            return self.low + self.names.index(text.upper())
        number = int(text) if re.fullmatch("[0-9]{1,3}", text) else -1
        if not self.low <= number <= self.high:
            names = f" or a name such as {self.names[0]}" if self.names else ""
            raise ValueError(f"the {self.name} {part!r} must be from {self.low} to {self.high}{names}")
        return number


FIELDS = (
    Field(name="minute", low=0, high=59),
    Field(name="hour", low=0, high=23),
    Field(name="day of the month", low=1, high=31),
    Field(name="month", low=1, high=12, names=MONTHS),
    Field(name="day of the week", low=0, high=6, names=DAYS),
)


def checked(text: str) -> str:
    """The cron as it is. Raises ValueError for one that GitHub would refuse, or that asks for what it never does."""
    words = text.split(" ")
    if len(words) != len(FIELDS):
        raise ValueError("write five fields: minute, hour, day of the month, month, day of the week")
    minutes, hours, *days = (each.values(word) for each, word in zip(FIELDS, words, strict=True))
    dates = _dates(*days, either="*" not in (words[2][0], words[4][0]))
    if not dates:
        raise ValueError("no day is like that, so it would never run")
    if _shortest(minutes, hours, dates) < SHORTEST_MINUTES:
        raise ValueError(f"GitHub runs a schedule once every {SHORTEST_MINUTES} minutes at most")
    return text


def _dates(days: frozenset[int], months: frozenset[int], weekdays: frozenset[int], *, either: bool) -> list[date]:
    """The days on which it runs, in four years with a leap day. Where both kinds of day are given, either will do."""
    found = []
    for offset in range(4 * 365 + 1):
        day = date(2024, 1, 1) + timedelta(offset)
        fits = (day.day in days, day.isoweekday() % 7 in weekdays)
        if day.month in months and (any(fits) if either else all(fits)):
            found.append(day)
    return found


def _shortest(minutes: frozenset[int], hours: frozenset[int], dates: list[date]) -> int:
    """The fewest minutes between two runs."""
    times = sorted(60 * hour + minute for hour in hours for minute in minutes)
    gaps = [later - sooner for sooner, later in pairwise(times)]
    if any(later - sooner == timedelta(1) for sooner, later in pairwise(dates)):
        gaps.append(24 * 60 + times[0] - times[-1])
    return min(gaps, default=24 * 60)
