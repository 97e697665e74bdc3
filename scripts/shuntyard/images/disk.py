"""A full disk, said in clear words, whoever found out: the engine, skopeo or we."""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

from shuntyard.errors import EXIT_PROBLEMS, ShuntyardError

_FULL = ("no space left on device", "disk quota exceeded")


@contextlib.contextmanager
def clear_disk_faults(folder: Path) -> Iterator[None]:
    """Says it in clear words where the disk was full, whoever found out."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _disk_full(folder, str(error)) from error
    except ShuntyardError as error:
        if not any(text in error.message.lower() for text in _FULL):
            raise
        raise _disk_full(folder, error.message) from error


def _disk_full(folder: Path, said: str) -> ShuntyardError:
    free = shutil.disk_usage(folder).free / 1e9
    hint = f"free space where the engine keeps images; {folder.parent} has {free:.1f} GB. What was begun is removed"
    return ShuntyardError(f"the disk is full: {said}", hint=hint, exit_code=EXIT_PROBLEMS)
