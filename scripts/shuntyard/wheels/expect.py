"""What a wheel is expected to hold: modules by their dotted names, files by patterns. Pure."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Sequence

from shuntyard.errors import ShuntyardError
from shuntyard.options import words
from shuntyard.wheels.names import normal

_LINE = re.compile(r"(?P<project>[A-Za-z0-9][A-Za-z0-9._-]*)\s*:\s*(?P<things>.+)")
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_ENDINGS = (".py", "/__init__.py", ".*.so", ".so", ".*.pyd", ".pyd")


def read_expect(text: str) -> dict[str, tuple[str, ...]]:
    """`mini-plugin: mini_plugin._linalg mini_plugin/data/*.json`, a project a line. Raises ShuntyardError.

    A word with a slash is a pattern of a path in the wheel, any other is a module.
    """
    expected: dict[str, tuple[str, ...]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        match = _LINE.fullmatch(line)
        things = words(match["things"]) if match else []
        if not match or not all("/" in thing or _MODULE.fullmatch(thing) for thing in things):
            hint = "write 'project: package.module folder/file.json', a project a line"
            raise ShuntyardError(f"{line!r} in input 'expect' is not understood", hint=hint)
        name = normal(match["project"])
        expected[name] = (*expected.get(name, ()), *things)
    return expected


def missing(members: Sequence[str], wanted: Sequence[str]) -> Iterator[str]:
    """What is wanted and is not among the paths in the wheel."""
    return (thing for thing in wanted if not _is_there(members, thing))


def _is_there(members: Sequence[str], thing: str) -> bool:
    if "/" in thing:
        return any(fnmatch.fnmatchcase(member, thing) for member in members)
    path = thing.replace(".", "/")
    return any(fnmatch.fnmatchcase(member, path + ending) for member in members for ending in _ENDINGS)
