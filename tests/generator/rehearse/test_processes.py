"""Running a program: its lines in time, its end in time, and nothing of it left."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from generator.rehearse import processes

DAEMON = "import subprocess, sys; subprocess.Popen(['sleep', '600'], start_new_session=True, stdout={})"


def run(tmp_path: Path, program: str, timeout_s: float = 30.0) -> tuple[processes.Ended, list[str]]:
    lines: list[str] = []
    env = {**os.environ, "MARK": str(tmp_path)}
    command = [sys.executable, "-c", program]
    ended = processes.run(command, env, tmp_path, timeout_s, lines.append, lambda: None, f"MARK={tmp_path}")
    assert processes.marked(f"MARK={tmp_path}") == []
    return ended, lines


def test_lines_of_both_streams_arrive(tmp_path: Path) -> None:
    ended, lines = run(tmp_path, "import sys; print('one'); print('tw\\udcffo', file=sys.stderr); print('end', end='')")
    assert (ended.exit_code, ended.timed_out, ended.leftovers) == (0, False, 0)
    assert sorted(lines) == ["end", "one", "tw\\udcffo"]


def test_the_exit_code_is_kept(tmp_path: Path) -> None:
    assert run(tmp_path, "raise SystemExit(7)")[0].exit_code == 7


def test_many_lines_arrive_in_order(tmp_path: Path) -> None:
    assert run(tmp_path, "for n in range(20000): print(n)")[1] == [str(n) for n in range(20000)]


@pytest.mark.parametrize("stream", ["None", "subprocess.DEVNULL"])
def test_daemons_are_ended(tmp_path: Path, stream: str) -> None:
    started = time.monotonic()
    ended, _ = run(tmp_path, DAEMON.format(stream))
    assert ended.leftovers == 1
    assert time.monotonic() - started < 15


@pytest.mark.slow
def test_a_program_that_will_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PATIENCE_S", 0.5)
    deaf = "import signal, time; [signal.signal(n, signal.SIG_IGN) for n in (2, 15)]; "
    deaf += "print('on', flush=True); time.sleep(600)"
    ended, lines = run(tmp_path, deaf, timeout_s=1.5)
    assert ended.timed_out
    assert lines == ["on"]


def test_an_exception_ends_it_too(tmp_path: Path) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    env = {**os.environ, "MARK": str(tmp_path)}
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    with pytest.raises(KeyboardInterrupt):
        processes.run(command, env, tmp_path, 30.0, lambda line: None, interrupt, f"MARK={tmp_path}")
    assert processes.marked(f"MARK={tmp_path}") == []
