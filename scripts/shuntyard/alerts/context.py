"""Where an alert's numbers come from: pipelines, configurations, hardware, commits and runs. Pure but for the query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from shuntyard.analyses.query import Chosen

MOST_RUNS = 10  # that a message lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One run of one row: what it was, and what went wrong in it. `seconds` is the median of its executions; `url` is
    empty unless it is a plain web address."""

    repository: str
    pipeline: str
    row: str
    run: str
    sha: str
    hardware: str
    began: str
    executions: int
    failures: int
    fallbacks: int
    seconds: float
    reason: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything that took part, each name once, and the newest runs, those in which something went wrong first.
    `first` and `last` are the oldest and the newest commit that were measured."""

    repositories: tuple[str, ...] = ()
    pipelines: tuple[str, ...] = ()
    configurations: tuple[str, ...] = ()
    hardware: tuple[str, ...] = ()
    commits: int = 0
    first: str = ""
    last: str = ""
    runs: tuple[Told, ...] = field(default=())
    more: int = 0


def context(chosen: Chosen) -> Context:
    """The context of what was chosen."""
    rows = chosen.rows("alert_context")
    told = [_told(row) for row in rows]
    shown = sorted(told, key=lambda each: not (each.failures or each.fallbacks))  # stable: still the newest first
    commits = list(dict.fromkeys(each.sha for each in told if each.sha))
    return Context(
        repositories=_names(row["repository"] for row in rows),
        pipelines=_names(row["pipeline"] for row in rows),
        configurations=_names(row["config"] for row in rows),
        hardware=_names(row["hardware"] for row in rows),
        commits=len(commits),
        first=commits[-1] if commits else "",
        last=commits[0] if commits else "",
        runs=tuple(shown[:MOST_RUNS]),
        more=max(len(shown) - MOST_RUNS, 0),
    )


def _told(row: dict[str, Any]) -> Told:
    attempt = f" attempt {row['attempt']}" if row["attempt"] > 1 else ""
    return Told(
        repository=row["repository"],
        pipeline=row["pipeline"],
        row=row["row_id"],
        run=f"{row['run_id']}{attempt}",
        sha=row["sha"],
        hardware=row["hardware"],
        began=row["began"].isoformat(timespec="seconds"),
        executions=row["executions"],
        failures=row["failures"],
        fallbacks=row["fallbacks"],
        seconds=row["seconds"],
        reason=row["fallback_reason"],
        url=row["url"] if web_address(row["url"]) else "",
    )


def web_address(text: str) -> bool:
    """Whether a text is an https or http address that can stand in a message as it is: nothing in it ends a link."""
    head, _, rest = text.partition("://")
    plain = all(character.isascii() and (character.isalnum() or character in "-._~/:%?=&+,") for character in rest)
    return head in ("https", "http") and bool(rest) and plain and len(text) <= 500


def _names(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in found if name}))
