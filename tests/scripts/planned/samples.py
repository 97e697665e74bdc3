"""Plans and jobs for the tests of run-planned: small, but real."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from shuntyard import wire
from shuntyard.plan import Row, Shard, Unit
from shuntyard.result import CaseResult
from shuntyard.shards.cards import Job
from shuntyard.shards.pieces import Piece
from shuntyard.shards.planfile import PlanFile, PlannedRow, write
from tests.scripts.runner_samples import Ran, make_suite, script, write_project

ROW = "pinned"
KEEP = {"keep-going": True}
GOOD = "def test_1(): pass\ndef test_2(): pass\n"
BAD = "def test_1(): pass\ndef test_2(): assert 1 == 2\n"
CRASH = "import os\ndef test_1(): pass\ndef test_2(): os.abort()\ndef test_3(): pass\n"


def piece(test: str, part: int = 1, parts: int = 1, whole: str = "") -> Piece:
    return Piece(test=test, part=part, parts=parts, estimate_s=1.0, source="measured", whole=whole)


def planned_row(**changes: Any) -> PlannedRow:
    row = PlannedRow(
        config="default", mode="", unstable="", values={"config": "default"}, tests=1, pieces=1, seconds=1.0,
        unknown_s=60.0, sources={"measured": 1},
    )  # fmt: skip
    return replace(row, **changes)


def plan_of(*jobs: Sequence[Sequence[Piece | str]], row: PlannedRow | None = None, **changes: Any) -> PlanFile:
    """A plan with a job for each argument: the pieces of each of its cards, a name standing for a whole file."""
    made = tuple(
        Job(
            row=0,
            shard=number,
            of=len(jobs),
            estimate_s=1.0,
            cards=tuple(tuple(piece(p) if isinstance(p, str) else p for p in card) for card in cards),
        )
        for number, cards in enumerate(jobs, start=1)
    )
    plan = PlanFile(
        scope="s", share=100.0, hardware="spyre", cards=4, cards_per_job=4, tests=1, in_scope=1, enabled=1,
        makespan_s=1.0, bound_s=1.0, enough=1, unused=0, unstable=False, flags={}, reenabled=(),
        rows=(row or planned_row(),), jobs=made, left=(), left_rows=(), disabled=(), quarantined=(),
    )  # fmt: skip
    return replace(plan, **changes)


def unit_for(index: int, of: int) -> Unit:
    row = Row(id=ROW, values={"stack": ROW}, runner="spyre", suite=make_suite(id="pytorch"))
    return Unit(id=f"{ROW}-{index}", runs_on=("spyre",), rows=(row,), shard=Shard(index=index, of=of))


def run_planned(
    project: Path,
    plan: PlanFile,
    *,
    index: int = 1,
    of: int = 0,
    env: Mapping[str, str] | None = None,
    **inputs: str,
) -> Ran:
    """run-planned on a project with its tests in `test/`, as a runner starts it."""
    return Ran(
        script("run_planned.py", project, inputs=inputs_of(project, plan, index, of, **inputs), env=env), _out(project)
    )


def inputs_of(project: Path, plan: PlanFile, index: int = 1, of: int = 0, **inputs: str) -> dict[str, str]:
    folder = project.parent / "plan"
    write(folder, plan)
    unit = unit_for(index, of or max(len(plan.jobs), 1))
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    texts = {"unit": json.dumps(wire.encode(unit)), "plan": str(folder), "results": str(_out(project)), "cards": "4"}
    return {**texts, "python": sys.executable, **given}


def _out(project: Path) -> Path:
    return project.parent / "results"


def project_of(folder: Path, **files: str) -> Path:
    """A project with `test/test_<name>.py` for each."""
    return write_project(folder, {f"test/test_{name}.py": text for name, text in files.items()})


def case(ran: Ran, name: str) -> CaseResult:
    (found,) = (case for case in ran.result(ROW).cases if case.case == name)
    return found
