"""The folder that finished packages are handed over in: filled at the end, all or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from shuntyard import handover
from shuntyard.errors import ShuntyardError
from shuntyard.wheels.faults import disk_full

KIND = "wheels"
_OURS = (".whl", ".tar.gz")


def prepare(folder: Path) -> None:
    """Makes the folder, and takes away what an earlier build left. Raises ShuntyardError where other things lie."""
    folder.mkdir(parents=True, exist_ok=True)
    there = sorted(folder.iterdir())
    strange = [path.name for path in there if not _is_ours(path)]
    if strange:
        hint = "name a folder of its own with input 'wheels'"
        raise ShuntyardError(f"{folder} holds {strange[0]!r}, which is no package", hint=hint)
    for path in there:
        path.unlink()


def deliver(files: Sequence[Path], folder: Path, axes: Mapping[str, str], facts: Mapping[str, str]) -> None:
    """Copies the files and marks the folder as whole; what was copied is removed when that does not succeed."""
    try:
        for file in files:
            shutil.copyfile(file, folder / file.name)
        handover.write(folder, kind=KIND, axes=axes, facts=facts)
    except OSError as error:
        text = f"the packages cannot be handed over: {disk_full(str(folder), folder) if error.errno else error}"
        clear(folder)
        raise ShuntyardError(text, hint="what was written of them is removed", exit_code=1) from error


def clear(folder: Path) -> None:
    """Removes our files."""
    for path in folder.iterdir():
        if _is_ours(path):
            path.unlink(missing_ok=True)


def _is_ours(path: Path) -> bool:
    return path.is_file() and (path.name.endswith(_OURS) or path.name in (handover.MANIFEST, handover.MARKER))
