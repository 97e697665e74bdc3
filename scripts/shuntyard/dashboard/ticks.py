"""Round numbers and dates for scales. Pure."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone

_DAY_MS = 86_400_000
_DAYS = (1, 2, 7, 14)  # steps of a scale of dates, before whole months
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)


def numbers(low: float, high: float, about: int) -> list[float]:
    """Round numbers in steps of 1, 2 or 5 × 10ⁿ, about so many, from at most `low` to at least `high` (≥ `low`)."""
    span = (high - low) or abs(high) or 1.0
    power = 10.0 ** math.floor(math.log10(span / about))
    step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if span / step <= about * 1.2)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    digits = max(0, -math.floor(math.log10(step)))
    return [round(number * step, digits) for number in range(first, max(last, first + 1) + 1)]


def dates(since: int, until: int, most: int) -> list[tuple[int, str]]:
    """Days or first days of months between two moments (ms since 1970, UTC), at most `most`, each with its label. A
    span that crosses no midnight has its start."""
    start = datetime.fromtimestamp(since / 1000, timezone.utc)
    end = datetime.fromtimestamp(until / 1000, timezone.utc)
    step = next((step for step in _DAYS if (until - since) / _DAY_MS / step <= most), None)
    found: list[datetime] = []
    if step is not None:
        at = datetime(start.year, start.month, start.day, tzinfo=timezone.utc) + timedelta(days=1)
        while at <= end:
            found.append(at)
            at += timedelta(days=step)
    else:
        months = next((step for step in _MONTHS if (until - since) / _DAY_MS / 30.44 / step <= most), _MONTHS[-1])
        number = start.year * 12 + start.month
        while (at := datetime(number // 12, number % 12 + 1, 1, tzinfo=timezone.utc)) <= end:
            found.append(at)
            number += months
    years = (until - since) > 400 * _DAY_MS
    label = "%b %Y" if years else "%b"
    shown = found[:most] or [start]
    return [(int(at.timestamp() * 1000), at.strftime(label) if years else f"{at.day} {at:{label}}") for at in shown]
