"""A folder that is gone afterwards, whatever ends the rehearsal."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn


@contextlib.contextmanager
def temporary_folder(*, keep: bool, say: Callable[[str], None]) -> Iterator[Path]:
    """A fresh folder. `keep` leaves it, and says where it is."""
    with _terminated_as_interrupted():
        folder = Path(tempfile.mkdtemp(prefix="shuntyard-rehearsal-")).resolve()
        try:
            yield folder
        finally:
            if keep:
                say(f"kept: {folder}")
            else:
                remove(folder)


def remove(folder: Path) -> None:
    """Removes a tree, also one in which a test has taken its own write permission away."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        for path, _, _ in os.walk(folder):
            with contextlib.suppress(OSError):
                Path(path).chmod(0o700)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Treats SIGTERM as Ctrl-C for a while, so that a rehearsal that is told to end cleans up too."""

    def interrupt(_number: int, _frame: object) -> NoReturn:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not the main thread, which alone may handle signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
