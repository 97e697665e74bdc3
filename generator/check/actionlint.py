"""actionlint, on the toolkit's own workflows."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.subject import Subject
from generator.check.support import actionlint
from shuntyard.errors import Problem

SUMMARY = "actionlint finds nothing in the toolkit's workflows, and through them in its actions"


def check(subject: Subject) -> Iterator[Problem]:
    """Syntax, expression types, runner labels, and the contract inside of this repository."""
    texts = {file.path: file.text for file in subject.home.workflows}
    with actionlint.copy_of(subject.root) as copy:
        for found in actionlint.findings(copy, texts):
            yield Problem(
                file=found.file, line=found.line, column=found.column, message=found.short(), hint=found.hint()
            )
