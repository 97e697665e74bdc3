"""Reads one file, whatever it is: its cases, or what is wrong with it."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from shuntyard.ingest.files import Named
from shuntyard.ingest.formats import FORMATS, HEAD, detect
from shuntyard.ingest.told import MIB, Source, Told
from shuntyard.junit import MOST_CASES
from shuntyard.text import line

AUTO = "auto"
TOTAL_LIMIT = 1024 * MIB  # bytes of all files together
_TALKATIVE = (".xml", ".json", ".jsonl", ".ndjson")


def read_all(files: Sequence[Named], kind: str = AUTO) -> tuple[list[Source], list[str]]:
    """What each file says, and the names of those in folders that are no test results: logs, coverage.

    A file in a folder that is empty, or of no kind at all, is a problem where its name promises results: a crash leaves
    such. Reading stops at TOTAL_LIMIT bytes, and at twice MOST_CASES cases; what follows is a problem each.
    """
    sources, others = [], []
    size = cases = 0
    for item in files:
        if size > TOTAL_LIMIT or cases > 2 * MOST_CASES:
            sources.append(_unusable(item.name, "", "was not read: the files before it hold more than one record can"))
            continue
        source = read_source(item.path, item.name, kind)
        if not source.format and not item.asked_for and (source.foreign or not item.name.endswith(_TALKATIVE)):
            others.append(item.name)
            continue
        sources.append(source)
        size += _size(item.path)
        cases += len(source.told.cases)
    return sources, others


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def read_source(path: Path, name: str, kind: str = AUTO) -> Source:
    """What the file says; `kind` is the name of its format, or AUTO. Nothing is raised for what is found."""
    try:
        # Without waiting for a writer: a named pipe is told by its kind, but only an open file cannot change it.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            info = os.fstat(file.fileno())
            if not stat.S_ISREG(info.st_mode):
                return _unusable(name, "", "is no regular file")  # a device would be read without end
            return read_open(file, info.st_size, name, kind)
    except OSError as error:
        return _unusable(name, "", f"cannot be read: {error.strerror}")
    except ValueError:  # a NUL in its name
        return _unusable(name, "", "cannot be the name of a file")


def read_open(file: BinaryIO, size: int, name: str, kind: str = AUTO) -> Source:
    """As `read_source`, for a file that is open, of `size` bytes."""
    if kind == AUTO:
        found = detect(file.read(HEAD))
        file.seek(0)
        if not found.format:
            return Source(name, "", Told(problem=found.why), foreign=found.foreign)
        kind = found.format
    limit = FORMATS[kind].LIMIT
    if size > limit:
        return _unusable(name, kind, f"has {size / MIB:,.0f} MiB; {kind} is read up to {limit / MIB:,.0f} MiB")
    try:
        return Source(name, kind, FORMATS[kind].read(file))
    except (ValueError, RecursionError) as error:
        return _unusable(name, kind, line(str(error), 500))
    except MemoryError:
        return _unusable(name, kind, "needs more memory than there is")


def _unusable(name: str, kind: str, why: str) -> Source:
    return Source(name, kind, Told(problem=why))
