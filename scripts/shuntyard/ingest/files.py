"""Which files are meant: by name, by pattern, or everything in a folder that holds test results."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from shuntyard.errors import ShuntyardError

MOST_FILES = 50_000
_MAGIC = frozenset("*?[")


class Named(NamedTuple):
    """A file. `asked_for` says that somebody named it, so that it must be of a known format."""

    path: Path
    name: str
    asked_for: bool


def find(words: Sequence[str], base: Path) -> list[Named]:
    """The files that the words mean, each once, in the words' order; folders and patterns in order of their paths.

    A link that is named is followed (bazel-testlogs is one); links inside a folder are not. A pattern without a match
    is one of its own, so that it is missed aloud. Raises ShuntyardError for more than MOST_FILES.
    """
    found: dict[str, Named] = {}
    for word in words:
        for item in _expand(word, base):
            found.setdefault(os.path.normpath(item.path), item)
            if len(found) > MOST_FILES:
                raise ShuntyardError(f"more than {MOST_FILES:,} files are meant", hint="name fewer files or folders")
    return list(found.values())


def _expand(word: str, base: Path) -> Iterator[Named]:
    path = base / word
    if path.is_dir():
        yield from _folder(path, word)
    elif _MAGIC.intersection(word) and not path.exists():
        yield from _pattern(word, base)
    else:
        yield Named(path, word, True)


def _folder(path: Path, name: str) -> Iterator[Named]:
    for place, folders, files in os.walk(path):
        folders.sort()
        for file in sorted(files):
            full = Path(place, file)
            if not full.is_symlink():
                yield Named(full, Path(name, full.relative_to(path)).as_posix(), False)


def _pattern(word: str, base: Path) -> Iterator[Named]:
    import glob  # noqa: PLC0415 - only where there is a pattern; pathlib's own takes no absolute ones

    matches = sorted(islice(glob.iglob(word, root_dir=base, recursive=True), MOST_FILES + 1))  # noqa: PTH207
    files = [match for match in matches if not (base / match).is_dir()]
    for name in files or [word]:
        yield Named(base / name, Path(name).as_posix(), True)
