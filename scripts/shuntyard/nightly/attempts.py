"""A run and its re-runs put together. Pure.

A re-run of failed jobs holds only what it ran again, because the history counts what was carried over in its first
attempt (sql/history_attempts.sql). So a run at an attempt is, for every shard of every row of every call, the newest
attempt up to that one which has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from shuntyard.nightly.cadence import night_of

Facts = Mapping[str, Any]  # a row that sql/nightly_*.sql gives


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A run at its attempt `number`. `parts` are its calls (`instance`) and theirs in the attempts before, the newest
    attempt first; `began` is when the first attempt did."""

    run_id: str
    number: int
    began: datetime
    parts: tuple[Facts, ...]

    @property
    def calls(self) -> tuple[Facts, ...]:
        """The newest part of each call."""
        newest: dict[str, Facts] = {}
        for part in self.parts:
            newest.setdefault(part["instance"], part)
        return tuple(newest.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Shards:
    """The shards that count, by row (of one call), and the cases that ended bad in them."""

    rows: tuple[tuple[Facts, ...], ...]
    cases: tuple[Facts, ...]
    duration_s: float


def attempts(runs: Iterable[Facts]) -> list[Attempt]:
    """Every run at every attempt, the newest run first and its newest attempt before the others."""
    by_run: dict[tuple[str, str], list[Facts]] = defaultdict(list)
    for run in runs:
        by_run[run["pipeline"], run["run_id"]].append(run)
    found = []
    for (_, run_id), parts in by_run.items():
        began = min(part["began"] for part in parts)
        ordered = sorted(parts, key=lambda part: (-part["attempt"], part["instance"]))
        for number in sorted({part["attempt"] for part in parts}, reverse=True):
            upto = tuple(part for part in ordered if part["attempt"] <= number)
            found.append(Attempt(run_id=run_id, number=number, began=began, parts=upto))
    return sorted(found, key=lambda each: (each.began, each.run_id, each.number), reverse=True)


def by_night(runs: Iterable[Facts], turn: int) -> dict[tuple[str, date], list[Attempt]]:
    """The attempts of each pipeline's nights; the first of each counts. A re-run belongs to the night of its run."""
    found: dict[tuple[str, date], list[Attempt]] = defaultdict(list)
    for each in attempts(runs):
        found[each.parts[0]["pipeline"], night_of(each.began, turn)].append(each)
    return dict(found)


def shards(attempt: Attempt, rows: Mapping[str, Sequence[Facts]], cases: Mapping[str, Sequence[Facts]]) -> Shards:
    """What counts of an attempt. `rows` and `cases` are by `run_key`. Its time is that of its attempts added up, each
    from its first start to its last end: what lies between them is somebody's night."""
    taken: dict[tuple[str, str, int], Facts] = {}
    for part in attempt.parts:
        for shard in rows.get(part["run_key"], ()):
            taken.setdefault((part["instance"], shard["row_id"], shard["shard_index"]), shard)
    grouped: dict[tuple[str, str], list[Facts]] = defaultdict(list)
    for (instance, row, _), shard in taken.items():
        grouped[instance, row].append(shard)
    places = {(shard["run_key"], shard["row_id"], shard["shard_index"]) for shard in taken.values()}
    kept = (
        case
        for part in attempt.parts
        for case in cases.get(part["run_key"], ())
        if (case["run_key"], case["row_id"], case["shard_index"]) in places
    )
    spans: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    numbers = {part["run_key"]: part["attempt"] for part in attempt.parts}
    for shard in taken.values():
        if shard["began"] and shard["ended"]:
            spans[numbers[shard["run_key"]]].append((shard["began"], shard["ended"]))
    total = sum((max(end for _, end in s) - min(start for start, _ in s) for s in spans.values()), timedelta())
    return Shards(
        rows=tuple(tuple(found) for _, found in sorted(grouped.items())),
        cases=tuple(kept),
        duration_s=total.total_seconds(),
    )
