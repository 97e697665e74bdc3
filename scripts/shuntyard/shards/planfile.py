"""The plan as a file, for the jobs of its matrix: outputs hold at most 1 MB, so the matrix holds indexes only.

<folder>/plan.json      the PlanFile
<folder>/manifest.json, _SUCCESS     as every hand-over has them
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shuntyard import handover, wire
from shuntyard.errors import ShuntyardError
from shuntyard.lists.tests import DisabledTest
from shuntyard.quarantine import Entry
from shuntyard.shards.cards import Job

SCHEMA = 1
KIND, FILE = "shards", "plan.json"
UPSTREAM = "upstream"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """A row of the matrix: `tests` it runs, the `pieces` that they make, their time in seconds on one card, and how
    many of the tests' durations were measured, borrowed or unknown."""

    config: str
    mode: str
    unstable: str
    values: dict[str, Any]
    tests: int
    pieces: int
    seconds: float
    unknown_s: float
    sources: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A test or a row that does not run, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFile:
    """All of a plan. `left` are tests, `left_rows` rows; a test in neither runs in every row that has it. `disabled`
    cases are to be told as skipped, with the issue; `quarantined` ones run, and their failures are shown and do not
    block. `notes` are what a reader must know, such as a list that was away."""

    schema: int = SCHEMA
    scope: str
    share: float
    hardware: str
    cards: int
    cards_per_job: int
    tests: int
    in_scope: int
    enabled: int
    makespan_s: float
    bound_s: float
    enough: int
    unused: int
    unstable: bool
    flags: dict[str, bool]
    reenabled: tuple[int, ...]
    rows: tuple[PlannedRow, ...]
    jobs: tuple[Job, ...]
    left: tuple[Left, ...]
    left_rows: tuple[Left, ...]
    disabled: tuple[DisabledTest, ...]
    quarantined: tuple[Entry, ...]
    notes: tuple[str, ...] = ()

    @property
    def reasons(self) -> dict[str, int]:
        """How many tests and rows each reason leaves out, the most frequent first."""
        return dict(Counter(left.reason for left in (*self.left, *self.left_rows)).most_common())


def matrix(plan: PlanFile) -> dict[str, list[dict[str, Any]]]:
    """The jobs in PyTorch's shape: what stands in the row, with `shard`, `num_shards`, the job's `index` in the file
    (from 0) and a `name` that no other job of it has."""
    names = [f"{row.config or 'tests'}{f'-{row.mode}' if row.mode else ''}" for row in plan.rows]
    twice = {name for name, number in Counter(names).items() if number > 1}
    include = []
    for index, job in enumerate(plan.jobs):
        name = f"{names[job.row]}-row{job.row + 1}" if names[job.row] in twice else names[job.row]
        place = {"shard": job.shard, "num_shards": job.of, "index": index, "name": f"{name}-{job.shard}of{job.of}"}
        include.append({**plan.rows[job.row].values, **place})
    return {"include": include}


def write(folder: Path, plan: PlanFile, *, upstream: str = "") -> None:
    """Leaves the plan in a folder of its own, as a hand-over; `upstream` is the commit whose tests were planned, empty
    where nobody knows it. Raises ShuntyardError where it cannot be written."""
    text = json.dumps(wire.encode(plan), separators=(",", ":"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(text, encoding="utf-8")
    except OSError as error:
        hint = "name another folder with `plan`"
        raise ShuntyardError(f"the plan cannot be written to {str(folder)!r}: {error.strerror}", hint=hint) from error
    facts = {"jobs": str(len(plan.jobs)), **({UPSTREAM: upstream} if upstream else {})}
    handover.write(folder, kind=KIND, axes={"hardware": plan.hardware}, facts=facts)


def read(folder: Path) -> PlanFile:
    """The plan of a folder. Raises ShuntyardError where it is not whole, or of another version."""
    handover.read(folder, kind=KIND)
    try:
        plan = wire.decode(PlanFile, json.loads((folder / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise ShuntyardError(f"{folder / FILE} is no plan: {error}", hint="plan-shards writes it") from error
    if plan.schema != SCHEMA:
        raise ShuntyardError(f"{folder / FILE} has schema {plan.schema}, known is {SCHEMA}", hint="use one Shuntyard")
    return plan


def job_of(plan: PlanFile, index: int) -> Job:
    """The job that a matrix entry's `index` means. Raises ShuntyardError for one that the plan does not have."""
    if not 0 <= index < len(plan.jobs):
        raise ShuntyardError(f"the plan has {len(plan.jobs)} jobs, and no index {index}", hint="pass matrix.index")
    return plan.jobs[index]
