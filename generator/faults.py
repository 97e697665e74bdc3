"""pydantic's complaints → problems at file:line:column, in the words of someone who writes YAML."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from generator.source import Document, KeyPath
from shuntyard.errors import Problem

MEANINGS = {
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": "lower-case letters, digits and single hyphens, such as run-shard",
    r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$": "letters, digits and _ . + - only, starting with a letter or digit",
}


def explain(kind: type[BaseModel], error: ValidationError, document: Document) -> list[Problem]:
    """One problem a place. Where each member of a union complains, the complaint that got deepest speaks."""
    ranked: dict[KeyPath, tuple[int, Problem]] = {}
    for detail in error.errors(include_url=False):
        path = _path_in_file(detail, document)
        rank = len(detail["loc"]) if detail["type"].endswith("_type") else len(detail["loc"]) + 100
        if path not in ranked or ranked[path][0] < rank:
            ranked[path] = (rank, _problem(kind, detail, path, document))
    deepest = [
        path for path in ranked if not any(len(other) > len(path) and other[: len(path)] == path for other in ranked)
    ]
    return [ranked[path][1] for path in deepest] or [problem for _, problem in ranked.values()]


def suggest(name: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?`, or what is known."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known are {', '.join(names)}" if names else "none is declared"


def _path_in_file(detail: ErrorDetails, document: Document) -> KeyPath:
    """pydantic's location without the names of union members. A missing key is its own place."""
    path: KeyPath = ()
    for part in detail["loc"]:
        if (*path, part) in document.marks:
            path = (*path, part)
    return (*path, detail["loc"][-1]) if detail["type"] == "missing" else path


def _problem(kind: type[BaseModel], detail: ErrorDetails, path: KeyPath, document: Document) -> Problem:
    value = detail["input"]
    text = document.mark(path).text
    name = str(detail["loc"][-1]) if detail["loc"] else ""
    match detail["type"]:
        case "extra_forbidden":
            known = {key for model in _models_at(kind, path[:-1]) for key in _keys(model)}
            return document.problem(path, f"unknown key {name!r}", hint=suggest(name, known), key=True)
        case "missing":
            return document.problem(path, f"key {name!r} is missing", hint=_description(kind, path))
        case "string_type" | "int_type" | "bool_type" if isinstance(value, bool | float | int) and text:
            message, hint = _misread(text, value)
            return document.problem(path, message, hint=hint)
        case "string_pattern_mismatch":
            pattern = str(detail.get("ctx", {}).get("pattern", ""))
            return document.problem(
                path, f"{value!r} is not allowed here", hint=MEANINGS.get(pattern, f"it must match {pattern}")
            )
        case "literal_error":
            return document.problem(
                path, f"{value!r} is not allowed here", hint=f"one of {detail.get('ctx', {}).get('expected', '')}"
            )
        case _:
            shown = f"{value!r}: " if isinstance(value, str | int | float) else ""
            return document.problem(path, shown + detail["msg"].removeprefix("Value error, "))


def _misread(text: str, value: Any) -> tuple[str, str]:
    """Message and hint for a plain scalar that YAML takes for something else than text."""
    what = "a truth value" if isinstance(value, bool) else f"the number {value}"
    return f"{text} reads as {what}", f'quote it to keep it text: "{text}"'


def _description(kind: type[BaseModel], path: KeyPath) -> str:
    for model in _models_at(kind, path[:-1]):
        for name, info in model.model_fields.items():
            if (info.alias or name) == path[-1] and info.description:
                return info.description
    return "add it"


def _keys(model: type[BaseModel]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def _models_at(kind: Any, path: KeyPath) -> list[type[BaseModel]]:
    """The models that the format has at `path` (several where a union stands there)."""
    kinds = _members(kind)
    for part in path:
        below: list[Any] = []
        for member in kinds:
            if isinstance(member, type) and issubclass(member, BaseModel):
                below += [info.annotation for name, info in member.model_fields.items() if (info.alias or name) == part]
            elif typing.get_origin(member) in (dict, list):
                below.append(typing.get_args(member)[-1])
        kinds = [inner for member in below for inner in _members(member)]
    return [member for member in kinds if isinstance(member, type) and issubclass(member, BaseModel)]


def _members(kind: Any) -> list[Any]:
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        return _members(typing.get_args(kind)[0])
    if origin in (typing.Union, types.UnionType):
        return [inner for member in typing.get_args(kind) for inner in _members(member)]
    return [kind]
