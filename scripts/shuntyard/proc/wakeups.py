"""Signals as bytes in a pipe, so that one wait sees output, the end of a child, and an interrupt alike."""

from __future__ import annotations

import contextlib
import os
import signal


class Wakeups:
    """A context in which SIGCHLD, SIGINT and SIGTERM do no more than make `fd` readable.

    `interrupts` counts the last two. For the main thread: Python hands signals to no other.
    """

    def __init__(self) -> None:
        self.interrupts = 0

    def __enter__(self) -> Wakeups:
        self.fd, self._write = os.pipe()
        os.set_blocking(self.fd, False)
        os.set_blocking(self._write, False)
        self._old_fd = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        self._old = {
            number: signal.signal(number, self._note) for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM)
        }
        return self

    def _note(self, number: int, _frame: object) -> None:
        self.interrupts += number != signal.SIGCHLD

    def drain(self) -> None:
        """Makes `fd` wait again."""
        with contextlib.suppress(BlockingIOError):
            os.read(self.fd, 4096)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._old.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        signal.set_wakeup_fd(self._old_fd)
        os.close(self.fd)
        os.close(self._write)
