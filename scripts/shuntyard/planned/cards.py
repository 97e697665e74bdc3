"""Commands on several cards at the same time, on each card one after another.

Each card has a helper process, forked from this one: what ends a command's whole tree (shuntyard.proc) watches over
one command at a time, and needs a main thread. This process hands out commands, hears how they ended, and passes
signals on.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from shuntyard.proc.run import Finished, run
from shuntyard.proc.tree import Tree
from shuntyard.proc.wakeups import Wakeups

_CHUNK = 1 << 16
_LAST_S = 5.0  # for the orphans of a helper that was killed to end


class Task(NamedTuple):
    """One command: its argument vector, environment, folder, log file, and the seconds it may take."""

    argv: list[str]
    env: dict[str, str]
    cwd: Path
    log: Path
    timeout_s: float


Next = Callable[[int], Task | None]
Ended = Callable[[int, Finished], object]


def run_cards(count: int, next_task: Next, ended: Ended) -> bool:
    """Asks `next_task` what card 0, 1 … `count`-1 runs next, until it says None, and tells `ended` how that went; both
    are called in this process. Returns whether it was interrupted: then what ran is ended, and told, before it returns.

    Call it from the main thread, in a process without others.
    """
    tree = Tree()  # adopts what a helper that is killed leaves behind
    with Wakeups() as wakeups, contextlib.ExitStack() as stack:
        yard = _Yard(count, next_task, ended, tree, wakeups)
        stack.callback(yard.close)
        yard.work()
        return wakeups.interrupts > 0


class _Helper(NamedTuple):
    pid: int
    line: socket.socket


class _Yard:
    """All helpers, and what each is doing."""

    def __init__(self, count: int, next_task: Next, ended: Ended, tree: Tree, wakeups: Wakeups) -> None:
        self._next, self._ended, self._tree, self._wakeups = next_task, ended, tree, wakeups
        self._selector = selectors.DefaultSelector()
        self._selector.register(wakeups.fd, selectors.EVENT_READ)
        self._helpers: dict[int, _Helper] = {}
        self._heard: dict[int, bytes] = {}  # by card, for those that run something: what of its answer has come
        self._cards = range(count)
        self._passed_on = 0

    def work(self) -> None:
        for card in self._cards:
            self._give(card)
        while self._heard:
            for key, _ in self._selector.select():
                if key.data is None:
                    self._wakeups.drain()
                else:
                    self._hear(key.data)
            if self._wakeups.interrupts > self._passed_on:
                self._passed_on = self._wakeups.interrupts
                for card in self._heard:
                    os.kill(self._helpers[card].pid, signal.SIGTERM)

    def _give(self, card: int) -> None:
        if self._wakeups.interrupts or (task := self._next(card)) is None:
            return
        if card not in self._helpers:
            self._start(card)
        self._heard[card] = b""
        order = {**task._asdict(), "cwd": str(task.cwd), "log": str(task.log)}
        with contextlib.suppress(OSError):  # it was killed: the end of its line says so
            self._helpers[card].line.sendall(json.dumps(order).encode() + b"\n")

    def _start(self, card: int) -> None:
        ours, theirs = socket.socketpair()
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            for other in (*(helper.line for helper in self._helpers.values()), ours):
                other.close()  # else a helper would not hear that this process is gone
            _serve(theirs)
        theirs.close()
        self._helpers[card] = _Helper(pid, ours)
        self._selector.register(ours, selectors.EVENT_READ, card)

    def _hear(self, card: int) -> None:
        try:
            data = self._helpers[card].line.recv(_CHUNK)
        except ConnectionError:
            data = b""
        self._heard[card] = self._heard.get(card, b"") + data
        if data and not data.endswith(b"\n"):
            return
        answer = self._heard.pop(card)
        if data:
            fields = json.loads(answer)
            finished = Finished(**{**fields, "left_behind": tuple(fields["left_behind"])})
        else:
            self._bury(card)
            finished = Finished(exit_code=1, error="the process that looked after this card was killed")
        self._ended(card, finished)
        self._give(card)

    def _bury(self, card: int) -> None:
        """Ends what a helper that was killed has left running: it has come to this process, without a parent."""
        helper = self._helpers.pop(card)
        self._selector.unregister(helper.line)
        helper.line.close()
        os.waitpid(helper.pid, 0)
        known = {other.pid for other in self._helpers.values()}
        until = time.monotonic() + _LAST_S
        while (orphans := set(self._tree.children()) - known) and time.monotonic() < until:
            for pid in orphans:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
            time.sleep(0.01)

    def close(self) -> None:
        """Lets every helper go."""
        for helper in self._helpers.values():
            helper.line.close()
        for helper in self._helpers.values():
            os.waitpid(helper.pid, 0)
        self._selector.close()


def _serve(line: socket.socket) -> None:
    """A helper's life: runs each command that it hears of, says how it ended; leaves when its line is closed."""
    status = 1
    try:
        stopped: list[int] = []
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number in (signal.SIGINT, signal.SIGTERM):  # between two commands; while one runs, run() hears them
            signal.signal(number, lambda number, _frame: stopped.append(number))
        os.setsid()  # a terminal's Ctrl-C goes to the parent alone, which passes it on
        for order in line.makefile("rb"):
            task = Task(**json.loads(order))
            finished = _run(task._replace(cwd=Path(task.cwd), log=Path(task.log)), stopped)
            line.sendall(json.dumps(finished._asdict()).encode() + b"\n")
        status = 0
    finally:
        os._exit(status)


def _run(task: Task, stopped: list[int]) -> Finished:
    def stop_if_told() -> None:
        if stopped:  # just before run() began to listen
            os.kill(os.getpid(), signal.SIGTERM)

    try:
        return run(
            task.argv, env=task.env, cwd=task.cwd, log=task.log, timeout_s=task.timeout_s, meanwhile=stop_if_told
        )  # fmt: skip
    except (OSError, ValueError) as error:  # no room for the log; a NUL in a variable
        return Finished(exit_code=126, error=f"{task.argv[0]!r} could not be started: {error}")
