"""What one job of a plan is: its pieces for each card, where and with what they run. Read once, checked first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from shuntyard.contract import Contract, Value
from shuntyard.errors import ShuntyardError
from shuntyard.filters.modes import RERUN
from shuntyard.locate import program
from shuntyard.plan import Row, Unit
from shuntyard.planned.inputs import read_each_card
from shuntyard.planned.tolerate import Tolerance, tolerance
from shuntyard.scope.judge import is_name
from shuntyard.setting import Setting, read_setting
from shuntyard.shards.cards import Job as PlannedJob
from shuntyard.shards.pieces import Piece
from shuntyard.shards.planfile import PlanFile, PlannedRow, job_of
from shuntyard.shards.planfile import read as read_plan
from shuntyard.unit import read_unit

_LONGEST_MINUTES, _LONGEST_CASE_S = 7 * 24 * 60, 86_400


class Job(NamedTuple):
    """One job of a plan. `cards` holds the pieces of each; none where the plan has fewer jobs than the matrix.

    `tests` is the folder of the tests, relative to the workspace; `each_card` are variables with `{card}` in them;
    `limit_s` is for all pieces, `case_s` for one case (0: no limit); `config` is the plan's.
    """

    setting: Setting
    row: Row
    plan: PlanFile
    config: str
    values: Mapping[str, object]
    cards: tuple[tuple[Piece, ...], ...]
    tests: str
    python: str
    each_card: dict[str, str]
    limit_s: float
    case_s: float
    tolerance: Tolerance

    @property
    def keeps_going(self) -> bool:
        """Whether a card goes on after a piece that failed."""
        return self.plan.flags.get("keep-going", False)

    @property
    def reruns(self) -> bool:
        """Whether only the disabled cases run, to see which of them could be enabled again."""
        return RERUN in self.values


def read_job(contract: Contract, inputs: Mapping[str, Value], env: Mapping[str, str]) -> Job:
    """The job of this matrix entry. Raises ShuntyardError that names the input at fault."""
    unit = read_unit(str(inputs["unit"]))
    if len(unit.rows) != 1:
        raise ShuntyardError(f"the unit {unit.id!r} has {len(unit.rows)} rows", hint="run-planned runs one row a job")
    plan = read_plan(Path(str(inputs["plan"])))
    planned = _planned_job(plan, unit)
    each_card = read_each_card(str(inputs["each-card"]))
    limit_s = 60 * _number(inputs, "time-limit", 0.01, _LONGEST_MINUTES)
    case_s = _number(inputs, "test-timeout", 0, _LONGEST_CASE_S)
    cards = int(_number(inputs, "cards", 1, 10_000))
    if planned and len(planned.cards) > cards:
        message = f"the plan has work for {len(planned.cards)} cards, this job has {cards}"
        raise ShuntyardError(message, hint="give plan-shards the same `cards-per-job` as this job has `cards`")
    settled = {**inputs, "working-directory": ".", "shell-entry": "", "tests": "", "repeats": 1}
    setting = read_setting(contract, settled, env, unit)
    row = plan.rows[planned.row] if planned else None
    config = (row.config if row else "") or unit.rows[0].suite.id
    values = _values(row)
    return Job(
        setting=setting,
        row=unit.rows[0],
        plan=plan,
        config=config,
        values=values,
        cards=_checked(planned.cards) if planned else (),
        tests=_tests(setting, str(inputs["tests"])) if planned else "",
        python=_python(setting) if planned else "",
        each_card=each_card,
        limit_s=limit_s,
        case_s=0 if plan.flags.get("ci-no-test-timeout") else case_s,
        tolerance=tolerance(plan.quarantined, config, _unstable(plan, row), rerun=RERUN in values),
    )


def _planned_job(plan: PlanFile, unit: Unit) -> PlannedJob | None:
    """The plan's job for this place in the matrix; None beyond the last: the matrix was made before the plan was."""
    index = unit.shard.index - 1
    if index >= len(plan.jobs):
        return None
    if len(plan.jobs) > unit.shard.of:
        message = f"the plan has {len(plan.jobs)} jobs, the matrix only {unit.shard.of}"
        raise ShuntyardError(message, hint="plan for the cards that the stage has")
    planned = job_of(plan, index)
    if not 0 <= planned.row < len(plan.rows):
        raise ShuntyardError(f"job {index + 1} of the plan belongs to no row of it", hint="plan-shards writes it")
    return planned


def _checked(cards: tuple[tuple[Piece, ...], ...]) -> tuple[tuple[Piece, ...], ...]:
    for piece in (piece for pieces in cards for piece in pieces):
        if not is_name(piece.test) or not 1 <= piece.part <= piece.parts or piece.whole not in ("", "class", "file"):
            raise ShuntyardError(f"the plan has the piece {piece.id[:200]!r}", hint="plan-shards makes no such piece")
    return cards


def _values(row: PlannedRow | None) -> Mapping[str, object]:
    """The row's values; its periodic mode is one of them."""
    return {} if row is None else {**row.values, **({row.mode: row.mode} if row.mode else {})}


def _unstable(plan: PlanFile, row: PlannedRow | None) -> str:
    """Why the row is unstable; empty when it is not."""
    return (row.unstable if row else "") or ("the whole job is unstable" if plan.unstable else "")


def _tests(setting: Setting, name: str) -> str:
    folder = (setting.workspace / name).resolve()
    if not folder.is_relative_to(setting.workspace) or not folder.is_dir():
        raise ShuntyardError(f"input 'tests' is {name!r}", hint="name a folder inside the workspace")
    return folder.relative_to(setting.workspace).as_posix()


def _python(setting: Setting) -> str:
    names = dict.fromkeys((setting.python, "python3"))
    found = next(filter(None, (program(name, setting.env, setting.workspace) for name in names)), "")
    if not found:
        raise ShuntyardError(f"there is no {' and no '.join(names)} on the PATH", hint="set input 'python'")
    return found


def _number(inputs: Mapping[str, Value], name: str, least: float, most: float) -> float:
    value = float(inputs[name])
    if not least <= value <= most:
        raise ShuntyardError(f"input {name!r} is {value:g}", hint=f"write a number from {least:g} to {most:,g}")
    return value
