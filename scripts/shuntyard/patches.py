"""Applies patches to a checkout: all of them or none, and names the one that does not fit, and where.

git reads several patches as one when they arrive as one, and writes nothing unless all of it fits (git-apply(1)). So
each patch is first tried after those before it, without writing; then all are applied by one call.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from shuntyard.errors import EXIT_PROBLEMS, Problem, ProblemsFound, ShuntyardError
from shuntyard.text import line

_MAGIC = frozenset("*?[")
_WHERE = re.compile(r"^error: patch failed: (?P<file>.+):(?P<line>\d+)$", re.MULTILINE)
_CORRUPT = re.compile(r"^error: corrupt patch at (?:.*:|line )(?P<line>\d+)$", re.MULTILINE)
_TIMEOUT_S = 300
_LARGEST = 100_000_000  # bytes of all patches


def find_patches(patterns: str, checkout: Path) -> list[Path]:
    """The files that the patterns mean, one pattern a line, each pattern's in sorted order, each file once.

    Raises ShuntyardError for a pattern or a file that leads out of the checkout, and for a file that is named without a
    wildcard and is not there. A pattern that matches nothing is fine.
    """
    root = checkout.resolve()
    found: dict[Path, None] = {}
    for pattern in filter(None, (text.strip() for text in patterns.splitlines())):
        if pattern.startswith("/") or ".." in pattern.split("/") or "\0" in pattern:
            raise ShuntyardError(f"the pattern {pattern!r} leads out of the checkout", hint="such as plugin/ci/*.patch")
        try:
            matches = sorted(path for path in root.glob(pattern) if path.is_file())
        except ValueError as error:
            raise ShuntyardError(f"{pattern!r} is not a pattern: {error}", hint="write ** as a whole folder") from error
        if not matches and not _MAGIC.intersection(pattern):
            raise ShuntyardError(
                f"the patch {pattern!r} is not there", hint="a pattern, such as *.patch, may match none"
            )
        for path in matches:
            if not path.resolve().is_relative_to(root):
                raise ShuntyardError(f"{path.relative_to(root)} is a link that leads out of the checkout")
            found.setdefault(path)
    return list(found)


def apply_patches(patches: Sequence[Path], target: Path, checkout: Path, env: Mapping[str, str]) -> None:
    """Applies them in order. Raises ProblemsFound that names the first that fails, its file and hunk; then nothing has
    been changed. `target` is the folder that their paths start from."""
    texts = [_read(path) for path in patches]
    if sum(map(len, texts)) > _LARGEST:
        raise ShuntyardError(f"the patches have more than {_LARGEST:,} bytes", hint="name fewer")
    git = _Git(target, env)
    # Together, git would pass over one that holds no patch at all: an empty file, an error page of a download.
    fault = next(filter(None, map(git.read, texts)), "") or git.apply(b"".join(texts), check=True)
    if fault:
        raise ProblemsFound([_first_fault(git, patches, texts, checkout) or _together(patches, fault, checkout)])
    if fault := git.apply(b"".join(texts), check=False):  # such as a folder that cannot be written to
        raise ProblemsFound([_together(patches, fault, checkout)])


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ShuntyardError(f"{path} cannot be read: {error.strerror}", exit_code=EXIT_PROBLEMS) from error
    return data if data.endswith(b"\n") else data + b"\n"


def _first_fault(git: _Git, patches: Sequence[Path], texts: Sequence[bytes], checkout: Path) -> Problem | None:
    """The first patch that is none, or that does not fit after those before it."""
    for number, (path, text) in enumerate(zip(patches, texts, strict=True)):
        fault = git.read(text) or git.apply(b"".join(texts[: number + 1]), check=True)
        if not fault:
            continue
        place = _WHERE.search(fault)
        at = _hunk(text, place["file"], int(place["line"])) if place else 0
        if corrupt := _CORRUPT.search(fault):
            at = int(corrupt["line"])
        there = not git.apply(text, check=True, reverse=True)
        hint = "it is applied already, it seems" if there else "update the patch for the commit that is checked out"
        where = f"{place['file']}, hunk at line {place['line']}: " if place else ""
        return Problem(
            file=_name(path, checkout),
            line=at,
            rule="patch",
            message=f"the patch does not apply: {where}{_told(fault)}",
            hint=f"{hint}; nothing has been changed",
        )
    return None


def _together(patches: Sequence[Path], fault: str, checkout: Path) -> Problem:
    """A fault that no patch has alone."""
    return Problem(
        file=_name(patches[-1], checkout), rule="patch", message=f"the patches do not apply: {_told(fault)}",
        hint="nothing has been changed",
    )  # fmt: skip


def _told(fault: str) -> str:
    """What git says, on one line."""
    return line("; ".join(row.removeprefix("error: ") for row in fault.splitlines()), 1000)


def _hunk(text: bytes, file: str, number: int) -> int:
    """The line, from 1, of the hunk in the patch that git complains of; 0 where it is not found."""
    inside = False
    for at, row in enumerate(text.decode("utf-8", "replace").splitlines(), 1):
        if row.startswith("--- "):
            inside = row[4:].split("\t")[0].partition("/")[2] == file
        elif inside and re.match(rf"@@ -{number}(,|\s)", row):
            return at
    return 0


def _name(path: Path, checkout: Path) -> str:
    return path.relative_to(checkout.resolve()).as_posix()


class _Git:
    """`git apply` in one folder, with nothing of the caller's configuration that changes what it does."""

    def __init__(self, target: Path, env: Mapping[str, str]) -> None:
        self._target = target
        kept = {name: value for name, value in env.items() if not name.startswith(("GIT_", "INPUT_"))}
        # Without a repository of its own, the folder would be part of one above it: git then passes over, without a
        # word, every path that is not in the folder as seen from that repository's top.
        self._env = {**kept, "GIT_CEILING_DIRECTORIES": str(target.resolve().parent), "LC_ALL": "C"}

    def read(self, text: bytes) -> str:
        """What is wrong with a patch as such; empty for a good one."""
        return self._run(["--numstat"], text)

    def apply(self, text: bytes, *, check: bool, reverse: bool = False) -> str:
        """What does not fit; empty where all does, and then it is written unless `check`."""
        return self._run([*(["--check"] if check else []), *(["--reverse"] if reverse else [])], text)

    def _run(self, options: Sequence[str], text: bytes) -> str:
        if not text:
            return ""
        argv = ["git", "-c", "apply.whitespace=nowarn", "-c", "core.quotePath=false", "apply", *options, "-"]
        try:
            done = subprocess.run(
                argv, cwd=self._target, env=self._env, input=text, capture_output=True, check=False, timeout=_TIMEOUT_S
            )
        except FileNotFoundError as error:
            raise ShuntyardError("git is not installed here", hint="install git on the runner") from error
        except subprocess.TimeoutExpired as error:
            raise ShuntyardError(f"git apply took more than {_TIMEOUT_S} s", exit_code=EXIT_PROBLEMS) from error
        if done.returncode == 0:
            return ""
        told = done.stderr.decode("utf-8", "replace").strip()
        return told or f"git apply ended with exit code {done.returncode}"


def below(checkout: Path, name: str) -> Path:
    """The target's folder. Raises ShuntyardError for one that is not inside the checkout, or not there."""
    path = (checkout / name).resolve()
    if not path.is_relative_to(checkout.resolve()) or not path.is_dir():
        raise ShuntyardError(f"input 'target' is {name!r}", hint="name a folder inside the checkout, such as jax")
    if not os.access(path, os.W_OK):
        raise ShuntyardError(f"input 'target' is {name!r}, which cannot be written to", hint="check its owner")
    return path
