"""Runs one command to its end, whichever end that is: its own, a time-out, or an interrupt of ours."""

from __future__ import annotations

import contextlib
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from shuntyard.proc.log import LIMIT, Log
from shuntyard.proc.tree import Tree, name_of, own_peak
from shuntyard.proc.wakeups import Wakeups

GRACE_S = 5.0  # between SIGTERM and SIGKILL; GitHub itself leaves 7.5 s after a cancel
_GIVE_UP_S = 5.0  # after SIGKILL: what is still there then sits in the kernel
_FIRST_SAMPLE_S, _LONGEST_PAUSE_S = 0.005, 0.1
_SAMPLE_SHARE = 100  # a memory sample may take one part in this many of a core
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes there, kilobytes elsewhere
_CHUNK = 1 << 16


class Finished(NamedTuple):
    """How a command ended.

    `exit_code` is the shell's: 128 + n after signal n, 124 after a time-out, 127 where the program was not found, 126
    where it could not be started; `error` then says why. `duration_s` is wall time up to the end of the command itself;
    `peak_memory_mb` is of its whole process tree (MB = 10**6 bytes), 0 where the platform cannot tell. `left_behind`
    names processes that outlived the command and were ended.
    """

    exit_code: int
    duration_s: float = 0.0
    peak_memory_mb: float = 0.0
    signal: int = 0
    timed_out: bool = False
    interrupted: bool = False
    left_behind: tuple[str, ...] = ()
    error: str = ""


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    log: Path,
    timeout_s: float,
    echo: BinaryIO | None = None,
    log_limit: int = LIMIT,
    grace_s: float = GRACE_S,
    keep_children: bool = False,
    meanwhile: Callable[[], object] | None = None,
) -> Finished:
    """Runs `argv` and waits for its end; call it from the main thread, because signals arrive there.

    Output (both streams) goes to `log` and, live, to `echo`. Nothing that the command started is alive afterwards,
    unless `keep_children` leaves servers running that it was meant to start. `meanwhile` is called once, as soon as the
    command runs. Raises ValueError for an argument or a variable that no process can be given.
    """
    with Log(log, log_limit) as log_file, Wakeups() as wakeups:
        tree = Tree()
        started = time.monotonic()
        try:
            process = subprocess.Popen(
                argv,
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            return Finished(exit_code=127 if missing else 126, error=_why_not_started(argv[0], error))
        with contextlib.closing(_Watch(process, started, tree, wakeups, log_file, echo)) as watch:
            if meanwhile is not None:
                meanwhile()
            return watch.to_the_end(started + timeout_s, grace_s, keep_children)


def _why_not_started(program: str, error: OSError) -> str:
    return f"{program!r} could not be started: {error.strerror or error}"


class _Watch:
    """Looks after one running command."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        started: float,
        tree: Tree,
        wakeups: Wakeups,
        log: Log,
        echo: BinaryIO | None,
    ) -> None:
        assert process.stdout is not None
        self._process, self._tree, self._wakeups, self._log, self._echo = process, tree, wakeups, log, echo
        tree.group = process.pid
        self._output: int | None = process.stdout.fileno()
        os.set_blocking(self._output, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._output, selectors.EVENT_READ)
        self._selector.register(wakeups.fd, selectors.EVENT_READ)
        self._started = started
        self._status: int | None = None
        self._duration = 0.0
        self._peak = 0  # bytes
        self._own_peak = own_peak() or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT
        self._pause = _FIRST_SAMPLE_S
        self._next_sample = 0.0
        self._last_byte = b"\n"

    def to_the_end(self, deadline: float, grace_s: float, keep_children: bool) -> Finished:
        """Waits for the command, ends it when it must, and clears away what it left behind."""
        self._pump(self._has_ended, deadline, heed_interrupts=True)
        timed_out = interrupted = False
        left_behind: tuple[str, ...] = ()
        if not self._has_ended():
            interrupted = self._wakeups.interrupts > 0
            timed_out = not interrupted
            self._end_all(grace_s)
        self._read_output()
        if not keep_children:
            left_behind = tuple(name_of(pid) for pid in self._tree.alive())
            if left_behind or not self._tree.complete:
                self._end_all(grace_s if left_behind else 0)
        return self._finished(timed_out, interrupted or self._wakeups.interrupts > 0, left_behind)

    def close(self) -> None:
        if not self._has_ended():  # only after a fault of ours
            self._end_all(0)
        self._process.returncode = -1 if self._status is None else os.waitstatus_to_exitcode(self._status)
        self._selector.close()
        assert self._process.stdout is not None
        self._process.stdout.close()
        if self._last_byte != b"\n" and self._echo is not None:  # what is printed next starts on its own line
            self._say(b"\n")

    def _has_ended(self) -> bool:
        return self._status is not None

    def _pump(self, until: Callable[[], bool], deadline: float, *, heed_interrupts: bool) -> None:
        """Passes output on, reaps and samples, until something is so, the deadline has come, or an interrupt."""
        seen = self._wakeups.interrupts
        self._reap()
        while not until() and time.monotonic() < deadline:
            if self._wakeups.interrupts > (0 if heed_interrupts else seen):
                return
            now = time.monotonic()
            if now >= self._next_sample:
                self._sample(now)
            for key, _ in self._selector.select(max(min(self._next_sample, deadline) - time.monotonic(), 0)):
                if key.fd == self._wakeups.fd:
                    self._wakeups.drain()
                    self._reap()
                else:
                    self._read_output(most=4)

    def _read_output(self, most: int = 1 << 30) -> None:
        """What the pipe holds now, `most` chunks at a time; stops watching it when every writer is gone."""
        for _ in range(most):
            if self._output is None:
                return
            try:
                data = os.read(self._output, _CHUNK)
            except BlockingIOError:
                return
            if not data:
                self._selector.unregister(self._output)
                self._output = None
                return
            self._log.write(data)
            self._last_byte = data[-1:]
            self._say(data)

    def _say(self, data: bytes) -> None:
        try:
            if self._echo is not None:
                self._echo.write(data)
                self._echo.flush()
        except OSError:  # nobody listens any more; the log still does
            self._echo = None

    def _reap(self) -> None:
        """Takes note of the children that have ended: the command, and the orphans that it left to us."""
        for pid in {self._process.pid, *self._tree.children()} if self._tree.complete else {self._process.pid}:
            if pid == self._process.pid and self._has_ended():
                continue
            with contextlib.suppress(ChildProcessError):
                ended, status, usage = os.wait4(pid, os.WNOHANG)
                if not ended:
                    continue
                # The figure starts from ours, which a child shares until it is its program; below, it says nothing.
                if usage.ru_maxrss * _RSS_UNIT > self._own_peak:
                    self._peak = max(self._peak, usage.ru_maxrss * _RSS_UNIT)
                if ended == self._process.pid:
                    self._status, self._duration = status, time.monotonic() - self._started

    def _sample(self, now: float) -> None:
        self._peak = max(self._peak, self._tree.memory())
        self._pause = min(self._pause * 1.5, _LONGEST_PAUSE_S)
        self._next_sample = now + max(self._pause, (time.monotonic() - now) * _SAMPLE_SHARE)

    def _end_all(self, grace_s: float) -> None:
        """SIGTERM, a while to clean up in, SIGKILL. A second interrupt cuts the while short."""
        self._tree.send(signal.SIGTERM)
        self._pump(self._is_deserted, time.monotonic() + grace_s, heed_interrupts=False)
        give_up = time.monotonic() + _GIVE_UP_S
        while (
            not self._is_deserted() and time.monotonic() < give_up
        ):  # again: what was forking may have slipped through
            self._tree.send(signal.SIGKILL)
            self._pump(self._is_deserted, time.monotonic() + 0.02, heed_interrupts=False)
        self._read_output()

    def _is_deserted(self) -> bool:
        return self._has_ended() and not self._tree.alive()

    def _finished(self, timed_out: bool, interrupted: bool, left_behind: tuple[str, ...]) -> Finished:
        code = -signal.SIGKILL if self._status is None else os.waitstatus_to_exitcode(self._status)
        return Finished(
            exit_code=124 if timed_out else code if code >= 0 else 128 - code,
            duration_s=self._duration or time.monotonic() - self._started,
            peak_memory_mb=self._peak / 1e6,
            signal=max(-code, 0),
            timed_out=timed_out,
            interrupted=interrupted,
            left_behind=left_behind,
        )
