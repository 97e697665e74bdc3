"""The rollout's phases agree with the other matrices, and its criteria can be measured."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.subject import Subject
from generator.rollout import plan
from shuntyard.errors import Problem

SUMMARY = "each configuration is in the phase that suites.yml says, in one only, and every criterion is understood"


def check(subject: Subject) -> Iterator[Problem]:
    """A configuration in no phase is never promoted, a criterion that is not understood never met: nobody notices."""
    yield from plan.disagreements(subject.toolkit)
