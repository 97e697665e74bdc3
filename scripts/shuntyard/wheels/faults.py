"""Why a step did not come to its end, in words: time, disk, a signal, or what it said last."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from shuntyard.proc.log import read_tail
from shuntyard.proc.run import Finished
from shuntyard.result import CaseOutcome

_LAST_LINES = 25
_FULL = ("No space left on device", "Disk quota exceeded", "File too large")
_FULL_NUMBERS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LITTLE = 1 << 20  # bytes: what a compiler's temporary file needs at once


class StepFailedError(Exception):
    """A step that failed: "failed" is the package's fault, "error" the machine's."""

    def __init__(self, message: str, outcome: CaseOutcome = "failed") -> None:
        super().__init__(message)
        self.message, self.outcome = message, outcome


def check_end(what: str, finished: Finished, log: Path, *, work: Path, timeout_s: float) -> None:
    """Raises StepFailedError when the step did not succeed, KeyboardInterrupt when it was interrupted."""
    if finished.interrupted:
        raise KeyboardInterrupt
    if finished.timed_out:
        limit = f"{timeout_s / 60:g} minutes" if timeout_s >= 120 else f"{timeout_s:g} s"
        text = f"{what} did not end within {limit} and was ended with every process that it had started"
        raise StepFailedError(f"{text}; its last lines:\n{last_lines(log)}", "error")
    if finished.error:
        raise StepFailedError(f"{what} did not start: {finished.error}", "error")
    if finished.exit_code:
        tail = read_tail(log)
        if any(text in tail for text in _FULL) or _free(work) < _LITTLE:
            raise StepFailedError(f"{disk_full(what, work)}\nits last lines:\n{last_lines(log)}", "error")
        how = f"was ended by signal {finished.signal}" if finished.signal else f"failed (exit {finished.exit_code})"
        raise StepFailedError(f"{what} {how}; its last lines:\n{last_lines(log)}")


def os_failure(what: str, error: OSError, work: Path) -> StepFailedError:
    """An operating system's error of our own as a failed step."""
    if error.errno in _FULL_NUMBERS:
        return StepFailedError(disk_full(what, work), "error")
    return StepFailedError(f"{what}: {error}", "error")


def disk_full(what: str, work: Path) -> str:
    """One sentence on a disk that is full, with figures."""
    try:
        usage = shutil.disk_usage(work)
    except OSError:
        return f"{what}: the disk is full"
    figures = f"{work} has {usage.free / 1e6:,.1f} MB free of {usage.total / 1e6:,.1f} MB"
    return f"{what}: the disk is full ({figures}); free some, or name a folder on another disk with input 'work'"


def last_lines(log: Path) -> str:
    """The end of a log, without empty lines."""
    lines = [line.rstrip() for line in read_tail(log).splitlines() if line.strip()]
    return "\n".join(lines[-_LAST_LINES:])


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0
