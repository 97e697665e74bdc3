"""The file that holds the pin: one version or commit, and comments. The standard library only."""

from __future__ import annotations

import re
from pathlib import Path

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
