"""What one side passes is what the other declares: workflow → workflow → action → script, callers included."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.contract import instances, lowering, references, scripts, selections, values
from generator.check.subject import Subject
from shuntyard.errors import Problem

SUMMARY = "what a caller passes is what the callee declares: workflow → workflow → action → script, callers included"


def check(subject: Subject) -> Iterator[Problem]:
    """actionlint judges what it can see once references to this repository are lowered; the other modules the rest.

    Real breakages: a secret passed where an input was declared (rocm-jax #313), `test-command` for `test-cmd` (#254).
    """
    yield from references.check(subject)
    yield from values.check(subject)
    yield from selections.check(subject)
    yield from scripts.check(subject)
    yield from instances.check(subject)
    if subject.tools:
        yield from lowering.check(subject)
