"""What a history holds: counts, months, size, age. Pure data, and the one function that reads it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shuntyard.errors import Problem
from shuntyard.store import EVERYTHING, Store

SCHEMA = 1
_SQL = Path(__file__).resolve().parent.parent / "sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthStatus:
    """One month, `2026-11`."""

    month: str
    runs: int
    executions: int
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A store. `oldest` and `newest` are the starts of runs, ISO 8601 in UTC, empty when there is none."""

    schema: int = SCHEMA
    where: str
    runs: int
    executions: int
    cases: int
    bytes: int
    oldest: str
    newest: str
    pipelines: tuple[str, ...]
    months: tuple[MonthStatus, ...]
    problems: tuple[Problem, ...] = ()


def read_status(store: Store) -> Status:
    """The status of a store, and the problems of reading it."""
    with store.history(EVERYTHING) as history:
        months = tuple(
            MonthStatus(month=month, runs=runs, executions=executions, cases=cases)
            for month, runs, executions, cases in history.run(
                lambda connection: connection.execute(_text("history_months")).fetchall()
            )
        )
        oldest, newest, pipelines = history.connection.execute(_text("history_extent")).fetchall()[0]
        problems = history.problems
    return Status(
        where=store.where,
        runs=sum(month.runs for month in months),
        executions=sum(month.executions for month in months),
        cases=sum(month.cases for month in months),
        bytes=store.size(),
        oldest=f"{oldest.isoformat()}Z" if oldest else "",
        newest=f"{newest.isoformat()}Z" if newest else "",
        pipelines=tuple(pipelines or ()),
        months=months,
        problems=problems,
    )


def _text(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")
