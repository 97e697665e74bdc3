"""Quarantined cases (matrices/quarantine/*.json): they run and are shown, and their failures do not block. Pure.

Each has an owner, a reason and a last day; after it, the case blocks again by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.result import BAD_CASES, CaseResult

SCHEMA = 1
FOLDER = "matrices/quarantine"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Entry:
    """A case whose failures are shown but do not block, until the day it expires (ISO; that day it still holds)."""

    repository: str
    config: str
    case: str
    owner: str
    reason: str
    expires: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """The file of one place."""

    schema: int = SCHEMA
    quarantines: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The bad cases of a run: those that block, and those that are only shown, each with its entry."""

    blocking: tuple[CaseResult, ...]
    shown: tuple[tuple[CaseResult, Entry], ...]


def read(text: str) -> tuple[Entry, ...]:
    """The entries of a file; none of an empty text. Raises ShuntyardError for a text that is no such file."""
    if not text.strip():
        return ()
    try:
        file = wire.decode(File, json.loads(text))
        for entry in file.quarantines:
            date.fromisoformat(entry.expires)
    except (ValueError, RecursionError) as error:
        raise ShuntyardError(f"the file of quarantines is not understood: {error}", hint=f"see {FOLDER}") from error
    return file.quarantines


def in_force(entries: Iterable[Entry], *, repository: str, today: date) -> tuple[list[Entry], list[Entry]]:
    """This repository's entries: those that still hold today, and those that have expired."""
    own = sorted({entry for entry in entries if entry.repository == repository})
    held = [entry for entry in own if date.fromisoformat(entry.expires) >= today]
    return held, [entry for entry in own if entry not in held]


def judge(cases: Iterable[CaseResult], entries: Sequence[Entry], config: str) -> Judged:
    """Which bad cases of a configuration block. `entries` are those in force; a case that is not bad is in neither."""
    known = {entry.case: entry for entry in entries if entry.config == config}
    bad = [case for case in cases if case.outcome in BAD_CASES]
    return Judged(
        blocking=tuple(case for case in bad if case.case not in known),
        shown=tuple((case, known[case.case]) for case in bad if case.case in known),
    )
