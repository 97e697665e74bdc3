"""Joins what was planned with what was found: one RowReport a row, with an error for everything that is not there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from shuntyard.evidence import Evidence, artifact_name
from shuntyard.plan import Plan, Row, Unit
from shuntyard.report import RowReport, Run
from shuntyard.result import ShardResult, judge
from shuntyard.rows import final_cases, sum_up, worst

_NAMED = 3  # how many others a message names


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A run, the row that it belongs to, and the result that it came from, where there was one."""

    row_id: str
    run: Run
    result: ShardResult | None = None

    @property
    def identity(self) -> tuple[str, int, int]:
        return self.row_id, self.run.shard_index, self.run.repetition


def split_foreign(
    evidence: Sequence[Evidence], plan: Plan | None, pipeline: str, instance: str
) -> tuple[list[Evidence], list[str]]:
    """The evidence of this plan, and the names of artifacts that other instances left in the same folder.

    A download by pattern can bring more than its own. Without a plan everything counts: nobody knows what was expected.
    """
    if plan is None:
        return list(evidence), []
    own = {artifact_name(pipeline, instance, unit.id) for unit in plan.units} | {""}
    return [item for item in evidence if item.artifact in own], sorted({item.artifact for item in evidence} - own)


def join(
    plan: Plan | None, evidence: Sequence[Evidence], *, pipeline: str, instance: str = "", repeats: int = 0
) -> tuple[RowReport, ...]:
    """One report a row: those of the plan in its order, then those that only the evidence knows.

    Each row must have `repeats` repetitions, and as many as any row of its unit has.
    """
    units = {artifact_name(pipeline, instance, unit.id): unit for unit in (plan.units if plan else ())}
    found = _mark_duplicates([_examine(item, _unit_of(item, units), pipeline) for item in evidence])
    uploaded = {item.artifact for item in evidence}
    for name, unit in units.items():
        found += _missing(name, unit, found, uploaded=name in uploaded, repeats=repeats)
    planned = {row.id: (unit, row) for unit in units.values() for row in unit.rows}
    by_row: dict[str, list[_Found]] = {row_id: [] for row_id in planned}
    for item in found:
        by_row.setdefault(item.row_id, []).append(item)
    return tuple(_report(row_id, items, planned.get(row_id)) for row_id, items in by_row.items())


def _unit_of(item: Evidence, units: Mapping[str, Unit]) -> Unit | None:
    """The unit that the evidence belongs to: by its artifact, or by its row where there is no artifact."""
    if item.artifact:
        return units.get(item.artifact)
    index = item.result.shard_index if item.result else 1
    candidates = [unit for unit in units.values() if item.row_id in {row.id for row in unit.rows}]
    return next((unit for unit in candidates if unit.shard.index == index), candidates[0] if candidates else None)


def _examine(item: Evidence, unit: Unit | None, pipeline: str) -> _Found:
    """What one piece of evidence says; a result that cannot be trusted becomes an error that says why."""
    result, name = item.result, unit.id if unit else item.artifact
    if result is None:
        run = Run(
            unit=name,
            folder=item.folder,
            repetition=item.repetition,
            shard_index=unit.shard.index if unit else 1,
            shard_of=unit.shard.of if unit else 1,
            fault="missing" if item.absent else "unreadable",
            outcome="error",
            reason=f"{item.reason}; the log ends:\n{item.log}" if item.log else item.reason,
        )
        return _Found(row_id=item.row_id, run=run)
    objection = _objection(result, unit, pipeline)
    run = Run(
        unit=name,
        folder=item.folder,
        repetition=result.repetition,
        shard_index=result.shard_index,
        shard_of=result.shard_of,
        fault="contradictory" if objection else "",
        outcome="error" if objection else result.outcome,
        reason=objection or result.error,
        ran=result.ran,
        fallback_reason=result.fallback_reason,
        exit_code=result.exit_code,
        started_at=result.started_at,
        duration_s=result.duration_s,
        peak_memory_mb=result.peak_memory_mb,
        hardware=result.hardware,
        cases=result.cases,
    )
    return _Found(row_id=item.row_id, run=run, result=result)


def _objection(result: ShardResult, unit: Unit | None, pipeline: str) -> str:
    """Why a result cannot stand as it is; empty when it can."""
    if pipeline and result.pipeline != pipeline:
        return f"this result is of the pipeline {result.pipeline!r}"
    if unit and result.key.row_id not in {row.id for row in unit.rows}:
        return f"the plan has no row {result.key.row_id!r} in the unit {unit.id!r}"
    if unit and (result.shard_index, result.shard_of) != (unit.shard.index, unit.shard.of):
        return f"this is shard {result.shard_index} of {result.shard_of}, not {unit.shard.index} of {unit.shard.of}"
    judged = judge(result.exit_code, final_cases(result.cases))
    if worst((judged, result.outcome)) != result.outcome:
        return f"it says {result.outcome}, but its exit code and its cases say {judged}"
    return ""


def _mark_duplicates(found: Sequence[_Found]) -> list[_Found]:
    """Two results with one identity are both errors: nobody can say which of them is true."""
    folders: dict[tuple[str, int, int], list[str]] = defaultdict(list)
    for item in found:
        folders[item.identity].append(item.run.folder)
    return [_mark(item, folders[item.identity]) if len(folders[item.identity]) > 1 else item for item in found]


def _mark(item: _Found, folders: Sequence[str]) -> _Found:
    others = [folder for folder in folders[: _NAMED + 1] if folder != item.run.folder][:_NAMED]
    reason = f"{len(folders)} results claim to be this one; the others: {', '.join(others)}"
    return replace(item, run=replace(item.run, fault="duplicate", outcome="error", reason=reason))


def _missing(name: str, unit: Unit, found: Sequence[_Found], *, uploaded: bool, repeats: int) -> list[_Found]:
    """An error for each row and repetition of the unit that left no trace."""
    seen = {item.identity for item in found}
    highest = max((item.run.repetition for item in found if item.run.unit == unit.id), default=0)
    wanted = [(row, number) for row in unit.rows for number in range(1, max(repeats, highest, 1) + 1)]
    return [
        _gap(unit, row, number, f"{name}/{row.id}/r{number}", "" if uploaded else name)
        for row, number in wanted
        if (row.id, unit.shard.index, number) not in seen
    ]


def _gap(unit: Unit, row: Row, repetition: int, folder: str, absent: str) -> _Found:
    run = Run(
        unit=unit.id,
        folder=folder,
        repetition=repetition,
        shard_index=unit.shard.index,
        shard_of=unit.shard.of,
        fault="missing",
        outcome="error",
        reason=f"there is no artifact {absent}" if absent else f"there is nothing at {folder}",
    )
    return _Found(row_id=row.id, run=run)


def _report(row_id: str, found: Sequence[_Found], planned: tuple[Unit, Row] | None) -> RowReport:
    runs = [item.run for item in found]
    if planned:
        unit, row = planned
        bare = RowReport(
            id=row_id,
            unit=unit.id,
            config=row.suite.id,
            arm=row.arm,
            stage=row.stage,
            values=row.values,
            outcome="empty",
        )
        return sum_up(bare, runs)
    result = next((item.result for item in found if item.result), None)
    config, arm = (result.config, result.arm) if result else (row_id, "")
    return sum_up(RowReport(id=row_id, unit=runs[0].unit, config=config, arm=arm, outcome="empty"), runs)
