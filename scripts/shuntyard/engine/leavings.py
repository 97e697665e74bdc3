"""What a container left in a folder of this machine: plain files alone may be read, kept and uploaded.

A link may lead to a file that only this machine should read, and an upload follows it; a named pipe is read for ever.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from shuntyard.errors import EXIT_PROBLEMS, ShuntyardError


def drop_all_but_files(folder: Path) -> tuple[str, ...]:
    """Removes whatever below the folder is neither a file nor a folder; returns what that was, relative to it.

    Call it when the container is gone. Raises ShuntyardError where something of that kind cannot be removed.
    """
    dropped = []
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            try:
                mode = path.lstat().st_mode
                if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                    path.unlink()
                    dropped.append(path.relative_to(folder).as_posix())
            except OSError as error:
                shown = path.relative_to(folder).as_posix()
                raise ShuntyardError(
                    f"the container left {shown[:200]!r}, which cannot be removed: {error.strerror}",
                    hint="results are plain files; nothing of this run is read",
                    exit_code=EXIT_PROBLEMS,
                ) from error
    return tuple(sorted(dropped))
