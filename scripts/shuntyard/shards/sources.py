"""What a plan reads besides its scope: lists of others, and this repository's quarantines; faults that stop nothing
become notes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

from shuntyard import quarantine
from shuntyard.contract import Value
from shuntyard.errors import ShuntyardError
from shuntyard.filters.apply import Filtered, apply
from shuntyard.filters.rows import read_rows
from shuntyard.lists.fetch import Web, fetch
from shuntyard.lists.jobs import JobRecord, read_jobs
from shuntyard.lists.tests import DisabledTest, disabled_here, read_tests
from shuntyard.options import words
from shuntyard.shards.asked import read_asked

_SHOWN = 5  # notes of one list


def read_filtered(
    inputs: Mapping[str, Value], env: Mapping[str, str], access: Web, lists: Web, notes: list[str]
) -> Filtered:
    """The rows that run, after the lists of jobs and what the pull request asks for."""
    asked, told = read_asked(inputs, env, access)
    notes += told
    disabled = _records(str(inputs["disabled-jobs"]), "disabled jobs", "DISABLED", lists, notes)
    unstable = _records(str(inputs["unstable-jobs"]), "unstable jobs", "UNSTABLE", lists, notes)
    return apply(read_rows(str(inputs["matrix"])), asked, disabled, unstable)


def _records(place: str, what: str, word: str, lists: Web, notes: list[str]) -> Sequence[JobRecord]:
    data = read_list(place, what, lists, notes)
    records, odd = read_jobs({} if data is None else data, word)
    notes += [f"{what}: {note}" for note in odd[:_SHOWN]]
    return records


def read_disabled(
    inputs: Mapping[str, Value], lists: Web, reenabled: Collection[int], notes: list[str]
) -> Sequence[DisabledTest]:
    """The cases that are off here, but for those that this change says it mends."""
    data = read_list(str(inputs["disabled-tests"]), "disabled tests", lists, notes)
    tests, odd = read_tests({} if data is None else data)
    notes += [f"disabled tests: {note}" for note in odd[:_SHOWN]]
    return disabled_here(tests, words(str(inputs["platforms"])), reenabled)


def read_list(place: str, what: str, lists: Web, notes: list[str]) -> object:
    """What a list says; None where none is named, or it is away, which is noted."""
    if not place:
        return None
    found = fetch(place, what, lists)
    notes += [found.problem] if found.problem else []
    return found.data


def read_quarantined(folder: str, repository: str, today: date, notes: list[str]) -> tuple[quarantine.Entry, ...]:
    """The entries in force of every file of the folder; those that have expired are noted."""
    if not folder:
        return ()
    if not Path(folder).is_dir():
        raise ShuntyardError(f"there is no folder {folder!r} of quarantines", hint=f"such as {quarantine.FOLDER}")
    entries = [
        entry
        for file in sorted(Path(folder).glob("*.json"))
        for entry in quarantine.read(file.read_text(encoding="utf-8"))
    ]
    held, expired = quarantine.in_force(entries, repository=repository, today=today)
    notes += [f"the quarantine of {entry.case} expired on {entry.expires}: it blocks again" for entry in expired]
    return tuple(held)
