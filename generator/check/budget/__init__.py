"""GitHub's limits, proved from the expansion before anything runs."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.budget import files, matrices, runs
from generator.check.subject import Subject
from shuntyard.errors import Problem

SUMMARY = "no matrix, run, file, script, input list, output or call chain is larger than GitHub and Linux allow"


def check(subject: Subject) -> Iterator[Problem]:
    """Beyond most of these limits GitHub says nothing useful: a run fails at its start, or a part of it is missing."""
    yield from files.check(subject)
    yield from matrices.check(subject)
    yield from runs.check(subject)
