"""Where time and memory changed, and whether the newest run is out of line with its own history."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, repeat
from statistics import median
from typing import Any, Literal

from shuntyard.analyses.query import Chosen
from shuntyard.stats import anomaly, changes
from shuntyard.stats.anomaly import Anomaly
from shuntyard.stats.changes import Change
from shuntyard.stats.sample import Metric

LEAST_CHANGE = 0.03  # of a row's time or memory
LEAST_CASE_CHANGE = 0.20  # single cases are many and noisy
LEAST_CASE_S = 0.1
Seek = Callable[[Sequence[tuple[Sequence[float], float]], int, float], list[tuple[Change, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One metric of one row (and one case of it) on one kind of hardware, oldest first. Seconds or MB."""

    metric: Metric
    repository: str
    pipeline: str
    row_id: str
    config: str
    ran: str
    hardware: str
    case: str
    shas: tuple[str, ...]
    runs: tuple[str, ...]
    moments: tuple[datetime, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A change of level: it came between the commits `last_before` and `first_after`, those of neighbouring points;
    there may be more between them that nobody measured. `commits` counts the measured ones."""

    series: Series
    direction: Literal["regressed", "improved"]
    last_before: str
    first_after: str
    since: datetime
    before: float
    after: float
    ratio: float
    p: float
    commits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """The shifts, the worst regression first. `too_short` counts the series that are shorter than any shift needs."""

    shifts: tuple[Shift, ...]
    series: int
    too_short: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The newest run of a series beside all before it."""

    series: Series
    run: str
    sha: str
    anomaly: Anomaly


def row_series(chosen: Chosen) -> tuple[Series, ...]:
    """Time and memory of every row, for those who want the points besides what `trends` and `newest` say of them."""
    return tuple(_series(chosen.rows("trend_executions")))


def trends(
    chosen: Chosen,
    *,
    seed: int,
    alpha: float = changes.ALPHA,
    least_change: float = LEAST_CHANGE,
    least_case_change: float = LEAST_CASE_CHANGE,
    least_case_s: float = LEAST_CASE_S,
    cases: bool = True,
    rows: Sequence[Series] | None = None,
    seek: Seek = changes.of_many,
) -> Trends:
    """Change points in every row's time and memory, and, where asked, in every case that takes `least_case_s`.

    `rows` is what `row_series` gave, for who has asked already; `seek` does the work, perhaps in another process.
    """
    slow = _series(chosen.rows("trend_cases", least_s=least_case_s)) if cases else ()
    rows = row_series(chosen) if rows is None else rows
    asked = [
        (series, tuple(_commits(series)), least)
        for series, least in chain(zip(rows, repeat(least_change)), zip(slow, repeat(least_case_change)))
    ]
    long = [each for each in asked if len(each[1]) >= 2 * changes.LEAST]
    wanted = [([value for _, _, value in points], least) for _, points, least in long]
    found = [
        _shift(series, points, change)
        for (series, points, _), changed in zip(long, seek(wanted, seed, alpha), strict=True)
        for change in changed
    ]
    found.sort(key=lambda shift: (-shift.ratio, shift.series.row_id, shift.series.case, shift.since))
    return Trends(shifts=tuple(found), series=len(asked), too_short=len(asked) - len(long))


def _shift(series: Series, points: Sequence[tuple[str, datetime, float]], change: Change) -> Shift:
    sha, since, _ = points[change.index]
    return Shift(
        series=series,
        direction="regressed" if change.ratio > 1 else "improved",
        last_before=points[change.index - 1][0],
        first_after=sha,
        since=since,
        before=change.before,
        after=change.after,
        ratio=change.ratio,
        p=change.p,
        commits=len(points),
    )


def newest(chosen: Chosen, *, run: str = "", rows: Sequence[Series] | None = None) -> tuple[Newest, ...]:
    """The newest run of each row's time and memory against those before it; `run` ("provider run_id attempt") names
    another one to judge. The oddest first; the history that is too short last, and told as such. `rows` as in `trends`.
    """
    found = []
    for series in row_series(chosen) if rows is None else rows:
        place = len(series.runs) - 1 if not run else series.runs.index(run) if run in series.runs else -1
        if place >= 0:
            judged = anomaly.judge(series.values[:place], series.values[place])
            found.append(Newest(series=series, run=series.runs[place], sha=series.shas[place], anomaly=judged))
    return tuple(sorted(found, key=_oddest))


def _oddest(each: Newest) -> tuple[float, str, str]:
    order = {"high": 0.0, "low": 1.0, "normal": 2.0, "history too short": 3.0}[each.anomaly.status]
    return order, each.series.row_id, each.series.metric


def _series(found: Iterable[dict[str, Any]]) -> Iterator[Series]:
    """A series for each metric that a row of the query has; points without the metric are left out."""
    metrics: tuple[tuple[Metric, str], ...] = (("time", "time_s"), ("memory", "memory_mb"))
    for row in found:
        for metric, column in metrics:
            points = [
                point
                for point in zip(row["sha"], row["run"], row["moment"], row.get(column, ()), strict=False)
                if point[3] is not None and point[3] > 0 and math.isfinite(point[3])
            ]
            if points:
                shas, runs, moments, values = zip(*points, strict=True)
                same = ("repository", "pipeline", "row_id", "config", "ran", "hardware", "case")
                yield Series(
                    metric=metric,
                    shas=shas,
                    runs=runs,
                    moments=moments,
                    values=values,
                    **{key: row[key] for key in same},
                )


def _commits(series: Series) -> Iterator[tuple[str, datetime, float]]:
    """The series with one point a commit, the median of its runs, ordered by when a commit was first measured."""
    values: dict[str, list[float]] = {}
    first: dict[str, datetime] = {}
    for sha, moment, value in zip(series.shas, series.moments, series.values, strict=True):
        values.setdefault(sha, []).append(value)
        first.setdefault(sha, moment)
    for sha, found in values.items():
        yield sha, first[sha], median(found)


def regressions(found: Sequence[Shift]) -> tuple[Shift, ...]:
    """The shifts to more time or memory."""
    return tuple(shift for shift in found if shift.direction == "regressed")
