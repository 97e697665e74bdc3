"""A verdict for each row: its step must have succeeded, and its own result must say so. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from generator.rehearse.chosen import Chosen
from generator.rehearse.expect import Expectation
from generator.rehearse.judge_jobs import judge_instance, step_name
from generator.rehearse.lower import FORGIVES
from generator.rehearse.observe import Job
from generator.rehearse.outcome import JobVerdict, RowVerdict, Verdict
from generator.rehearse.standins import cut
from generator.shape import items, mapping
from shuntyard.evidence import Evidence
from shuntyard.join import join, split_foreign
from shuntyard.plan import EXPERIMENTAL, Plan, Row, Unit
from shuntyard.report import RowReport
from shuntyard.rows import sum_up
from shuntyard.text import line


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is known about one run of a called workflow: its jobs as written and as observed, and their verdicts.

    `outside` is the verdict on the calling job where that kept all of them from running.
    """

    label: str
    jobs: Mapping[str, Mapping[str, Any]]
    observed: Sequence[Job]
    verdicts: Mapping[str, JobVerdict]
    stopped: str = ""
    outside: JobVerdict | None = None


def judge_rows(
    expected: Expectation, call: Call, chosen: Chosen, evidence: Sequence[Evidence], rows: Sequence[str],
    obstacle: Callable[[Unit], str],
) -> list[RowVerdict]:  # fmt: skip
    """Every row of the call's matrix. `rows` are the globs asked for; `obstacle` says why a unit cannot run here."""
    units = expected.selection.plan.units if expected.selection else chosen.whole or ()
    reports = _reports(expected, chosen, evidence)
    found: list[RowVerdict] = []
    for unit in units:
        if not cut.is_asked_for([row.id for row in unit.rows], rows):
            found += [_row(call, unit, row, "skipped", cut.NOT_ASKED) for row in unit.rows]
        elif why := obstacle(unit):
            found += [_row(call, unit, row, "not exercised", why) for row in unit.rows]
        elif call.outside:
            found += [_row(call, unit, row, call.outside.verdict, call.outside.reason) for row in unit.rows]
        else:
            found += _judge_unit(call, unit, chosen, reports)
    known = {unit.id for unit in units}
    for unit in chosen.whole or ():
        if unit.id not in known:
            reason = "select-rows chose it, which the matrix here does not foresee"
            found += [_row(call, unit, row, "error", reason) for row in unit.rows]
    return found + _left_out(expected, call.label)


def judge_refused(expected: Expectation, reason: str) -> list[RowVerdict]:
    """The rows of a call that GitHub would not start."""
    call = Call(label=expected.call.job, jobs={}, observed=(), verdicts={})
    units = expected.selection.plan.units if expected.selection else ()
    found = [_row(call, unit, row, "error", reason) for unit in units for row in unit.rows]
    return found + _left_out(expected, call.label)


def _judge_unit(call: Call, unit: Unit, chosen: Chosen, reports: Mapping[str, RowReport]) -> list[RowVerdict]:
    if chosen.whole is not None and unit.id not in {other.id for other in chosen.whole}:
        return [_row(call, unit, row, "error", "select-rows did not choose it") for row in unit.rows]
    job_ids = [job_id for job_id, job in call.jobs.items() if _is_of_rows(job)]
    judged = [_judge_job(call, job_id, unit) for job_id in job_ids]
    stopping = next((each for each in judged if each[0] not in ("passed", "failed")), None)
    if stopping or not judged:
        return [_row(call, unit, row, *(stopping or ("error", "no job runs it"))) for row in unit.rows]
    failed = next((each for each in judged if each[0] == "failed"), None)
    if not any(_row_step(call.jobs[job_id]) for job_id in job_ids):
        return [_row(call, unit, row, *(failed or ("passed", ""))) for row in unit.rows]
    found = [_judge_row(call, unit, row, failed[1] if failed else "", reports) for row in unit.rows]
    said = _said(call, job_ids, unit) if failed else ""
    return [_explained(row, said) for row in found]


def _said(call: Call, job_ids: Sequence[str], unit: Unit) -> str:
    """The first error that the unit's jobs told of; what comes after it mostly follows from it."""
    own = (job for job in call.observed if job.id in job_ids and job.matrix.get("unit") == unit.id)
    return line(next((error for job in own for error in job.errors), ""), 400)


def _explained(row: RowVerdict, said: str) -> RowVerdict:
    """A row that tested nothing, because something went wrong before: with what that was."""
    blank = said and row.verdict == "error" and not row.tests
    return replace(row, reason=f"{said} ({row.reason})") if blank else row


def _judge_job(call: Call, job_id: str, unit: Unit) -> tuple[Verdict, str]:
    """What became of the unit's job, and why.

    Where a step runs the unit, only that one may fail with `failed`: then the results say which row it was. Anything
    else that goes wrong is an error of all its rows.
    """
    job = next((job for job in call.observed if job.id == job_id and job.matrix.get("unit") == unit.id), None)
    if job is None:
        return _never_ran(call.verdicts[job_id])
    verdict, reason = judge_instance(job, call.stopped)
    step = job.failed_step
    if verdict == "passed" and FORGIVES in call.jobs[job_id] and (step := job.forgiven_step):
        verdict, reason = "failed", f"its step {step_name(step.id, step.name)} failed"
    runs_unit = _row_step(call.jobs[job_id])
    main = job.steps.get(("Main", (runs_unit,)))
    if not runs_unit:
        idle = verdict == "passed" and not any(stage == "Main" for stage, _ in job.steps)
        return ("error", "none of its steps ran") if idle else (verdict, reason)
    if verdict == "failed" and step is not main:
        return "error", reason
    if verdict == "passed" and main is None:
        return "error", f"its step {runs_unit} did not run"
    if verdict == "passed" and main and main.result != "success":
        return "error", f"its step {runs_unit} ended as {main.result or 'nothing'}"
    return verdict, reason


