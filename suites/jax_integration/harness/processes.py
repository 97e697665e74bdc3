"""Processes and all that they started, on Linux: who is there, and an end to them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
_GIVE_UP_S = 5.0


def adopt_orphans() -> None:
    """Makes this process the parent of what its children leave behind, so that it can be found and ended."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """Has the kernel end this process when its parent ends, whichever way."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def descendants(of: int) -> dict[int, str]:
    """The living processes below `of`, with their names."""
    children: dict[int, list[int]] = {}
    names: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError, ValueError, IndexError):
            head, _, tail = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")
            state, parent = tail.split()[:2]
            if state not in "ZX":
                names[int(entry.name)] = head.partition("(")[2]
            children.setdefault(int(parent), []).append(int(entry.name))
    found: dict[int, str] = {}
    waiting = list(children.get(of, []))
    while waiting:
        pid = waiting.pop()
        waiting += children.get(pid, [])
        if pid in names:
            found[pid] = names[pid]
    return found


def end_all(of: int) -> tuple[str, ...]:
    """Kills everything below `of`, again until nothing is left; returns the names of what was killed."""
    killed: dict[int, str] = {}
    give_up = time.monotonic() + _GIVE_UP_S
    while (alive := descendants(of)) and time.monotonic() < give_up:
        killed.update(alive)
        for pid in alive:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)
    return tuple(killed.values())
