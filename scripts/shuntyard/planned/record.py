"""The one result of a job, from everything that its pieces left."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import chain
from pathlib import Path

from shuntyard.arms import now
from shuntyard.cases import bound, merge
from shuntyard.command import prepare_commands
from shuntyard.execute import fresh_folder, prepare, write_result
from shuntyard.planned.course import Course, run_course
from shuntyard.planned.job import Job
from shuntyard.planned.tolerate import blocking, marked
from shuntyard.result import Outcome, ShardResult, absence, untested

PIECES = "pieces.json"
_LONGEST_ERROR = 4000


def run_job(job: Job, preparation: str) -> ShardResult:
    """Prepares, runs the job's pieces, and writes `<results>/<row id>/r1/`.

    Raises KeyboardInterrupt, with what is known so far written down.
    """
    commands = prepare_commands(preparation) if job.cards else []
    folder = fresh_folder(job.setting, job.row, 1)
    fault = prepare(job.setting, commands)
    started_at = now()
    course = Course((), (), (fault,), 0.0, 0.0, False) if fault else run_course(job, folder)
    result = _result(job, course, started_at)
    _write_pieces(folder, course)
    write_result(folder, result)
    if course.interrupted:
        raise KeyboardInterrupt
    return result


def _result(job: Job, course: Course, started_at: str) -> ShardResult:
    setting = job.setting
    cases = merge([*chain.from_iterable(running.cases for running in course.pieces), *course.unrun])
    errors = [f"{running.piece.id}: {error}" for running in course.pieces for error in running.errors]
    error = bound("; ".join([*course.errors, *errors]), _LONGEST_ERROR)
    told = tuple(marked(case, job.tolerance) for case in cases)
    absent = absence(told)
    if blocking(cases, job.tolerance):
        outcome: Outcome = "failed"
    elif error and not job.tolerance.everything:
        outcome = "error"
    elif absent or (not cases and not error):
        outcome = untested("empty", absent, setting.shard.of)
    else:
        outcome = "passed"
    return ShardResult(
        pipeline=setting.pipeline,
        key=replace(setting.key, row_id=job.row.id),
        config=job.config,
        arm=job.row.arm,
        ran="python",
        outcome=outcome,
        exit_code={"passed": 0, "empty": 5}.get(outcome, 1),
        shard_index=setting.shard.index,
        shard_of=setting.shard.of,
        error=error or absent,
        hardware=setting.hardware,
        started_at=started_at,
        duration_s=course.duration_s,
        peak_memory_mb=course.peak_memory_mb,
        cases=told,
    )


def _write_pieces(folder: Path, course: Course) -> None:
    """How long each piece took, beside what the plan had thought."""
    told = [
        {
            "test": running.piece.test,
            "part": running.piece.part,
            "parts": running.piece.parts,
            "card": running.card,
            "estimate_s": round(running.piece.estimate_s, 3),
            "duration_s": round(running.duration_s, 3),
            "cases": len(running.cases),
            "blocks": running.blocks,
            "errors": running.errors,
        }
        for running in course.pieces
    ]
    (folder / PIECES).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
