"""The processes below this one, from /proc: who they are, how much memory they hold, and signals for all of them.

A process that double-forks or starts its own session leaves its parent but not this tree: on Linux its orphans come to
this process (PR_SET_CHILD_SUBREAPER, prctl(2)). Where /proc or prctl is missing, only the child's process group is
known, and memory is not.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator

_PR_SET_CHILD_SUBREAPER = 36
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Tree:
    """What is started below this process after the tree was made; what was there before is left alone."""

    def __init__(self) -> None:
        self.complete = _has_children_files() and _become_subreaper()
        self._before = frozenset(_children(os.getpid())) if self.complete else frozenset()
        self.group = 0  # the child's process group, once it is started

    def processes(self) -> list[int]:
        """Process ids, parents before children; zombies included. Empty where the platform cannot tell."""
        if not self.complete:
            return []
        found = list(self.children())
        for pid in found:  # grows while it is walked: breadth first
            found.extend(_children(pid))
        return list(dict.fromkeys(found))

    def alive(self) -> list[int]:
        """The processes that still run."""
        return [pid for pid in self.processes() if not _is_zombie(pid)]

    def children(self) -> Iterator[int]:
        """Direct children of this process: the command itself and what has lost its parent."""
        return (pid for pid in _children(os.getpid()) if pid not in self._before)

    def memory(self) -> int:
        """Bytes: the sum of the resident sets (pages that processes share count for each of them)."""
        return sum(_resident(pid) for pid in self.processes())

    def send(self, number: signal.Signals) -> None:
        """A signal to every process of the tree that this user may signal."""
        for pid in self.processes():
            with contextlib.suppress(OSError):
                os.kill(pid, number)
        if not self.complete and self.group:
            with contextlib.suppress(OSError):
                os.killpg(self.group, number)


def name_of(pid: int) -> str:
    """The program's short name; empty when the process is gone."""
    return _read(f"/proc/{pid}/comm").decode(errors="replace").strip()


def own_peak() -> int:
    """Bytes: the most that this process itself has held (VmHWM, proc(5)); 0 where the platform cannot tell.

    ru_maxrss is no such figure: it starts from what the parent had when it started us.
    """
    _, _, rest = _read("/proc/self/status").partition(b"VmHWM:")
    kilobytes = rest.split(maxsplit=1)[:1]
    return int(kilobytes[0]) * 1024 if kilobytes else 0


def _has_children_files() -> bool:
    pid = os.getpid()
    return os.path.exists(f"/proc/{pid}/task/{pid}/children")  # noqa: PTH110 - a path of /proc, on a hot start


def _become_subreaper() -> bool:
    try:
        import ctypes  # noqa: PLC0415 - absent from some Pythons

        return bool(ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    except (ImportError, OSError, AttributeError):
        return False


def _children(pid: int) -> list[int]:
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - called often; a Path costs more than the call
    except OSError:
        return []
    return [int(child) for thread in threads for child in _read(f"/proc/{pid}/task/{thread}/children").split()]


def _is_zombie(pid: int) -> bool:
    state = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[:1]
    return not state or state[0] in (b"Z", b"X")


def _resident(pid: int) -> int:
    fields = _read(f"/proc/{pid}/statm").split()
    return int(fields[1]) * _PAGE if len(fields) > 1 else 0


def _read(path: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        parts = []
        while part := os.read(descriptor, 65536):
            parts.append(part)
        return b"".join(parts)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
