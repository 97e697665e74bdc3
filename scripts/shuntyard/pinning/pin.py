"""The file that holds the pin: one version or commit, and comments. The standard library only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from shuntyard.errors import ShuntyardError

PIN = re.compile(r"[0-9a-f]{40}|v?[0-9]+(\.[0-9]+){1,3}([a-z]+[0-9]+)?")
COMMIT = re.compile(r"[0-9a-f]{40}")
HINT = "one line: a version such as 2.13.0, or a commit"


def read_pin(file: Path, start: Path) -> str:
    """The version or commit in the file, which is inside the checkout `start`. Raises ShuntyardError."""
    return pin_in(read_text(file, start), file)


def read_text(file: Path, start: Path) -> str:
    """The whole file. Raises ShuntyardError where it is not there, or outside of the checkout."""
    path = (start / file).resolve()
    if not path.is_relative_to(start.resolve()) or not path.is_file():
        raise ShuntyardError(f"there is no pin {file} in the checkout", hint=HINT)
    return path.read_text(encoding="utf-8", errors="replace")


def pin_in(text: str, file: Path) -> str:
    """The pin in the file's text; comments begin with #. Raises ShuntyardError for none, and for several."""
    said = [word for line in text.splitlines() if (word := line.split("#")[0].strip())]
    if len(said) != 1 or not PIN.fullmatch(said[0]):
        raise ShuntyardError(f"the pin {file} holds no version", hint=HINT)
    return said[0]


def replaced(text: str, old: str, new: str) -> str:
    """The file's text with another pin. Comments stay, but one behind the pin goes: it was about the old one."""
    lines = [f"{new}\n" if line.split("#")[0].strip() == old else line for line in text.splitlines(keepends=True)]
    return "".join(lines)


@dataclass(frozen=True, slots=True)
class Line:
    """Another file with the pin: its whole text, and what its one line with the pin becomes (`{ref}`: the new pin)."""

    file: str
    text: str
    becomes: str

    def replaced(self, old: str, new: str) -> str:
        """The file's text with the new line. Raises ShuntyardError where not one line alone has the old pin."""
        lines = self.text.splitlines(keepends=True)
        holding = [index for index, line in enumerate(lines) if old in line.split("#")[0]]
        if len(holding) != 1:
            hint = f"write {old} in one line of it, or leave the file out of 'lines'"
            raise ShuntyardError(f"{len(holding)} lines of {self.file} have the pin {old}", hint=hint)
        lines[holding[0]] = self.becomes.replace("{ref}", new) + "\n"
        return "".join(lines)


def read_lines(text: str, checkout: Path) -> tuple[Line, ...]:
    """The input `lines`: `FILE LINE`, one a line. Raises ShuntyardError for one that cannot be meant."""
    found = []
    for each in filter(None, map(str.strip, text.splitlines())):
        file, _, becomes = each.partition(" ")
        if "{ref}" not in becomes:
            hint = "such as: .ci/pinned.txt torch @ git+https://github.com/pytorch/pytorch@{ref}"
            raise ShuntyardError(f"{each[:200]!r} in 'lines' does not say where the pin goes", hint=hint)
        found.append(Line(PurePosixPath(file).as_posix(), read_text(Path(file), checkout), becomes.strip()))
    return tuple(found)
