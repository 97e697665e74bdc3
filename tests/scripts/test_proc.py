"""Running a command: output, time, memory, and the end of everything that it started."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.proc.log import Log, read_tail
from shuntyard.proc.run import Finished, run
from shuntyard.proc.tree import Tree
from tests.scripts.runner_samples import SCRIPTS

Go = Callable[..., Finished]


@pytest.fixture
def go(tmp_path: Path) -> Go:
    def start(*argv: str, **options: Any) -> Finished:
        given: dict[str, Any] = {
            "timeout_s": 30,
            "env": os.environ,
            "cwd": tmp_path,
            "log": tmp_path / "log.txt",
            **options,
        }
        return run(argv, **given)

    return start


def is_running(pid: int) -> bool:
    """Whether the process is there and not just waiting to be taken note of."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def python(code: str) -> tuple[str, str, str]:
    return sys.executable, "-c", textwrap.dedent(code)


def test_tells_the_exit_code_and_streams_both_outputs(go: Go, tmp_path: Path) -> None:
    echo = io.BytesIO()
    finished = go("sh", "-c", "echo out; echo err >&2; exit 3", echo=echo)
    assert (finished.exit_code, finished.signal, finished.timed_out, finished.error) == (3, 0, False, "")
    assert echo.getvalue() == b"out\nerr\n"
    assert (tmp_path / "log.txt").read_bytes() == b"out\nerr\n"


def test_output_shows_while_the_command_still_runs(go: Go, tmp_path: Path) -> None:
    seen: list[float] = []

    class Echo(io.BytesIO):
        def write(self, data: Any) -> int:
            seen.append(time.monotonic())
            return super().write(data)

    go("sh", "-c", "echo first; sleep 0.5; echo second", echo=Echo())
    assert seen[-1] - seen[0] > 0.3


def test_what_is_printed_next_starts_on_a_line_of_its_own(go: Go, tmp_path: Path) -> None:
    echo = io.BytesIO()
    go("printf", "no newline", echo=echo)
    assert echo.getvalue() == b"no newline\n"
    assert (tmp_path / "log.txt").read_bytes() == b"no newline"


def test_a_listener_that_went_away_stops_nothing(go: Go, tmp_path: Path) -> None:
    class Closed(io.BytesIO):
        def write(self, data: Any) -> int:
            raise BrokenPipeError

    assert go("sh", "-c", "echo one; echo two", echo=Closed()).exit_code == 0
    assert (tmp_path / "log.txt").read_bytes() == b"one\ntwo\n"


def test_the_end_of_a_signal_is_told_as_a_shell_tells_it(go: Go) -> None:
    finished = go("sh", "-c", "kill -SEGV $$")
    assert (finished.exit_code, finished.signal) == (139, signal.SIGSEGV)


@pytest.mark.parametrize(("program", "code"), [("no-such-program", 127), ("/", 126)])
def test_a_program_that_cannot_be_started(go: Go, program: str, code: int) -> None:
    finished = go(program)
    assert finished.exit_code == code
    assert program in finished.error


@pytest.mark.parametrize("argument", ["nul\0inside"])
def test_an_argument_that_no_process_can_be_given_is_refused(go: Go, argument: str) -> None:
    with pytest.raises(ValueError, match="null"):
        go("echo", argument)


def test_the_end_is_not_waited_for_by_polling(go: Go) -> None:
    fastest = min(_timed(lambda: go("true")) for _ in range(5))
    assert fastest < 0.05


def _timed(call: Callable[[], object]) -> float:
    started = time.monotonic()
    call()
    return time.monotonic() - started


def test_duration_is_the_command_s_own(go: Go) -> None:
    started = time.monotonic()
    duration = go("sleep", "0.3").duration_s
    assert 0.3 <= duration <= time.monotonic() - started


def test_a_time_out_ends_the_command(go: Go) -> None:
    finished = go("sleep", "30", timeout_s=0.3)
    assert (finished.exit_code, finished.timed_out, finished.signal) == (124, True, signal.SIGTERM)
    assert finished.duration_s < 5


def test_output_from_before_and_after_the_time_out_is_kept(go: Go, tmp_path: Path) -> None:
    go("sh", "-c", "trap 'echo bye; exit 0' TERM; echo hi; sleep 30 & wait", timeout_s=0.4)
    assert (tmp_path / "log.txt").read_text() == "hi\nbye\n"


