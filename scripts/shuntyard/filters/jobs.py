"""Disabled jobs are removed, unstable ones marked: records that PyTorch's bots keep from issues. Pure.

A record is `"WORKFLOW / PLATFORM / JOB (CONFIG)": [author, issue, url, workflow, platform, job_cfg]`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from shuntyard.filters.rows import Rows
from shuntyard.lists.jobs import JobRecord
from shuntyard.text import line

NOT_JUDGED = ("nightly",)  # branches on which PyTorch asks neither list
_ALL = ("", "build", "test", "build-and-test")  # a test needs its build, so disabling the build disables it too
_ONE = re.compile(r"(?:test|build-and-test)\s+\(([\w-]+)\)")  # at its start, as PyTorch matches it
_SUFFIXES = ("-build", "-test")


def remove_disabled(rows: Rows, records: Sequence[JobRecord], workflow: str, job: str) -> Rows:
    """Without the rows that a record disables; each keeps the issue as its reason."""
    for record, config in _hits(records, workflow, job):
        why = f"disabled by {_issue(record)}"
        hit = {place: why for place, row in enumerate(rows.kept) if config in (None, row.config)}
        rows = rows.without(hit)
        if config is None:
            break
    return rows


def mark_unstable(rows: Rows, records: Sequence[JobRecord], workflow: str, job: str) -> Rows:
    """The rows that a record calls unstable are marked so: they run, and their failure blocks nothing."""
    for record, config in _hits(records, workflow, job):
        why = f"unstable: {_issue(record)}"
        marked = (
            replace(row, unstable=why, values={**row.values, "unstable": "unstable"})
            if config in (None, row.config)
            else row
            for row in rows.kept
        )
        rows = replace(rows, kept=tuple(marked))
        if config is None:
            break
    return rows


def is_unstable(rows: Rows, job: str) -> bool:
    """Whether the whole job is: its name says so, or every row that is left."""
    return "unstable" in job or (bool(rows.kept) and all(row.unstable for row in rows.kept))


def same_platform(one: str, other: str) -> bool:
    """Whether two platforms are the same; `-build` and `-test` at the end are parts of one."""
    return _bare(one) == _bare(other)


def _hits(records: Sequence[JobRecord], workflow: str, job: str) -> list[tuple[JobRecord, str | None]]:
    """The records that mean this job, each with the configuration that it means; None means all of them.

    `job` is `PLATFORM / JOB`, as GitHub shows it; without a slash no record can mean it.
    """
    platform, slash, _ = job.partition("/")
    if not slash or not workflow:
        return []
    hits: list[tuple[JobRecord, str | None]] = []
    for record in records:
        if record.workflow != workflow or not same_platform(record.platform, platform.strip()):
            continue
        if record.job in _ALL:
            hits.append((record, None))
        elif one := _ONE.match(record.job):
            hits.append((record, one[1]))
    return hits


def _bare(platform: str) -> str:
    suffix = next((suffix for suffix in _SUFFIXES if platform.endswith(suffix)), "")
    return platform.removesuffix(suffix)


def _issue(record: JobRecord) -> str:
    return line(f"{record.url or f'issue {record.issue}'} of {record.author or 'somebody'}")