def _is_of_rows(job: Mapping[str, Any]) -> bool:
    """Whether the job's matrix has an entry for each unit; a job for several rows at once has groups of them."""
    return "strategy" in job and "outputs.groups" not in str(mapping(job["strategy"]).get("matrix"))


def _row_step(job: Mapping[str, Any]) -> str:
    """The id of the step that runs a unit, and so leaves a result for each of its rows; empty where there is none."""
    steps = [mapping(step) for step in items(job.get("steps"))]
    return next((str(step.get("id", "")) for step in steps if "unit" in mapping(step.get("with"))), "")


def _judge_row(call: Call, unit: Unit, row: Row, step_failure: str, reports: Mapping[str, RowReport]) -> RowVerdict:
    """Passed only where the step succeeded and the result says passed. A failed step is excused where another row of
    the same job explains it: paired arms share a step, and one arm's failure is not the other's."""
    report = _of_unit(reports, row, unit)
    if report is None:
        reason = "it left no result" + (f", and {step_failure}" if step_failure else "")
        return _row(call, unit, row, "error", reason)
    others = [_of_unit(reports, other, unit) for other in unit.rows if other.id != row.id]
    explained = any(other.outcome != "passed" for other in others if other)
    verdict, reason = _outcome(report, unit.shard.of)
    if verdict == "passed" and step_failure and not explained:
        verdict, reason = "error", f"its result says passed, but {step_failure}"
    elif verdict == "passed" and report.fallbacks:
        reason = f"fell back to {', '.join(report.ran)}: {report.fallback_reasons[0]}"
    return _row(call, unit, row, verdict, reason, tests=report.tests, failed=report.failed, seconds=report.duration_s)


def _of_unit(reports: Mapping[str, RowReport], row: Row, unit: Unit) -> RowReport | None:
    """What the results say about a row in one unit: a row that is cut into shards runs in several."""
    runs = [run for run in reports[row.id].runs if run.unit == unit.id] if row.id in reports else []
    return sum_up(reports[row.id], runs) if runs else None


def _outcome(report: RowReport, shards: int) -> tuple[Verdict, str]:
    first = report.reasons[0] if report.reasons else ""
    match report.outcome:
        case "passed":
            return "passed", ""
        case "failed":
            return "failed", first or f"{report.failed} of {report.tests} tests failed"
        case "empty" if shards > 1:
            return "passed", "no test fell into this shard"
        case "empty":
            return "error", first or "nothing was tested"
        case _:
            return "error", first or "it ended in an error"


def _never_ran(verdict: JobVerdict) -> tuple[Verdict, str]:
    """Why a unit's job is not in the log, from the verdict on the job that should have had it."""
    if verdict.verdict == "not exercised":
        return "not exercised", verdict.reason
    if verdict.verdict in ("skipped", "error") and verdict.reason:
        return "error", verdict.reason
    return "error", "act never ran it"


def _reports(expected: Expectation, chosen: Chosen, evidence: Sequence[Evidence]) -> dict[str, RowReport]:
    """What the collected results say about each row."""
    units = tuple(unit for unit in chosen.whole or () if unit.id in chosen.kept)
    pipeline = expected.compiled.pipeline if expected.compiled else _pipeline(evidence, chosen.prefix)
    instance = expected.instance or chosen.prefix.removeprefix(pipeline).removeprefix("-")
    plan = Plan(pipeline=pipeline, units=units)
    own, _ = split_foreign(evidence, plan, pipeline, instance)
    return {r.id: r for r in join(plan, own, pipeline=pipeline, instance=instance, repeats=expected.repeats)}


def _pipeline(evidence: Sequence[Evidence], prefix: str) -> str:
    """The pipeline that results say they are of, where no plain value names it."""
    named = (item.result.pipeline for item in evidence if item.result and item.artifact.startswith(f"{prefix}--"))
    return next((name for name in named if prefix == name or prefix.startswith(f"{name}-")), prefix)


def _left_out(expected: Expectation, call: str) -> list[RowVerdict]:
    """The rows that this event does not run, with the reason."""
    if not expected.compiled or not expected.selection:
        return []
    reasons = expected.selection.reasons
    return [
        RowVerdict(
            call=call, row=row.id, unit="", config=row.suite, arm=row.arm, verdict="skipped", reason=reasons[row.id]
        )
        for row in expected.compiled.rows
        if row.id in reasons
    ]


def _row(
    call: Call,
    unit: Unit,
    row: Row,
    verdict: Verdict,
    reason: str,
    *,
    tests: int = 0,
    failed: int = 0,
    seconds: float = 0.0,
) -> RowVerdict:
    return RowVerdict(
        call=call.label, row=row.id, unit=unit.id, config=row.suite.id, arm=row.arm, verdict=verdict, reason=reason,
        tests=tests, failed=failed, seconds=seconds, experimental=row.stage == EXPERIMENTAL,
    )  # fmt: skip
