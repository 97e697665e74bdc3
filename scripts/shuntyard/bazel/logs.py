"""Keeps what tells of a run, within bounds: Bazel's log and events, the options' file, each test's log and XML."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from shuntyard.bazel.invoke import Ran
from shuntyard.bazel.rcfile import shown
from shuntyard.bazel.redact import Redactor, copy_file
from shuntyard.handover import sha256_of
from shuntyard.ingest.bazel_places import Place, place_of
from shuntyard.ingest.files import Named

_MIB = 1024 * 1024
XML_LIMIT, LOG_LIMIT, EVENTS_LIMIT = 64 * _MIB, 2 * _MIB, 256 * _MIB  # bytes a file
TOTAL_LIMIT, MOST_FILES = 1024 * _MIB, 20_000
_TESTS = re.compile(r"test\.(?:xml|log)|attempt_\d{1,6}\.(?:xml|log)")
_REPETITION = re.compile(r"r[1-9][0-9]{0,2}")  # a folder of this name would be taken for a result's
_MOST_WHEELS = 500


class Kept(NamedTuple):
    """The files that were copied, by the names that they had; `left_out` are those beyond the bounds."""

    files: tuple[Named, ...]
    left_out: int = 0


class Wheel(NamedTuple):
    """A wheel that was built."""

    name: str
    size: int
    sha256: str


def keep_runs(folder: Path, runs: Sequence[Ran], private: Path, redactor: Redactor) -> Named | None:
    """Copies the log, the options and the events of each run, as `<number>-<what>.…`. Returns the last tests' events.

    `log.txt` is the last run's, which is where everybody looks first.
    """
    last = None
    for number, ran in enumerate(runs, 1):
        name = f"{number}-{ran.what}"
        if ran.log.exists():
            copy_file(redactor, ran.log, folder / f"{name}.log.txt", 20 * _MIB)
        rc = private / f"{number}.bazelrc"
        if rc.exists():
            (folder / f"{name}.bazelrc").write_text(redactor.text(shown(rc.read_text("utf-8"))), encoding="utf-8")
        if ran.events and ran.events.exists():
            kept = folder / f"{name}.events.json"
            copy_file(redactor, ran.events, kept, EVENTS_LIMIT)
            last = Named(kept, kept.name, True) if ran.what == "test" else last
    if runs and runs[-1].log.exists():
        copy_file(redactor, runs[-1].log, folder / "log.txt", 20 * _MIB)
    return last


def keep_tests(folder: Path, roots: Sequence[Path], places: Collection[Place], redactor: Redactor) -> Kept:
    """Copies the files of the tests that this build's events name to `<folder>/bazel-testlogs`: XML first, as it is
    results; what earlier builds left is not ours."""
    wanted = {place._replace(attempt=0) for place in places}
    files: list[Named] = []
    left_out, total = 0, 0
    found = {name: path for root in roots for path, name in _walk(root)}
    for name in sorted(found, key=lambda name: (not name.endswith(".xml"), name)):
        place = place_of(name)
        if place is None or place._replace(attempt=0) not in wanted:
            continue
        target = folder.joinpath(*(f"_{part}" if _REPETITION.fullmatch(part) else part for part in name.split("/")))
        try:
            size = found[name].stat().st_size
            whole = name.endswith(".xml")
            if len(files) >= MOST_FILES or total > TOTAL_LIMIT or (whole and size > XML_LIMIT):
                left_out += 1
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            copy_file(redactor, found[name], target, XML_LIMIT if whole else LOG_LIMIT)
        except OSError:
            left_out += 1
            continue
        total += min(size, XML_LIMIT if whole else LOG_LIMIT)
        files.append(Named(target, name, False))
    return Kept(tuple(files), left_out)


def _walk(root: Path) -> Iterator[tuple[Path, str]]:
    """The files of tests below a folder of theirs, and their names from `bazel-testlogs/` on."""
    for place, folders, names in os.walk(root.resolve()):
        folders.sort()
        for name in names:
            path = Path(place, name)
            if _TESTS.fullmatch(name) and path.is_file() and not path.is_symlink():
                yield path, f"bazel-testlogs/{path.relative_to(root.resolve()).as_posix()}"


def list_wheels(folder: Path | None) -> tuple[Wheel, ...]:
    """The wheels in their folder."""
    found = sorted(folder.glob("*.whl"))[:_MOST_WHEELS] if folder else []
    return tuple(Wheel(path.name, path.stat().st_size, sha256_of(path)) for path in found)
