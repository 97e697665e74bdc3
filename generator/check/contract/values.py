"""What is passed to an action is declared by it, and a value that is written out is one that the receiver takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.check.subject import File, Subject
from generator.check.support.calls import resolve
from generator.check.support.workflow import Job, Step, uses
from generator.faults import suggest
from generator.shape import mapping
from shuntyard.contract import Contract, Input, parse
from shuntyard.errors import Problem, ShuntyardError


def check(subject: Subject) -> Iterator[Problem]:
    """Composite inputs are always strings and a call has no choices, so that only the script would notice."""
    for file in subject.files:
        for item in uses(file):
            _, target = resolve(subject, file, item.uses)
            if target is None or not target.ours:
                continue
            if file.is_action and isinstance(item, Step):
                yield from _declared(file, item, target)
            for declared in _inputs(subject, target, item):
                yield from _fits(file, item, declared)


def _declared(file: File, step: Step, target: File) -> Iterator[Problem]:
    """actionlint does not look into a composite action's steps."""
    declared = {name: mapping(data) for name, data in mapping(mapping(target.document.data).get("inputs")).items()}
    given = mapping(step.data.get("with"))
    for name in given:
        if name not in declared:
            path = (*step.path, "with", name)
            yield file.problem(path, f"{step.uses} has no input {name!r}", hint=suggest(name, declared), key=True)
    for name, data in declared.items():
        if data.get("required") is True and "default" not in data and name not in given:
            yield file.problem(
                (*step.path, "uses"), f"{step.uses} requires the input {name!r}", hint=str(data.get("description", ""))
            )


def _inputs(subject: Subject, target: File, item: Job | Step) -> tuple[Input, ...]:
    """The receiver's inputs, with the choices and types that its file cannot say."""
    if isinstance(item, Job):
        name = target.path.removeprefix(".github/workflows/").rpartition(".")[0]
        workflow = subject.rendering.workflows.get(name)
        # number and boolean inputs of a call have types, and actionlint knows them
        return (
            tuple(entry for entry in workflow.triggers.inputs if entry.type in ("choice", "json")) if workflow else ()
        )
    composite = subject.rendering.composites.get(target.path.split("/")[-2])
    return composite.inputs if composite else ()


def _fits(file: File, item: Job | Step, declared: Input) -> Iterator[Problem]:
    value = mapping(item.data.get("with")).get(declared.name)
    text = _written(value)
    if not text:
        return
    try:
        parse(Contract(name="", summary="", inputs=(declared,), exits={}), {declared.name: text})
    except ShuntyardError as error:
        hint = suggest(text, declared.choices) if declared.choices else error.hint
        path = (*item.path, "with", declared.name)
        yield file.problem(path, f"{item.uses} does not take this: {error.message}", hint=hint)


def _written(value: Any) -> str:
    """The text that the receiver sees; empty for an expression, which only a run can tell."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return value if isinstance(value, str) and "${{" not in value else ""
