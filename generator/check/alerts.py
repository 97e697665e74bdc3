"""The alerts can work: every condition is understood, every action fits its condition."""

from __future__ import annotations

from collections.abc import Iterator

from generator.alerts import plan
from generator.check.subject import Subject
from shuntyard.errors import Problem

SUMMARY = "every condition of alerts.yml is understood, with units that fit, and every action can work with it"


def check(subject: Subject) -> Iterator[Problem]:
    """An alert with a slip never fires, and its silence looks like health."""
    model = subject.toolkit.alerts
    if model is None:
        return
    yield from plan.disagreements(model, subject.toolkit.documents["alerts"])
