"""The cases of one execution as columns, from JSON as fast as from records: a run has 100,000 of them. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any, get_args

from shuntyard import wire
from shuntyard.result import BAD_CASES, CaseOutcome, CaseResult

_FIELDS = ("case", "outcome", "setup_s", "call_s", "attempt", "message", "metrics")
_OUTCOMES = frozenset(get_args(CaseOutcome))
_MOST = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseColumns:
    """Lists of equal length, in the order of the cases. `metrics` is JSON, empty where there is none."""

    case: Sequence[str]
    outcome: Sequence[str]
    setup_s: Sequence[float]
    call_s: Sequence[float]
    attempt: Sequence[int]
    message: Sequence[str]
    metrics: Sequence[str]

    def __len__(self) -> int:
        return len(self.case)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Distinct cases, each judged by its last attempt; `retried` had more than one."""

    total: int
    bad: int
    skipped: int
    retried: int


def from_json(items: Any, path: str = "$") -> CaseColumns:
    """The columns of a list of cases as `wire.encode` writes them.

    Takes a tenth of the time of `wire.decode`, and accepts and refuses the same: whatever is not plainly right is
    decoded by it. Raises wire.WireError with the path of the offending value.
    """
    columns = _plain(items) if isinstance(items, list) else None
    if columns is None:
        return from_records(wire.decode(tuple[CaseResult, ...], items, path), path)
    return columns


def from_records(cases: Iterable[CaseResult], path: str = "$") -> CaseColumns:
    """The columns of cases that are already decoded. Raises wire.WireError for a number that no column holds."""
    records = list(cases)
    lists = [list(map(attrgetter(name), records)) for name in _FIELDS]
    if not _numbers_fit(lists):
        raise wire.WireError(f"{path}: a time or a metric is not finite, or an attempt is no count")
    return _columns(lists)


def _plain(items: list[Any]) -> CaseColumns | None:
    """The columns when every item has exactly the declared fields, of exactly the declared types; else None."""
    if not items:
        return _columns([[] for _ in _FIELDS])
    if set(map(type, items)) != {dict} or set(map(len, items)) != {len(_FIELDS)}:
        return None
    try:
        lists = [list(map(itemgetter(name), items)) for name in _FIELDS]
    except KeyError:
        return None
    case, outcome, setup, call, attempt, message, metrics = (set(map(type, values)) for values in lists)
    right = (
        case == outcome == message == {str}
        and setup <= {float, int}
        and call <= {float, int}
        and attempt == {int}
        and metrics == {dict}
        and _OUTCOMES.issuperset(lists[1])
        and not any(lists[6])
    )
    return _columns(lists) if right and _numbers_fit(lists) else None


def _numbers_fit(lists: list[list[Any]]) -> bool:
    finite: Callable[[float], bool] = math.isfinite
    try:
        return (
            all(map(finite, lists[2]))
            and all(map(finite, lists[3]))
            and all(1 <= attempt <= _MOST for attempt in set(lists[4]))
            and all(math.isfinite(value) for metrics in lists[6] if metrics for value in metrics.values())
        )
    except OverflowError:  # an integer that no float holds
        return False


def _columns(lists: list[list[Any]]) -> CaseColumns:
    metrics = [json.dumps(value, sort_keys=True, separators=(",", ":")) if value else "" for value in lists[6]]
    setup, call = (list(map(float, values)) for values in lists[2:4])
    return CaseColumns(
        case=lists[0],
        outcome=lists[1],
        setup_s=setup,
        call_s=call,
        attempt=lists[4],
        message=lists[5],
        metrics=metrics,
    )


def count(cases: CaseColumns) -> Counts:
    """Counts over the last attempt of each case; of two with the same number, the later in the list."""
    last: dict[str, tuple[int, str]] = {}
    for name, attempt, outcome in zip(cases.case, cases.attempt, cases.outcome, strict=True):
        if name not in last or attempt >= last[name][0]:
            last[name] = (attempt, outcome)
    outcomes = [outcome for _, outcome in last.values()]
    repeated = {name for name, (attempt, _) in last.items() if attempt > 1}
    if len(last) < len(cases):
        seen: set[str] = set()
        repeated |= {name for name in cases.case if name in seen or seen.add(name)}  # type: ignore[func-returns-value]
    bad = sum(1 for outcome in outcomes if outcome in BAD_CASES)
    return Counts(total=len(last), bad=bad, skipped=outcomes.count("skipped"), retried=len(repeated))
