"""A label is declared once, spelt alike everywhere, and used."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from generator.check.subject import File, Subject
from generator.check.support.expressions import contexts, literals
from generator.check.support.workflow import jobs, steps
from generator.faults import suggest
from generator.shape import dig, texts
from generator.source import KeyPath
from shuntyard.errors import Problem

SUMMARY = "every label that a trigger or a condition names is declared in labels.yml, and every declared one is used"
TAG_PREFIX = "ciflow/"
NEARLY = 0.85  # how alike a caller's label must be to one of ours, to be taken for a slip


def check(subject: Subject) -> Iterator[Problem]:
    """A label with a typing error starts nothing, and nobody notices; so does one that no pipeline listens to."""
    declared = set(subject.toolkit.labels)
    used: set[str] = {
        label for pipeline in subject.toolkit.pipelines.values() for label in pipeline.model.triggers.labels
    }
    used |= {label for backend in subject.toolkit.backends.values() for label in backend.stages.labels}
    for file in subject.home.workflows:
        for path, label in _named(file):
            used.add(label)
            if label not in declared:
                hint = f"{suggest(label, declared)} (else declare it in matrices/labels.yml)"
                yield file.problem(path, f"the label {label!r} is not declared", hint=hint, at=label)
    for label in sorted(declared - used):
        hint = "give it to a pipeline's `triggers: {labels: […]}`, or remove it"
        yield subject.toolkit.documents["labels"].problem(
            ("labels", label), f"no pipeline listens to the label {label!r}", hint=hint, rule="", key=True
        )
    for tree in subject.callers:
        for file in tree.workflows:
            yield from _slips(file, declared)


def _slips(file: File, declared: set[str]) -> Iterator[Problem]:
    """A caller's labels are its own business, but for one that is nearly one of ours."""
    for path, label in _named(file):
        near = difflib.get_close_matches(label, declared, n=1, cutoff=NEARLY)
        if near and label not in declared:
            message = f"the label {label!r} starts nothing in this toolkit"
            yield file.problem(path, message, hint=f"did you mean {near[0]!r}?", at=label)


def _named(file: File) -> Iterator[tuple[KeyPath, str]]:
    """Labels that conditions compare with, and tags that stand for labels (`ciflow/<name>/<number>`)."""
    conditions = [((*job.path, "if"), job.data.get("if")) for job in jobs(file)]
    conditions += [((*step.path, "if"), step.data.get("if")) for step in steps(file)]
    for path, condition in conditions:
        if isinstance(condition, str):
            yield from ((path, label) for label in _compared(condition))
    for index, tag in enumerate(texts(dig(file.document.data, ("on", "push", "tags")))):
        if tag.startswith(TAG_PREFIX):
            yield ("on", "push", "tags", index), tag.removesuffix("/*")


def _compared(condition: str) -> list[str]:
    """The string literals of each part of a condition that reads labels."""
    parts = condition.replace("&&", "||").split("||")
    return [text for part in parts if any("label" in name for name in contexts(part)) for text in literals(part)]
