"""Which Pythons this machine has, and which of them a `python-version` asks for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

Version: TypeAlias = tuple[int, int, int]
_PROBE = (
    "import platform, sys; gil = getattr(sys, '_is_gil_enabled', lambda: True)(); "
    "print(platform.python_implementation(), *sys.version_info[:4], gil)"
)
_NAME = re.compile(r"python3(\.\d+)?")
_EXACT = re.compile(r"(\d+)(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(-dev)?")
_BOUND = re.compile(r"(>=|<=|>|<|==|=|!=|~=|~|\^)?\s*(\d+(?:\.\d+){0,2})")


@dataclass(frozen=True, slots=True)
class Python:
    """An interpreter that was started once and said what it is."""

    version: Version
    executable: str

    def __str__(self) -> str:
        return ".".join(map(str, self.version))


@cache
def installed(search_path: str) -> tuple[Python, ...]:
    """Every released CPython 3 on the search path, pyenv's and this one, newest first. Starts each of them once."""
    found: dict[Version, Python] = {}
    for executable in _candidates(search_path):
        python = _probe(executable)
        if python and python.version not in found:
            found[python.version] = python
    return tuple(sorted(found.values(), key=lambda python: python.version, reverse=True))


def remembered(folder: Path, search_path: str) -> tuple[Python, ...]:
    """As `installed`, but found only once in a rehearsal: the list is kept in its folder."""
    memory = folder / "pythons.json"
    if memory.exists():
        return tuple(Python(tuple(version), executable) for version, executable in json.loads(memory.read_text()))
    found = installed(search_path)
    partial = folder / f"pythons.{os.getpid()}"
    partial.write_text(json.dumps([[python.version, python.executable] for python in found]))
    partial.rename(memory)
    return found


def choose(wanted: str, pythons: Iterable[Python]) -> Python | None:
    """The first Python that `wanted` allows; None where there is none, or where it is not understood."""
    return next((python for python in pythons if fits(python.version, wanted)), None)


def fits(version: Version, wanted: str) -> bool:
    """Whether a version is one of those asked for: `3.12`, `3.12.1`, `3.x`, `>=3.10 <3.13`, `3.10 - 3.12`."""
    wanted = re.sub(r"^(\S+)\s+-\s+(\S+)$", r">=\1 <=\2", wanted.strip())
    if match := _EXACT.fullmatch(wanted):
        return not match[4] and _starts_with(version, [part for part in match.groups()[:3] if part and part.isdigit()])
    bounds = wanted.replace(",", " ")
    return (
        bool(bounds.strip())
        and not _BOUND.sub("", bounds).strip()
        and all(_holds(version, *b) for b in _BOUND.findall(bounds))
    )


def _starts_with(version: Version, parts: Sequence[str]) -> bool:
    return list(version[: len(parts)]) == [int(part) for part in parts]


def _holds(version: Version, operator: str, text: str) -> bool:
    parts = [int(part) for part in text.split(".")]
    ahead = list(version[: len(parts)])
    match operator:
        case ">=":
            return list(version) >= parts
        case "<":
            return list(version) < parts
        case "<=":
            return ahead <= parts
        case ">":
            return ahead > parts
        case "!=":
            return ahead != parts
        case "~" | "~=" | "^":
            kept = 1 if operator == "^" else max(len(parts) - (operator == "~=" or len(parts) == 3), 1)
            return list(version) >= parts and ahead[:kept] == parts[:kept]
        case _:
            return ahead == parts


def _candidates(search_path: str) -> Iterator[str]:
    """Executables that may be a Python 3, each real file once."""
    pyenv = Path(os.environ.get("PYENV_ROOT", "/nowhere"))
    # pyenv's shims only find what its versions hold, and take half a second to say that they cannot.
    folders = [Path(folder) for folder in search_path.split(os.pathsep) if folder and Path(folder) != pyenv / "shims"]
    folders += sorted(pyenv.glob("versions/*/bin"))
    here = getattr(sys, "_base_executable", sys.executable)
    yield from _once([here, *(str(file) for folder in folders for file in _pythons_in(folder))])


def _pythons_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
    except OSError:
        return []


def _once(executables: Iterable[str]) -> Iterator[str]:
    seen = set()
    for executable in executables:
        real = os.path.realpath(executable)
        if real not in seen and os.access(executable, os.X_OK):
            seen.add(real)
            yield executable


def _probe(executable: str) -> Python | None:
    try:
        command = [executable, "-SE", "-c", _PROBE]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=20, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = done.stdout.split()
    if done.returncode or len(words) != 6 or words[0] != "CPython" or words[4] != "final" or words[5] != "True":
        return None
    major, minor, micro = (int(word) for word in words[1:4])
    return Python((major, minor, micro), executable)
