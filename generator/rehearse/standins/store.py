"""Artifacts on their way between jobs: one folder each, immutable, whole or not there; nothing ever leaves the store.

The rules for names are those of `@actions/artifact` (path-and-artifact-name-validation.ts). As on GitHub, an artifact
holds files only: no links, no empty folders, no permissions.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

BAD_IN_PATHS = '":<>|*?\r\n'
BAD_IN_NAMES = BAD_IN_PATHS + "\\/"
FOLDER = "artifacts"
_PARTIAL = "artifacts-partial"


class Refused(Exception):
    """GitHub would refuse it, for the reason that the message gives."""


def check_name(name: str) -> str:
    """The name. Raises Refused where GitHub would, and for names that are no folder's."""
    if not name:
        raise Refused("The artifact's name is empty.")
    bad = sorted({character for character in name if character in BAD_IN_NAMES})
    if bad:
        raise Refused(f"The artifact name {name!r} is not valid: it holds {', '.join(map(repr, bad))}.")
    if name in (".", "..") or "\0" in name or len(os.fsencode(name)) > 255:
        raise Refused(f"The artifact name {name[:80]!r} is not valid.")
    return name


def names(folder: Path) -> list[str]:
    """What is in the rehearsal's store, sorted."""
    store = folder / FOLDER
    return sorted(path.name for path in store.iterdir()) if store.is_dir() else []


def number(folder: Path, name: str) -> int:
    """A number for an artifact, the same for each reader while it exists."""
    return (folder / FOLDER / name).stat().st_ino


def save(folder: Path, name: str, files: Iterable[Path], root: Path, *, overwrite: bool = False) -> str:
    """Stores the files under their paths below `root`; the digest. Raises Refused for a bad or taken name or path."""
    target = folder / FOLDER / check_name(name)
    if target.exists() and not overwrite:
        raise _taken(name)
    (folder / FOLDER).mkdir(exist_ok=True)
    (folder / _PARTIAL).mkdir(exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=folder / _PARTIAL))
    try:
        digest = _fill(partial, files, root)
        partial.chmod(0o755)
        if overwrite and target.exists():
            shutil.rmtree(target)
        try:
            partial.rename(target)
        except OSError as error:
            raise _taken(name) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return digest


def load(folder: Path, name: str, target: Path) -> None:
    """Copies an artifact's files below `target`. Raises Refused when there is none of that name."""
    source = folder / FOLDER / check_name(name)
    if not source.is_dir():
        raise Refused(f"Artifact not found for name: {name}")
    target.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, target, dirs_exist_ok=True, copy_function=shutil.copyfile)


def _fill(partial: Path, files: Iterable[Path], root: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        relative = file.relative_to(root)
        bad = sorted({character for character in str(relative) if character in BAD_IN_PATHS})
        if bad:
            raise Refused(
                f"The path {str(relative)!r} is not valid in an artifact: it holds {', '.join(map(repr, bad))}."
            )
        (partial / relative).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, partial / relative)
        _digest_file(digest, relative, partial)
    return digest.hexdigest()


def _digest_file(digest: hashlib._Hash, relative: Path, folder: Path) -> None:
    digest.update(os.fsencode(relative) + b"\0")
    with (folder / relative).open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)


def _taken(name: str) -> Refused:
    return Refused(f"An artifact named {name!r} already exists on the workflow run (409 Conflict).")
