"""A night, its pipelines and their runs. Pure data.

A pipeline has a role: "source" builds from source and tests the code (the RBE pipeline of the design), "installed"
tests what users install (the integration pipeline). Source of the two roles: "Nightly Pipeline Design", JAX on ROCm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Role = Literal["source", "installed"]
ROLES: tuple[Role, ...] = ("source", "installed")
Scope = Literal["case", "row", "fault", "job"]
# "missed": expected and not there; "pending": its night is not over; "off": not due that night; "unseen": before its
# first run, so that nobody can say whether it should have run.
State = Literal["passed", "failed", "error", "empty", "missed", "pending", "off", "unseen"]
RAN: frozenset[str] = frozenset({"passed", "failed", "error", "empty"})
BAD: frozenset[str] = frozenset({"failed", "error"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """One of the pipelines. `expected` are the weekdays on which it is due, Monday is 0."""

    name: str
    role: Role
    expected: frozenset[int] = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One thing that went wrong in a run: a case that ended bad, a row that ended in an error, a result with a fault
    (missing, unreadable), or a job of the workflow. `name` is the case's or the job's."""

    scope: Scope
    row: str = ""
    name: str = ""
    outcome: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCount:
    """Rows by how they ended. "Not run" tested nothing, or skipped every case. Experimental rows are counted apart."""

    passed: int = 0
    failed: int = 0
    not_run: int = 0
    experimental: int = 0
    experimental_bad: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NightRun:
    """The run of a pipeline that counts for a night; its outcome and tests are those of its stable rows. `duration_s`
    runs from the first start to the last end, 0 where unknown; `earlier` are other runs and attempts of that night, as
    (run, outcome); `signs` are of stable rows, `aside` of experimental ones."""

    run_id: str
    attempt: int
    repository: str
    sha: str
    url: str
    began: datetime
    outcome: Literal["passed", "failed", "error", "empty"]
    rows: RowCount
    tests: int = 0
    tests_failed: int = 0
    duration_s: float = 0.0
    signs: tuple[Sign, ...] = ()
    aside: tuple[Sign, ...] = ()
    note: str = ""
    earlier: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineNight:
    """What a pipeline did in a night; `run` is None unless it ran."""

    pipeline: Pipeline
    state: State
    run: NightRun | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """One night, named by the day on which it ends. `results` are in the order of the pipelines."""

    day: date
    results: tuple[PipelineNight, ...] = field(default=())
