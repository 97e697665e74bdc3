"""A checkout does not leave the token behind."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.subject import Subject
from generator.check.support.workflow import steps
from generator.shape import mapping
from shuntyard.errors import Problem

SUMMARY = "every actions/checkout says persist-credentials: false"
HINT = "add `with: {persist-credentials: false}`; a step that must push names its token itself"


def check(subject: Subject) -> Iterator[Problem]:
    """Any later step, and whoever gets an artifact of the folder, could read it there (zizmor `artipacked`)."""
    for file in subject.own_files:
        for step in steps(file):
            if not step.uses.startswith("actions/checkout@"):
                continue
            kept = mapping(step.data.get("with")).get("persist-credentials")
            if kept is None:
                yield file.problem((*step.path, "uses"), "the checkout keeps its token in .git/config", hint=HINT)
            elif str(kept).lower() != "false":
                path = (*step.path, "with", "persist-credentials")
                yield file.problem(path, "the checkout keeps its token in .git/config", hint=HINT)
