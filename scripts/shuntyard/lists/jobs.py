"""Disabled and unstable jobs: PyTorch's records, or the issues that they are made from. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shuntyard.text import line

FIELDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """One record; `job` is `test (default)`, `test`, `build` or empty. Everything is text that somebody wrote."""

    author: str
    issue: str
    url: str
    workflow: str
    platform: str
    job: str


def read_jobs(data: Any, word: str) -> tuple[tuple[JobRecord, ...], list[str]]:
    """The records of a list, and a note for each entry that is none. `word` is DISABLED or UNSTABLE.

    The list is a mapping of records, or issues as GitHub's API gives them, whose titles are
    `UNSTABLE pull / linux-jammy-py3.10 / test (default)`; closed ones, and those about something else, do not count.
    """
    if isinstance(data, Mapping):
        pairs = [(str(name), _record(value)) for name, value in data.items()]
        notes = [f"{line(name, 100)} is no record of {FIELDS} texts" for name, record in pairs if record is None]
        return tuple(record for _, record in pairs if record is not None), notes
    if isinstance(data, list):
        return tuple(_from_issues(data, word)), []
    return (), ["it is neither a mapping of records nor a list of issues"]


def _record(value: Any) -> JobRecord | None:
    if not isinstance(value, list) or len(value) != FIELDS:
        return None
    if not all(isinstance(field, str | int | None) for field in value):
        return None
    author, issue, url, workflow, platform, job = ("" if field is None else str(field).strip() for field in value)
    return JobRecord(author=author, issue=issue, url=url, workflow=workflow, platform=platform, job=job)


def _from_issues(issues: list[Any], word: str) -> Iterator[JobRecord]:
    for issue in issues:
        title = issue.get("title") if isinstance(issue, Mapping) else None
        if not isinstance(title, str) or not title.startswith(f"{word} ") or issue.get("state", "open") != "open":
            continue
        parts = [part.strip() for part in title.removeprefix(word).split(" / ", 2)]
        if len(parts) < 2:
            continue  # `DISABLED test_x (__main__.TestY)` is about a test
        user = issue.get("user")
        yield JobRecord(
            author=str(user.get("login", "")) if isinstance(user, Mapping) else "",
            issue=str(issue.get("number", "")),
            url=str(issue.get("html_url", "")),
            workflow=parts[0],
            platform=parts[1],
            job=parts[2] if len(parts) == 3 else "",
        )
