"""A rehearsal as text for a terminal. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from generator.rehearse.outcome import JobVerdict, Rehearsal, RowVerdict
from shuntyard.human import duration, table
from shuntyard.text import line, visible

WIDTH = 118
LOG_LINES = 12


def show(rehearsal: Rehearsal) -> str:
    """Rows, jobs, the logs of what failed, what was not exercised, and the verdict as the last line."""
    return "\n".join(_lines(rehearsal)) + "\n"


def _lines(rehearsal: Rehearsal) -> Iterator[str]:
    several = len({row.call for row in rehearsal.rows} | {job.call for job in rehearsal.jobs if job.call}) > 1
    if rehearsal.rows:
        yield table(
            ("row", "arm", "verdict", "tests", "time", "note"),
            [_row(r, several) for r in _shown(rehearsal)],
            right=frozenset({3, 4}),
        )
        yield from _hidden(rehearsal)
        yield ""
    yield table(
        ("job", "verdict", "time", "note"), [_job(job, several) for job in rehearsal.jobs], right=frozenset({2})
    )
    for job in rehearsal.jobs:
        if job.log:
            yield f"\nthe end of the log of {_job_name(job, several)}:"
            yield from (f"  | {line(visible(text), WIDTH)}" for text in job.log[-LOG_LINES:])
    yield "\nnot exercised, because act does not do it or this machine cannot:"
    yield from _omissions(rehearsal)
    if rehearsal.notes:
        yield ""
        yield from (textwrap.fill(f"note: {note}", WIDTH, subsequent_indent="      ") for note in rehearsal.notes)
    if rehearsal.output:
        yield f"\nresults: {rehearsal.output}"
        yield from (f"report:  {path}" for path in rehearsal.reports)
    yield f"\n{rehearsal.headline}"


def _shown(rehearsal: Rehearsal) -> list[RowVerdict]:
    return [row for row in rehearsal.rows if row.verdict != "skipped"]


def _hidden(rehearsal: Rehearsal) -> Iterator[str]:
    """Rows that the event does not run: how many, by reason."""
    reasons = [row.reason for row in rehearsal.rows if row.verdict == "skipped"]
    for reason in dict.fromkeys(reasons):
        yield f"skipped {reasons.count(reason)}: {reason}"


def _row(row: RowVerdict, several: bool) -> tuple[str, ...]:
    name = f"{row.call}: {row.row}" if several else row.row
    tests = str(row.tests) if row.tests else ""
    note = ": ".join(filter(None, ("experimental" if row.experimental else "", row.reason)))
    return name, row.arm, row.verdict, tests, duration(row.seconds) if row.seconds else "", note


def _job(job: JobVerdict, several: bool) -> tuple[str, ...]:
    return _job_name(job, several), job.verdict, duration(job.seconds) if job.seconds else "", job.reason


def _job_name(job: JobVerdict, several: bool) -> str:
    return f"{job.call} / {job.job}" if job.call and several else job.job


def _omissions(rehearsal: Rehearsal) -> Iterator[str]:
    size = max((len(each.feature) for each in rehearsal.omissions), default=0)
    for each in rehearsal.omissions:
        where = f" ({each.where})" if each.where else ""
        text = f"  {each.feature:<{size}}  {each.why}{where}"
        yield textwrap.fill(
            text, WIDTH, subsequent_indent=" " * (size + 4), break_long_words=False, break_on_hyphens=False
        )
