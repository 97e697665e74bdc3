"""Waiting for what another process does."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

LONGEST_S = 60.0


def wait_until(holds: Callable[[], object], longest_s: float = LONGEST_S) -> None:
    """Returns as soon as it holds; fails when it does not in time."""
    deadline = time.monotonic() + longest_s
    while not holds():
        assert time.monotonic() < deadline, f"still not so after {longest_s:g} s"
        time.sleep(0.05)


def commands() -> set[str]:
    """The command lines of all processes on this machine."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.add(path.read_bytes().replace(b"\0", b" ").strip().decode(errors="replace"))
        except OSError:  # it has just ended
            continue
    return found
