"""A log file of bounded size: the head as it comes, the tail kept back until the end, a line for what lies between."""

from __future__ import annotations

import os
import stat
from collections import deque
from pathlib import Path
from types import TracebackType

LIMIT = 20_000_000  # bytes


class Log:
    """Takes any number of bytes; the file holds at most about `limit` of them, the first and the last half."""

    def __init__(self, path: Path, limit: int = LIMIT) -> None:
        self._file = path.open("wb", buffering=0)
        self._half = limit // 2
        self._head_left = self._half
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._dropped = 0

    def write(self, data: bytes) -> None:
        """Appends."""
        head, tail = data[: self._head_left], data[self._head_left :]
        self._head_left -= len(head)
        if head:
            self._file.write(head)
        if not tail:
            return
        self._tail.append(tail)
        self._tail_size += len(tail)
        while self._tail and self._tail_size - len(self._tail[0]) >= self._half:
            oldest = self._tail.popleft()
            self._tail_size -= len(oldest)
            self._dropped += len(oldest)

    def __enter__(self) -> Log:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._dropped:
            note = f"[the log is cut here: {self._dropped:,} bytes are left out, then come the last ones]"
            self._file.write(f"\n{note}\n".encode())
        for part in self._tail:
            self._file.write(part)
        self._file.close()


def read_tail(path: Path, size: int = 65_536) -> str:
    """The last `size` bytes of a log, as text; empty when there is none."""
    try:
        # Without waiting: what a test left under a log's name may be a pipe that nobody writes to.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
            info = os.fstat(file.fileno())
            if not stat.S_ISREG(info.st_mode):
                return ""
            file.seek(max(info.st_size - size, 0))
            return file.read(size).decode("utf-8", errors="replace")
    except OSError:
        return ""
