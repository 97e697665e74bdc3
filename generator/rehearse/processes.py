"""A program whose lines are read as they come, and that leaves nothing running behind it.

act starts each step in a session of its own, and a test may start daemons, so a process group is not enough: like
GitHub's runner, this finds leftovers by a variable in their environment.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

TICK_S = 0.25
PATIENCE_S = 5.0  # between asking a program to end and making it


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a program ended. `leftovers` were still running after it, and were ended."""

    exit_code: int
    timed_out: bool
    leftovers: int


def run(
    command: Sequence[str], env: Mapping[str, str], folder: Path, timeout_s: float,
    on_line: Callable[[str], None], on_tick: Callable[[], None], marker: str,
) -> Ended:  # fmt: skip
    """Runs the program; `on_line` gets each line of both its streams, `on_tick` is called in between.

    Whatever happens, an interruption included, every process with `marker` in its environment has ended when this
    returns. `marker` is `NAME=value`.
    """
    process = subprocess.Popen(
        command, env=dict(env), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    lines: queue.Queue[str | None] = queue.Queue()
    readers = [threading.Thread(target=_read, args=(s, lines), daemon=True) for s in (process.stdout, process.stderr)]
    deadline = time.monotonic() + timeout_s
    timed_out, leftovers = False, 0
    try:
        for reader in readers:
            reader.start()
        timed_out = not _pump(lines, len(readers), deadline, on_line, on_tick, process)
    finally:
        if process.poll() is None:
            _end([process.pid], process)
        leftovers = end_marked(marker)
        process.wait()
    for reader in readers:
        reader.join(timeout=PATIENCE_S)
    _drain(lines, on_line)
    return Ended(exit_code=process.returncode, timed_out=timed_out, leftovers=leftovers)


def end_marked(marker: str) -> int:
    """Ends every process that has the marker in its environment; how many there were."""
    found = marked(marker)
    count = len(found)
    for number in (signal.SIGTERM, signal.SIGKILL):
        _signal(found, number)
        deadline = time.monotonic() + PATIENCE_S
        while found and time.monotonic() < deadline:
            time.sleep(0.02)
            found = marked(marker)
        if not found:
            break
    return count


def marked(marker: str) -> list[int]:
    """The processes of this user that have the marker in their environment; none where the system has no /proc."""
    found = []
    wanted = os.fsencode(marker)
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(entry.name) != os.getpid() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def _pump(
    lines: queue.Queue[str | None],
    streams: int,
    deadline: float,
    on_line: Callable[[str], None],
    on_tick: Callable[[], None],
    process: subprocess.Popen[bytes],
) -> bool:
    """Hands lines on until the program has ended; False when the time is over first.

    A daemon may keep a stream open after the program's end, so its end counts as much as the streams'.
    """
    while streams:
        try:
            line = lines.get(timeout=TICK_S)
        except queue.Empty:
            if process.poll() is not None:
                return True
            line = ""
        if line is None:
            streams -= 1
        elif line:
            on_line(line)
        on_tick()
        if time.monotonic() > deadline:
            return False
    return True


def _drain(lines: queue.Queue[str | None], on_line: Callable[[str], None]) -> None:
    with contextlib.suppress(queue.Empty):
        while True:
            line = lines.get_nowait()
            if line:
                on_line(line)


def _read(stream: IO[bytes], lines: queue.Queue[str | None]) -> None:
    with stream:
        for line in stream:
            lines.put(line.decode("utf-8", errors="replace").rstrip("\r\n"))
    lines.put(None)


def _end(pids: Iterable[int], process: subprocess.Popen[bytes]) -> None:
    """Asks first: act ends its steps and cleans up on SIGINT."""
    _signal(pids, signal.SIGINT)
    try:
        process.wait(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
