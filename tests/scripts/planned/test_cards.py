"""Commands on several cards: side by side, whatever ends them, and nothing stays behind. Each in a process of its own,
as run-planned is one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.scripts.runner_samples import SCRIPTS

pytestmark = pytest.mark.slow
DRIVER = """
import json, os, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from shuntyard.planned.cards import Task, run_cards
folder, plan, limit = Path(sys.argv[2]), json.loads(sys.argv[3]), float(sys.argv[4])
left = [list(card) for card in plan]
told = []
def next_task(card):
    if not left[card]:
        return None
    code = left[card].pop(0)
    name = f"{card}-{len(left[card])}"
    env = {**os.environ, "CARD": str(card)}
    return Task([sys.executable, "-c", code], env, folder, folder / f"{name}.txt", limit)
def ended(card, finished):
    told.append([card, finished.exit_code, finished.timed_out, finished.interrupted, finished.error])
begun = time.monotonic()
interrupted = run_cards(len(plan), next_task, ended)
print(json.dumps({"told": told, "interrupted": interrupted, "seconds": time.monotonic() - begun}))
"""
FOREVER = """
import os, time
open("pid" + os.environ["CARD"], "w").write(str(os.getpid()))
time.sleep(60)
"""


def start(folder: Path, plan: list[list[str]], limit: float = 30) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", DRIVER, str(SCRIPTS), str(folder), json.dumps(plan), str(limit)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return dict(json.loads(out))


def wait_for(path: Path) -> int:
    until = time.monotonic() + 20
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < until, path
        time.sleep(0.02)
    return int(path.read_text())


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_cards_run_at_the_same_time_and_a_card_s_commands_in_turn(tmp_path: Path) -> None:
    """Four commands that each wait for the other three would never end one after another."""
    meet = """
import os, pathlib, time
pathlib.Path("here" + os.environ["CARD"]).touch()
while len(list(pathlib.Path(".").glob("here*"))) < 4:
    time.sleep(0.01)
"""
    then = "import os, pathlib; assert pathlib.Path('here' + os.environ['CARD']).exists(); raise SystemExit(7)"
    told = finish(start(tmp_path, [[meet, then]] * 4))["told"]
    assert sorted((card, code) for card, code, *_ in told) == [(card, code) for card in range(4) for code in (0, 7)]


def test_one_that_hangs_is_ended_with_its_children_and_the_other_goes_on(tmp_path: Path) -> None:
    parent = (
        f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {FOREVER!r}], start_new_session=True).wait()"
    )
    done = finish(start(tmp_path, [[parent, "pass"], ["pass", "pass"]], limit=2))
    assert [(code, late) for card, code, late, *_ in done["told"] if card == 0] == [(124, True), (0, False)]
    assert [(code, late) for card, code, late, *_ in done["told"] if card == 1] == [(0, False)] * 2
    assert not is_alive(wait_for(tmp_path / "pid0"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_every_card_and_all_is_told(tmp_path: Path, number: signal.Signals) -> None:
    process = start(tmp_path, [[FOREVER, "pass"], [FOREVER]])
    pids = [wait_for(tmp_path / f"pid{card}") for card in (0, 1)]
    process.send_signal(number)
    done = finish(process)
    assert done["interrupted"]
    assert sorted((card, stopped) for card, _, _, stopped, _ in done["told"]) == [(0, True), (1, True)]
    assert not any(map(is_alive, pids))


def test_a_helper_that_is_killed_leaves_nothing_and_its_card_goes_on(tmp_path: Path) -> None:
    process = start(tmp_path, [[FOREVER, "pass"], [FOREVER.replace("60", "3")]])
    pid = wait_for(tmp_path / "pid0")
    helper = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    assert helper != process.pid
    os.kill(helper, signal.SIGKILL)
    told = finish(process)["told"]
    assert [(code, error) for card, code, *_, error in told if card == 0] == [
        (1, "the process that looked after this card was killed"), (0, ""),
    ]  # fmt: skip
    assert [code for card, code, *_ in told if card == 1] == [0]
    assert not is_alive(pid)


def test_a_command_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    process = start(tmp_path, [["\0", "pass"]])
    assert [(code, bool(error)) for _, code, *_, error in finish(process)["told"]] == [(126, True), (0, False)]


def test_helpers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    """What they run is ended by the runner, as for every job; they must not linger for the next command."""
    process = start(tmp_path, [["import time; time.sleep(1)"], [FOREVER.replace("60", "1")]])
    wait_for(tmp_path / "pid1")
    helpers = [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    assert len(helpers) == 2
    process.kill()
    process.communicate()
    until = time.monotonic() + 20
    while any(map(is_alive, helpers)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(is_alive, helpers))
