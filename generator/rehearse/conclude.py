"""Rows and jobs → the overall verdict, and the one line that says it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from generator.rehearse.outcome import BAD, JobVerdict, Overall, RowVerdict
from shuntyard.human import count, duration
from shuntyard.plan import Empty

GATE = "gate"


def conclude(
    rows: Sequence[RowVerdict],
    jobs: Sequence[JobVerdict],
    *,
    empty: Empty,
    refused: bool = False,
    nothing: str = "",
    rowless: bool = False,
) -> tuple[Overall, str]:
    """The verdict, and what it rests on.

    Failed: a row or a job failed or ended in an error, but for experimental rows. Not exercised: nothing failed, and a
    row that the event runs, or a job that judges the rows, did not run; one that the gate let be skipped need not, nor
    one that nobody asked for.
    Passed with no row at all: nothing was selected, `empty` is "pass", and the gate passed; or `nothing` says why the
    event is to run no job of any call, and none ran; or no call has rows (`rowless`), and its jobs passed.
    """
    bad_rows = [row for row in rows if row.blocks]
    forgiven = [row for row in rows if row.verdict in BAD and row.experimental]
    besides = f", {count(len(forgiven), 'experimental row')} failed" if forgiven else ""
    bad_jobs = [job for job in jobs if job.verdict in BAD]
    passed = [row for row in rows if row.verdict == "passed"]
    absent = [row for row in rows if row.verdict == "not exercised"]
    if refused:
        return "failed", "GitHub would not start this run"
    if bad_rows or bad_jobs:
        parts = [count(len(bad_rows), "row")] * bool(bad_rows) + [count(len(bad_jobs), "job")] * bool(bad_jobs)
        return "failed", f"{' and '.join(parts)} failed, {count(len(passed), 'row')} passed{besides}"
    if nothing:
        ran = [job for job in jobs if job.call and job.verdict != "skipped"]
        if ran:
            return "failed", f"the job {ran[0].job} ran, and nothing was to: {nothing}"
        return "passed", f"nothing runs, and that is right: {nothing}"
    if rowless:
        return _by_jobs([job for job in jobs if job.call])
    if absent:
        return "not exercised", f"{count(len(absent), 'row')} did not run here, {len(passed)} passed{besides}"
    calls = {row.call for row in passed}
    gates = {job.call for job in jobs if job.job == GATE and job.verdict == "passed"}
    silent = [
        job
        for job in jobs
        if job.call in calls
        and job.verdict != "passed"
        and not (job.verdict == "skipped" and (job.unasked or job.call in gates))
    ]
    if silent:
        return "not exercised", f"the job {silent[0].job} was {silent[0].verdict}, {count(len(passed), 'row')} passed"
    if passed:
        return "passed", f"{count(len(passed), 'row')} passed{besides}"
    if forgiven:
        return "not exercised", f"no row passed{besides}"
    gate = any(job.job == GATE and job.verdict == "passed" for job in jobs)
    if empty == "pass" and gate:
        return "passed", "nothing was selected, which this pipeline's gate accepts"
    return "not exercised", "no row ran"


def _by_jobs(jobs: Sequence[JobVerdict]) -> tuple[Overall, str]:
    """The verdict where the calls have jobs alone, none of which is bad."""
    absent = next((job for job in jobs if job.verdict == "not exercised"), None)
    ran = [job for job in jobs if job.verdict == "passed"]
    if absent or not ran:
        return "not exercised", f"the job {absent.job} did not run here" if absent else "no job ran"
    return "passed", f"{count(len(ran), 'job')} passed, and there are no rows"


def headline(pipeline: str, event: str, verdict: Overall, because: str, seconds: float) -> str:
    """The last line."""
    return f"rehearsal of {pipeline} on {event}: {verdict} ({because}; {duration(seconds)})"
