"""The flaky cases of a history, and what should be quarantined."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shuntyard.analyses.query import Chosen
from shuntyard.stats import flaky
from shuntyard.stats.flaky import Flake, Flips


def find_flakes(
    chosen: Chosen,
    *,
    today: date,
    rate: float = flaky.RATE,
    sure: float = flaky.SURE,
    days: int = flaky.DAYS,
) -> list[Flake]:
    """Every case that flipped, the surest flakes first; those with `quarantine` are proposals that expire."""
    seen = [
        Flips(
            repository=row["repository"],
            config=row["config"],
            case=row["case"],
            flips=row["flips"],
            trials=row["trials"],
            commits=row["commits"],
            hardware=tuple(row["hardware"]),
            last_seen=row["last_seen"].isoformat(),
        )
        for row in chosen.rows("flaky_flips")
    ]
    return flaky.rank(seen, today, rate=rate, sure=sure, days=days)


def flaky_tests(flakes: Sequence[Flake]) -> int:
    """How many different tests flipped: the same case in two configurations is one test."""
    return len({flake.seen.case for flake in flakes})
