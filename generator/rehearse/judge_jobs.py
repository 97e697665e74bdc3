"""A verdict for each job, from what act did with it. Pure. A job is never passed because it was skipped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from generator.rehearse.lower import FORGIVES
from generator.rehearse.observe import Job
from generator.rehearse.outcome import JobVerdict, Verdict
from generator.shape import texts

NEVER_RAN = "act never ran it"
UNMET = "its condition did not hold"
_FOR_INPUT = re.compile(r"\binputs\.([A-Za-z][\w-]*) != ''")
WORST_FIRST: tuple[Verdict, ...] = ("error", "failed", "not exercised", "skipped", "passed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What kept jobs from running: `blocked` by job id, act's `complaint`, and why it was `stopped`.

    `outside` is the verdict on the calling job, for the jobs of a workflow that was never started. `emptied` says that
    nothing of what was selected can run here. `given` are the inputs that the call sets.
    """

    blocked: Mapping[str, str] = field(default_factory=dict)
    complaint: str = ""
    stopped: str = ""
    outside: JobVerdict | None = None
    emptied: bool = False
    given: frozenset[str] = frozenset()


def judge_jobs(
    call: str,
    jobs: Mapping[str, Mapping[str, Any]],
    observed: Mapping[str, Sequence[Job]],
    circumstances: Circumstances,
    known: Mapping[str, JobVerdict] | None = None,
) -> dict[str, JobVerdict]:
    """A verdict for each of a workflow's jobs, by id; `known` are those that are judged elsewhere (calls)."""
    verdicts: dict[str, JobVerdict] = dict(known or {})
    for job_id in _ordered(jobs):
        if job_id not in verdicts:
            needs = {name: verdicts[name] for name in texts(jobs[job_id].get("needs")) if name in verdicts}
            verdicts[job_id] = _judge(call, job_id, jobs[job_id], observed.get(job_id, ()), circumstances, needs)
    return {job_id: verdicts[job_id] for job_id in jobs}


def worst(verdicts: Sequence[JobVerdict]) -> JobVerdict | None:
    """The worst of several."""
    return min(verdicts, key=lambda verdict: WORST_FIRST.index(verdict.verdict), default=None)


def blame_absence(verdict: JobVerdict, needs: Mapping[str, JobVerdict]) -> JobVerdict:
    """A job that failed after one that was not exercised says nothing about GitHub: there, the other would have run."""
    missing = next((name for name, other in needs.items() if other.verdict == "not exercised"), "")
    if verdict.verdict != "failed" or not missing:
        return verdict
    reason = f"it failed here, after {missing} was not exercised"
    return replace(verdict, verdict="not exercised", reason=reason, log=())


def judge_instance(job: Job, stopped: str = "") -> tuple[Verdict, str]:
    """One job that act started: the verdict and the reason."""
    if job.refusals:
        return "not exercised", job.refusals[0]
    if job.unsupported:
        return "not exercised", "no such runner is on this machine"
    if stopped and (job.cancelled or not job.result):
        return "error", stopped
    if step := job.failed_step:
        return "failed", f"its step {step_name(step.id, step.name)} failed"
    if not job.result:
        return "error", "act stopped before it ended"
    # In a matrix, a job's own result may be a sibling's; without a failed step it fails only if nothing ran.
    if job.result == "failure" and (not job.matrix or not _did_work(job)):
        return "error", job.errors[0] if job.errors else "it failed outside of its steps"
    return "passed", ""


def step_name(step: tuple[str, ...], name: str) -> str:
    """The id of a step; act numbers those without one, and then its text says more."""
    return name.strip().splitlines()[0][:60] if step[-1].isdigit() and name.strip() else step[-1]


def _did_work(job: Job) -> bool:
    return any(stage == "Main" for stage, _ in job.steps)


def _judge(
    call: str, job_id: str, data: Mapping[str, Any], observed: Sequence[Job], circumstances: Circumstances,
    needs: Mapping[str, JobVerdict],
) -> JobVerdict:  # fmt: skip
    ran = [job for job in observed if job.ran or job.unsupported]
    if job_id in circumstances.blocked:
        return JobVerdict(call=call, job=job_id, verdict="not exercised", reason=circumstances.blocked[job_id])
    if not ran:
        verdict, reason = _absent(data, circumstances, needs)
        wanted = _FOR_INPUT.search(str(data.get("if", "")))
        if reason == UNMET and wanted and wanted[1] not in circumstances.given:
            return JobVerdict(call=call, job=job_id, verdict=verdict, reason=f"no {wanted[1]} is given", unasked=True)
        return JobVerdict(call=call, job=job_id, verdict=verdict, reason=reason)
    judged = [_verdict(call, job_id, job, circumstances.stopped, FORGIVES in data) for job in ran]
    found = worst(judged)
    assert found is not None, "something ran"
    return blame_absence(replace(found, seconds=sum(each.seconds for each in judged)), needs)


def _verdict(call: str, job_id: str, job: Job, stopped: str, may_fail: bool) -> JobVerdict:
    verdict, reason = judge_instance(job, stopped)
    if verdict == "passed" and may_fail and (step := job.forgiven_step):
        reason = f"its step {step_name(step.id, step.name)} failed, which {FORGIVES} forgives"
    log = job.tail() if verdict in ("failed", "error") else ()
    return JobVerdict(call=call, job=job_id, verdict=verdict, reason=reason, seconds=job.seconds, log=log)


def _absent(data: Mapping[str, Any], around: Circumstances, needs: Mapping[str, JobVerdict]) -> tuple[Verdict, str]:
    """Why act never ran a job. A job that waits for another is skipped when that did not pass."""
    if around.complaint:
        return "error", f"act does not accept the workflow: {_short(around.complaint)}"
    if around.outside is not None:
        return around.outside.verdict, around.outside.reason
    if around.emptied and data.get("strategy"):
        return "not exercised", "nothing that was selected can run here"
    missing = next(((name, other) for name, other in needs.items() if other.verdict != "passed"), None)
    always = "always()" in str(data.get("if", ""))
    if missing and (missing[1].verdict == "not exercised" or not always):
        name, other = missing
        bad: Verdict = "not exercised" if other.verdict == "not exercised" else "skipped"
        return bad, f"it needs {name}, which {_was(other.verdict)}"
    if around.stopped:
        return "error", around.stopped
    if data.get("if") is not None:
        return "skipped", UNMET
    return "error", NEVER_RAN


def _short(complaint: str) -> str:
    """The part of act's complaint that says what is wrong; its line numbers are those of the lowered file."""
    return re.split(r"Line: [0-9]+ Column [0-9]+: ", complaint.splitlines()[0])[-1].strip()


def _was(verdict: Verdict) -> str:
    return {"failed": "failed", "error": "ended in an error"}.get(verdict, f"was {verdict}")


def _ordered(jobs: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Job ids, each after those that it needs; what goes in circles keeps its place."""
    done: list[str] = []
    waiting = list(jobs)
    while waiting:
        ready = [name for name in waiting if not set(texts(jobs[name].get("needs"))) & set(waiting)] or waiting[:1]
        done += ready
        waiting = [name for name in waiting if name not in ready]
    return done
