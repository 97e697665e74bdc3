"""What only a dashboard asks of a history: extent, days, what ran where, the newest runs and what failed in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from shuntyard.analyses.query import Chosen

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much there is. Times are UTC without a zone, None where nothing ran."""

    executions: int = 0
    runs: int = 0
    cases: int = 0
    configs: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    repositories: tuple[str, ...] = ()
    pipelines: tuple[str, ...] = ()
    arms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What the executions of a day came to; `fallbacks` are counted besides, whatever they came to."""

    day: date
    passed: int
    failed: int
    error: int
    empty: int
    fallbacks: int

    @property
    def executions(self) -> int:
        """All of them."""
        return self.passed + self.failed + self.error + self.empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One configuration on one kind of hardware. `last_outcome` is the worst of its newest run there; `simulated` says
    that a device was software."""

    repository: str
    config: str
    hardware: str
    hw_class: str
    simulated: bool
    executions: int
    passed: int
    failed: int
    error: int
    empty: int
    last_outcome: str
    last_moment: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentRun:
    """One run. `verdict` is its report's, empty where none was kept; `span_s` runs from the first start of tests to
    their last end."""

    run_key: str
    repository: str
    pipeline: str
    instance: str
    run_id: str
    attempt: int
    sha: str
    url: str
    verdict: str
    headline: str
    began: datetime
    executions: int
    rows: int
    passed: int
    failed: int
    error: int
    empty: int
    fallbacks: int
    cases: int
    bad: int
    span_s: float
    hardware: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """Executions of one row of a run that did not simply pass: `times` of them alike."""

    run_key: str
    row_id: str
    config: str
    arm: str
    ran: str
    outcome: str
    times: int
    exit_code: int
    error: str
    fallback_reason: str
    fault: str
    hardware: str
    duration_s: float | None
    bad: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BadCase:
    """A case that ended bad `times` times in the newest runs (`run_keys`), with the message of the last time."""

    repository: str
    config: str
    case: str
    outcome: str
    message: str
    times: int
    arms: tuple[str, ...]
    run_keys: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """The newest runs, newest first, and what was bad in them. `bad_cases_total` counts what is not listed too."""

    runs: tuple[RecentRun, ...] = ()
    bad_rows: tuple[BadRow, ...] = ()
    bad_cases: tuple[BadCase, ...] = ()
    bad_cases_total: int = 0


def prepare(chosen: Chosen) -> None:
    """Must come before `places` and `recent`: reads the columns that only they need."""
    chosen.rows("dashboard_shown")


def extent(chosen: Chosen) -> Extent:
    """How much the scope holds."""
    return _record(Extent, chosen.one("dashboard_extent"))


def days(chosen: Chosen) -> tuple[Day, ...]:
    """Every day on which something ran, oldest first."""
    return _records(Day, chosen.rows("dashboard_days"))


def places(chosen: Chosen) -> tuple[Place, ...]:
    """Every configuration on every kind of hardware that it ran on."""
    return _records(Place, chosen.rows("dashboard_grid"))


def recent(chosen: Chosen, *, runs: int, rows: int, cases: int) -> Recent:
    """The newest `runs` runs, at most so many bad rows and bad cases of them."""
    found = _records(RecentRun, chosen.rows("dashboard_runs", limit=runs))
    keys = [run.run_key for run in found]
    bad = _records(BadCase, chosen.rows("dashboard_bad_cases", keys=keys, limit=cases)) if keys else ()
    return Recent(
        runs=found,
        bad_rows=_records(BadRow, chosen.rows("dashboard_bad_rows", keys=keys, limit=rows)) if keys else (),
        bad_cases=bad,
        bad_cases_total=bad[0].total if bad else 0,
    )


def _records(kind: type[T], rows: Sequence[dict[str, Any]]) -> tuple[T, ...]:
    return tuple(_record(kind, row) for row in rows)


def _record(kind: type[T], row: dict[str, Any]) -> T:
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()})
