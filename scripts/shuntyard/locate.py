"""Finds things: the files that a configuration's tests mean, programs, the commit that is checked out, the run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from shuntyard.ci import github
from shuntyard.command import EVERYTHING
from shuntyard.errors import ShuntyardError
from shuntyard.result import RunKey

PLACES = ("{test}", "{test}.py")  # where a suite does not say
# What pytest does not descend into: its norecursedirs default (a folder with pyvenv.cfg is a virtual environment).
_SKIPPED = r"\..*|.*\.egg|_darcs|build|CVS|dist|node_modules|venv|\{arch\}|__pycache__"
_TEST_FILE = r"test_.*\.py|.*_test\.py"
_GLOB = r"([*?[])"
_SHA = r"[0-9a-f]{40}|[0-9a-f]{64}"


class Located(NamedTuple):
    """Paths relative to the workspace, each once, and the names of the tests that nothing was found for."""

    paths: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def locate(workspace: Path, tests: Sequence[str], places: Sequence[str] = ()) -> Located:
    """Each test's paths: the matches of the first place that has any, with `{test}` replaced; places may be globs.

    The test `*` gives no path at all. What follows `::` in a test is kept as it is. Raises ShuntyardError for a test or
    a place that leads out of the workspace, by `..`, by an absolute path, or through a symbolic link.
    """
    root = workspace.resolve()
    paths: dict[str, None] = {}
    missing = []
    for test in tests:
        if test == EVERYTHING:
            continue
        name, separator, rest = test.partition("::")
        found = next(filter(None, (_matches(root, place, name) for place in places or PLACES)), [])
        paths.update(dict.fromkeys(_as_argument(path) + separator + rest for path in found))
        if not found:
            missing.append(test)
    return Located(paths=tuple(paths), missing=tuple(missing))


def _matches(root: Path, place: str, test: str) -> list[str]:
    pattern = place.replace("{test}", re.sub(_GLOB, r"[\1]", test))
    if not pattern or pattern.startswith("/") or ".." in pattern.split("/") or "\0" in pattern:
        raise ShuntyardError(
            f"the test {test!r} leads out of the workspace ({pattern!r})", hint="write a path inside it"
        )
    if pattern.rstrip("/") == ".":
        return ["."]
    try:
        found = sorted(root.glob(pattern.rstrip("/")))
    except ValueError as error:
        raise ShuntyardError(
            f"the place {place!r} is not a pattern: {error}", hint="write ** as a whole folder"
        ) from error
    for path in found:
        if not path.resolve().is_relative_to(root):
            raise ShuntyardError(f"{path.relative_to(root)} is a link that leads out of the workspace")
    return [path.relative_to(root).as_posix() for path in found]


def _as_argument(path: str) -> str:
    return f"./{path}" if path.startswith("-") else path


def test_files(workspace: Path, paths: Sequence[str]) -> tuple[str, ...]:
    """The test files (`test_*.py`, `*_test.py`) behind folders, and all other paths as they are; no path means all."""
    found: dict[str, None] = {}
    for path in paths or (".",):
        folder = workspace / path
        files = (
            (_as_argument(file.relative_to(workspace).as_posix()) for file in _walk(folder))
            if folder.is_dir()
            else (path,)
        )
        found.update(dict.fromkeys(files))
    return tuple(found)


def _walk(folder: Path) -> Iterator[Path]:
    for place, names, files in os.walk(folder):
        names[:] = sorted(
            name for name in names if not re.fullmatch(_SKIPPED, name) and not Path(place, name, "pyvenv.cfg").exists()
        )
        yield from (Path(place, name) for name in sorted(files) if re.fullmatch(_TEST_FILE, name))


def program(name: str, env: Mapping[str, str], cwd: Path) -> str:
    """The path of an executable, absolute; empty when there is none. A name with a slash is a path below `cwd`.

    (shutil.which does the same, but takes 5 ms to import.)
    """
    folders = [""] if "/" in name else env.get("PATH", os.defpath).split(os.pathsep)
    for folder in folders:
        path = cwd / folder / name
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
    return ""


def commit(workspace: Path, otherwise: str) -> str:
    """The commit that is checked out, which GITHUB_SHA need not be; `otherwise` where git's files do not say."""
    git = next((folder / ".git" for folder in (workspace, *workspace.parents) if (folder / ".git").exists()), workspace)
    try:
        head = (git / "HEAD").read_text(encoding="ascii").strip()
        if head.startswith("ref: refs/") and ".." not in head:
            head = (git / head.removeprefix("ref: ")).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return otherwise
    return head if re.fullmatch(_SHA, head) else otherwise


def run_key(workspace: Path, env: Mapping[str, str], row_id: str = "", sha: str = "") -> RunKey:
    """Which run of which commit a result is of; `sha` is the commit where it is not the one that is checked out."""
    context = github.read_context(env)
    return RunKey(
        provider="github" if env.get("GITHUB_ACTIONS") else "local",
        repository=context.repository,
        sha=sha or commit(workspace, context.sha),
        run_id=context.run_id,
        attempt=context.attempt,
        row_id=row_id,
    )
