"""Two calls of one pipeline in one run tell themselves apart by their `instance`."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.subject import File, Subject
from generator.check.support.calls import Call, calls
from generator.shape import dig, mapping
from generator.source import KeyPath
from shuntyard.errors import Problem

INPUT = "instance"


def check(subject: Subject) -> Iterator[Problem]:
    """Else they share a concurrency group, so that one waits for or cancels the other, and their artifacts' names."""
    for tree in (subject.home, *subject.callers):
        for file in tree.workflows:
            by_target: dict[str, list[Call]] = {}
            for call in calls(subject, file):
                if call.target is not None and call.target.ours and _takes_instance(call.target):
                    by_target.setdefault(call.target.path, []).append(call)
            for group in by_target.values():
                yield from _judge(group)


def _judge(group: list[Call]) -> Iterator[Problem]:
    first: dict[str, Call] = {}
    for call in group:
        file = call.job.file
        instance = str(mapping(call.job.data.get("with")).get(INPUT, ""))
        if dig(call.job.data, ("strategy", "matrix")) is not None and "matrix." not in instance:
            hint = f"pass `{INPUT}:` with something of the matrix, such as ${{{{ matrix.name }}}}"
            yield file.problem(
                _place(call), f"each job of this matrix calls {call.reference.text} under one name", hint=hint
            )
        if instance in first:
            message = (
                f"{first[instance].job.id} and {call.job.id} both call {call.reference.text} with instance {instance!r}"
            )
            yield file.problem(
                _place(call),
                message,
                hint=f"pass `{INPUT}: {call.job.id}`, so that neither cancels or overwrites the other",
            )
        first.setdefault(instance, call)


def _place(call: Call) -> KeyPath:
    path: KeyPath = (*call.job.path, "with", INPUT)
    return path if path in call.job.file.document.marks else (*call.job.path, "uses")


def _takes_instance(file: File) -> bool:
    return INPUT in mapping(dig(file.document.data, ("on", "workflow_call", "inputs")))
