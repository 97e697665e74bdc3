"""What GitHub would refuse about a call before any job starts, and act does not notice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from generator.faults import suggest
from generator.rehearse.expect import is_literal
from generator.rehearse.find import Call, Caller
from generator.shape import mapping
from generator.source import read
from shuntyard.errors import Problem, ProblemsFound


def refusals(caller: Caller, call: Call, workflow: Path) -> list[Problem]:
    """Each input or secret of a call that the called workflow does not take as it is given, or that it misses."""
    try:
        document = read(workflow, shown=f"{call.pipeline}.yml", strict=False)
    except ProblemsFound as found:
        return found.problems
    on = mapping(mapping(document.data).get("on"))
    if "workflow_call" not in on:
        return [_problem(caller, call, "uses", f"{call.pipeline} has no workflow_call trigger, so nobody can call it")]
    declared = mapping(on["workflow_call"])
    return [
        *_inputs(caller, call, mapping(declared.get("inputs"))),
        *_secrets(caller, call, mapping(declared.get("secrets"))),
    ]


def clashes(caller: Caller, calls: Sequence[Call]) -> list[Problem]:
    """Calls of one pipeline whose artifacts would have the same names, and whose runs would cancel each other."""
    problems, seen = list[Problem](), dict[tuple[str, str], Call]()
    for call in calls:
        instance = call.inputs.get("instance", "")
        first = seen.setdefault((call.pipeline, str(instance)), call)
        if first is not call and is_literal(instance):
            text = (
                f"the job {call.job} calls {call.pipeline} as {first.job} does, so their artifacts have the same names"
            )
            problems.append(_problem(caller, call, "uses", text, "give each call an `instance` of its own"))
    return problems


def _inputs(caller: Caller, call: Call, declared: Mapping[str, Any]) -> list[Problem]:
    problems = []
    for name, value in call.inputs.items():
        if name not in declared:
            problems.append(
                _problem(caller, call, "with", f"{call.pipeline} has no input {name!r}", suggest(name, declared), name)
            )
        elif is_literal(value) and not _is_of(str(mapping(declared[name]).get("type", "string")), value):
            wanted = mapping(declared[name]).get("type")
            problems.append(_problem(caller, call, "with", f"the input {name!r} must be a {wanted}", "", name))
    for name, item in declared.items():
        if mapping(item).get("required") is True and name not in call.inputs:
            problems.append(
                _problem(caller, call, "uses", f"the required input {name!r} of {call.pipeline} is missing")
            )
    return problems


def _secrets(caller: Caller, call: Call, declared: Mapping[str, Any]) -> list[Problem]:
    given = call.data.get("secrets")
    problems = [
        _problem(caller, call, "secrets", f"{call.pipeline} takes no secret {name!r}", suggest(name, declared), name)
        for name in mapping(given)
        if name not in declared
    ]
    missing = [
        name for name, item in declared.items() if mapping(item).get("required") is True and name not in mapping(given)
    ]
    if given != "inherit":
        problems += [
            _problem(caller, call, "uses", f"the required secret {name!r} of {call.pipeline} is missing")
            for name in missing
        ]
    return problems


def _is_of(kind: str, value: Any) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return True


def _problem(caller: Caller, call: Call, key: str, message: str, hint: str = "", name: str = "") -> Problem:
    path = ("jobs", call.job, key, *([name] if name else []))
    return caller.document.problem(path, message, hint=hint, rule="contract", key=bool(name))
