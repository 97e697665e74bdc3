"""pydantic's complaints → problems at file:line:column, in the words of someone who writes YAML."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from generator import phrases
from generator.source import Document, KeyPath
from shuntyard.errors import Problem


@dataclass(frozen=True, slots=True)
class Complaint:
    """One of pydantic's errors, and its place in the file.

    `members` says which members of which unions complain: pydantic tries each, and tells what every one dislikes.
    """

    detail: ErrorDetails
    path: KeyPath
    key: bool
    members: tuple[tuple[KeyPath, str], ...]


def explain(kind: type[BaseModel], error: ValidationError, document: Document) -> list[Problem]:
    """One problem a place. Of a union's members, the one that fits the value best speaks."""
    complaints = [_place(detail, document) for detail in error.errors(include_url=False)]
    for union in sorted({union for complaint in complaints for union, _ in complaint.members}, key=len):
        complaints = _best_member(union, complaints)
    by_place: dict[tuple[KeyPath, bool], list[Complaint]] = {}
    for complaint in complaints:
        by_place.setdefault((complaint.path, complaint.key), []).append(complaint)
    return [_problem(kind, together, document) for together in by_place.values()]


def suggest(name: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?`, or what is known."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known are {', '.join(names)}" if names else "none is declared"


def _place(detail: ErrorDetails, document: Document) -> Complaint:
    """pydantic's location without the names of union members, which are in no file. A missing key is its own place."""
    path: KeyPath = ()
    members = []
    location = detail["loc"]
    own = location[-1:] if detail["type"] == "missing" else ()
    key = location[-1:] == ("[key]",)
    for part in location[: len(location) - int(bool(own or key))]:
        if (*path, part) in document.marks:
            path = (*path, part)
        else:
            members.append((path, str(part)))
    key = key or detail["type"] == "extra_forbidden"
    return Complaint(detail, (*path, *own), key, tuple(members))


def _best_member(union: KeyPath, complaints: Sequence[Complaint]) -> list[Complaint]:
    """The complaints without those of the members of `union` that fit its value worse than another."""
    by_member: dict[str, list[Complaint]] = {}
    for complaint in complaints:
        if dict(complaint.members).get(union):
            by_member.setdefault(dict(complaint.members)[union], []).append(complaint)
    fits = {member: _fit(union, theirs) for member, theirs in by_member.items()}
    best = max(fits.values(), default=(0, 0))
    tied = [member for member, fit in fits.items() if fit == best]
    kept = [complaint for member in (tied if best[0] == 0 else tied[:1]) for complaint in by_member[member]]
    if len(tied) > 1 and any(complaint.detail["type"] == "extra_forbidden" for complaint in kept):
        kept = [complaint for complaint in kept if complaint.detail["type"] != "missing"]
    return [complaint for complaint in complaints if complaint in kept or union not in dict(complaint.members)]


def _fit(union: KeyPath, complaints: Sequence[Complaint]) -> tuple[int, int]:
    """How well a member of a union fits, more is better: 0 another kind of value, 1 other keys, 2 the right shape."""
    if any(complaint.path == union and phrases.is_kind(complaint.detail) for complaint in complaints):
        return 0, 0
    foreign = sum(complaint.detail["type"] in ("extra_forbidden", "missing") for complaint in complaints)
    return (1, -foreign) if foreign else (2, 0)


def _problem(kind: type[BaseModel], together: Sequence[Complaint], document: Document) -> Problem:
    detail, path, key = together[0].detail, together[0].path, together[0].key
    name = str(path[-1]) if path else ""
    match detail["type"]:
        case "extra_forbidden":
            known = {word for model in _models_at(kind, path[:-1]) for word in _keys(model)}
            return document.problem(path, f"unknown key {name!r}", hint=suggest(name, known), key=True)
        case "missing":
            return document.problem(path, f"key {name!r} is missing", hint=_description(kind, path))
    if phrases.is_kind(detail):
        wanted = [str(complaint.detail["type"]) for complaint in together]
        message, hint = phrases.another_kind(wanted, detail["input"], document.mark(path).text)
    else:
        message, hint = phrases.another_value(detail)
    return document.problem(path, message, hint=hint, key=key)


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