def test_a_command_that_ignores_sigterm_is_killed(go: Go) -> None:
    finished = go("sh", "-c", "trap '' TERM; while true; do sleep 0.05; done", timeout_s=0.2, grace_s=0.2)
    assert (finished.timed_out, finished.signal) == (True, signal.SIGKILL)


ESCAPE = """
    import os, signal, sys, time
    def write():
        with open(sys.argv[1], "a") as file:
            file.write(f"{os.getpid()}\\n")
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:  # a daemon: another session, and no parent
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            write()
            time.sleep(60)
        os._exit(0)
    write()
    while open(sys.argv[1]).read().count("\\n") < 2:
        time.sleep(0.01)
"""


def test_a_daemon_that_double_forked_does_not_outlive_the_command(go: Go, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    finished = go(*python(ESCAPE), str(pids), grace_s=0.3)
    assert finished.exit_code == 0
    assert len(finished.left_behind) == 1
    assert not any(is_running(int(pid)) for pid in pids.read_text().split())


@pytest.mark.slow
def test_a_time_out_reaches_a_daemon_that_double_forked(go: Go, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    finished = go(*python(ESCAPE + "\n    time.sleep(60)"), str(pids), timeout_s=1, grace_s=0.3)
    assert finished.timed_out
    assert len(pids.read_text().split()) == 2
    assert not any(is_running(int(pid)) for pid in pids.read_text().split())


def test_processes_that_keep_forking_are_ended_too(go: Go, tmp_path: Path) -> None:
    code = """
        import os, sys, time
        while True:
            with open(sys.argv[1], "a") as file:
                file.write(f"{os.getpid()}\\n")
            if os.fork():
                os._exit(0)
            os.setsid()
            time.sleep(0.005)
    """
    pids = tmp_path / "pids"
    go(*python(code), str(pids), timeout_s=0.4, grace_s=0.1)
    size = pids.stat().st_size
    time.sleep(0.1)
    assert pids.stat().st_size == size
    assert not any(is_running(int(pid)) for pid in pids.read_text().split())


def test_servers_that_preparation_starts_go_on_and_are_not_taken_for_the_tests(go: Go, tmp_path: Path) -> None:
    go("sh", "-c", f"sleep 60 & echo $! > {tmp_path}/server", keep_children=True)
    server = int((tmp_path / "server").read_text())
    try:
        finished = go("true")
        assert finished.left_behind == ()
        assert is_running(server)
    finally:
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)


def test_a_kept_child_that_holds_the_output_does_not_hold_us(go: Go, tmp_path: Path) -> None:
    finished = go("sh", "-c", f"sleep 60 & echo $! > {tmp_path}/server; echo ready", keep_children=True)
    server = int((tmp_path / "server").read_text())
    os.kill(server, signal.SIGKILL)
    os.waitpid(server, 0)
    assert finished.duration_s < 5
    assert (tmp_path / "log.txt").read_text() == "ready\n"


def test_orphans_that_have_ended_are_not_left_as_zombies(go: Go) -> None:
    tree = Tree()
    go("sh", "-c", "for i in 1 2 3; do (setsid true &) ; done; sleep 0.2")
    assert tree.complete
    assert tree.processes() == []


HOLD = "x = bytearray({0}); x[::4096] = b'1' * len(x[::4096])"  # every page of it, so that it is resident
UNTIL = "import os, time\nwhile not os.path.exists('seen'): time.sleep(0.01)"


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Makes the file `seen` once the sampler has found this many bytes: what waits for it cannot be missed."""

    def when(size: int) -> None:
        def sample(tree: Tree) -> int:
            found = measure(tree)
            if found > size:
                (tmp_path / "seen").touch()
            return found

        measure = Tree.memory
        monkeypatch.setattr(Tree, "memory", sample)

    return when


def test_peak_memory_is_of_the_whole_tree(go: Go, seen: Callable[[int], None]) -> None:
    seen(120_000_000)
    code = f"""
        import subprocess, sys
        hold = {HOLD.format(60_000_000) + chr(10) + UNTIL!r}
        children = [subprocess.Popen([sys.executable, "-c", hold]) for _ in range(2)]
        [child.wait() for child in children]
    """
    finished = go(*python(code))
    assert not finished.timed_out
    assert 120 < finished.peak_memory_mb < 250


def test_memory_is_measured_while_it_is_held(go: Go, seen: Callable[[int], None]) -> None:
    seen(200_000_000)
    finished = go(*python(f"{HOLD.format(200_000_000)}\n{UNTIL}"))
    assert not finished.timed_out
    assert 200 < finished.peak_memory_mb < 300


def test_a_short_spike_of_one_process_is_seen(tmp_path: Path) -> None:
    """However short: the kernel tells it at the process's end, to a parent that never held as much itself.

    This one may have (hundreds of megabytes, after enough tests), so the parent is a process of its own.
    """
    code = f"""
        import os, sys
        from pathlib import Path
        sys.path.insert(0, {str(SCRIPTS)!r})
        from shuntyard.proc.run import run
        from shuntyard.proc.tree import Tree
        Tree.memory = lambda self: 0  # no sample ever comes at the right moment
        argv, folder = [sys.executable, "-c", {HOLD.format(200_000_000)!r}], Path({str(tmp_path)!r})
        finished = run(argv, env=os.environ, cwd=folder, log=folder / "log", timeout_s=60)
        print(finished.exit_code, round(finished.peak_memory_mb))
    """
    done = subprocess.run(python(code), capture_output=True, text=True, check=True)
    exit_code, peak = map(int, done.stdout.split())
    assert exit_code == 0
    assert 200 <= peak < 300


def test_memory_of_one_run_does_not_carry_over_to_the_next(go: Go) -> None:
    go(*python("x = bytearray(200_000_000); x[::4096] = b'1' * len(x[::4096])"))
    assert go("sleep", "0.05").peak_memory_mb < 50


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupt_of_ours_ends_the_tree(tmp_path: Path, number: signal.Signals) -> None:
    code = f"""
        import os, sys
        from pathlib import Path
        sys.path.insert(0, {str(SCRIPTS)!r})
        from shuntyard.proc.run import run
        folder = Path({str(tmp_path)!r})
        script = f"setsid sleep 60 & echo $! > {{folder}}/pid.part; mv {{folder}}/pid.part {{folder}}/pid; wait"
        finished = run(["sh", "-c", script], env=os.environ, cwd=folder, log=folder / "log", timeout_s=60)
        print(finished.interrupted, finished.timed_out)
    """
    with subprocess.Popen(python(code), stdout=subprocess.PIPE, text=True) as process:
        pid = tmp_path / "pid"
        while not pid.exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        output, _ = process.communicate(timeout=20)
    assert output == "True False\n"
    assert not is_running(int(pid.read_text()))


def test_signal_handlers_are_put_back(go: Go) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM)]
    go("true")
    assert [signal.getsignal(number) for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM)] == before


def test_something_can_be_done_meanwhile(go: Go, tmp_path: Path) -> None:
    finished = go("sh", "-c", "while [ ! -e flag ]; do sleep 0.02; done", meanwhile=(tmp_path / "flag").touch)
    assert finished.exit_code == 0


def test_a_long_output_is_cut_in_its_middle(go: Go, tmp_path: Path) -> None:
    go(*python("for i in range(20000): print(f'line {i}')"), log_limit=10_000)
    log = (tmp_path / "log.txt").read_text()
    assert len(log) < 10_000 + 65_536 + 200
    assert log.startswith("line 0\n")
    assert log.endswith("line 19999\n")
    assert log.count("[the log is cut here") == 1


@given(parts=st.lists(st.binary(max_size=50)), limit=st.integers(0, 200))
def test_a_log_keeps_both_ends_and_says_how_much_is_missing(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes], limit: int
) -> None:
    path = tmp_path_factory.mktemp("log") / "log.txt"
    with Log(path, limit) as log:
        for part in parts:
            log.write(part)
    whole, kept = b"".join(parts), path.read_bytes()
    head = whole[: limit // 2]
    assert kept.startswith(head)
    if kept == whole:
        return
    rest = kept[len(head) :]
    before, _, after = rest.partition(b" bytes are left out, then come the last ones]\n")
    dropped = int(before.rpartition(b": ")[2].replace(b",", b""))
    assert whole.endswith(after)
    assert len(head) + dropped + len(after) == len(whole)
    assert len(after) < limit // 2 + 50


def test_the_tail_of_a_log(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"0123456789\xff")
    assert read_tail(tmp_path / "log", 3) == "89\ufffd"
    assert read_tail(tmp_path / "absent") == ""
    os.mkfifo(tmp_path / "pipe")
    assert read_tail(tmp_path / "pipe") == ""
