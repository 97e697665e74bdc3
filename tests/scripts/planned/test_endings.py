"""How pieces end in real pytest projects: failures, crashes, hangs, time limits, interrupts; and what did not run."""

from __future__ import annotations

import importlib.util
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shuntyard.result import judge
from shuntyard.rows import worst
from tests.scripts.planned.samples import (
    BAD,
    CRASH,
    GOOD,
    KEEP,
    ROW,
    case,
    inputs_of,
    piece,
    plan_of,
    planned_row,
    project_of,
    run_planned,
)
from tests.scripts.runner_samples import SCRIPTS, Ran, script_env

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "project"


def test_without_keep_going_a_card_stops_at_its_first_failing_file(folder: Path) -> None:
    project = project_of(folder, a=BAD, b=GOOD, c=GOOD)
    ran = run_planned(project, plan_of([["test_a", "test_b"], ["test_c"]]))
    assert ran.exit_code == 1
    assert ran.outcomes(ROW) == {
        "test/test_a.py::test_1": "passed",
        "test/test_a.py::test_2": "failed",
        "test/test_b.py": "skipped",
        "test/test_c.py::test_1": "passed",
        "test/test_c.py::test_2": "passed",
    }
    assert case(ran, "test/test_b.py").message.startswith("not run: test/test_a.py failed before it")
    assert "assert 1 == 2" in ran.output


def test_with_keep_going_it_goes_on(folder: Path) -> None:
    ran = run_planned(project_of(folder, a=BAD, b=GOOD), plan_of([["test_a", "test_b"]], flags=KEEP))
    assert ran.exit_code == 1
    assert list(ran.outcomes(ROW).values()) == ["passed", "failed", "passed", "passed"]


def test_a_crash_names_its_case_and_the_rest_of_the_file_runs_on(folder: Path) -> None:
    ran = run_planned(project_of(folder, a=CRASH, b=GOOD), plan_of([["test_a"], ["test_b"]], flags=KEEP))
    assert ran.exit_code == 1
    assert list(ran.outcomes(ROW).values()) == ["passed", "crashed", "passed", "passed", "passed"]
    crashed = case(ran, "test/test_a.py::test_2")
    assert crashed.message.startswith("was running when its process ended (signal 6)\n\nFatal Python error: Aborted")
    assert 'test_a.py", line 3 in test_2' in crashed.message
    assert ran.result(ROW).error == "test_a: ended by signal 6 (Aborted)"


def test_a_crash_without_keep_going_tells_every_case_that_it_took_along(folder: Path) -> None:
    ran = run_planned(project_of(folder, a=CRASH, b=GOOD), plan_of([["test_a", "test_b"]]))
    assert ran.exit_code == 1
    assert list(ran.outcomes(ROW).values()) == ["passed", "crashed", "skipped", "skipped"]
    assert case(ran, "test/test_a.py::test_3").message.startswith("not run: test/test_a.py::test_2 crashed")


def test_a_piece_that_crashes_again_and_again_is_given_up(folder: Path) -> None:
    text = "import os, pytest\n@pytest.mark.parametrize('n', range(14))\ndef test_1(n): os._exit(0)\n"
    ran = run_planned(project_of(folder, a=text), plan_of([["test_a"]], flags=KEEP))
    assert ran.exit_code == 1
    outcomes = list(ran.outcomes(ROW).values())
    assert (outcomes.count("crashed"), outcomes.count("skipped")) == (11, 3)
    assert "given up after 11 crashes" in ran.result(ROW).error


def test_a_hang_is_ended_with_its_children_named_and_the_others_go_on(folder: Path) -> None:
    text = """
        import subprocess, sys, threading, time

        def test_1(): pass

        def test_2():
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
            open("child", "w").write(str(child.pid))
            threading.Event().wait()

        def test_3(): pass
    """
    ran = run_planned(
        project_of(folder, a=text, b=GOOD), plan_of([["test_a"], ["test_b"]], flags=KEEP), test_timeout="2"
    )
    assert ran.exit_code == 1
    assert list(ran.outcomes(ROW).values()) == ["passed", "crashed", "passed", "passed", "passed"]
    message = case(ran, "test/test_a.py::test_2").message
    assert message.startswith("was running when it had taken longer than 2 s\n\nThread 0x")
    assert "in test_2" in message
    pid = (folder / "test" / "child").read_text()
    assert not Path(f"/proc/{pid}").exists()
    assert ran.result(ROW).duration_s < 30


def test_a_failing_case_does_not_stop_the_clock(folder: Path) -> None:
    text = "import time\nclass TestA:\n    def test_1(self): assert 0\n    def teardown_method(self): time.sleep(60)\n"
    ran = run_planned(project_of(folder, a=text), plan_of([["test_a"]]), test_timeout="2")
    assert ran.outcomes(ROW) == {"test/test_a.py::TestA::test_1": "crashed"}
    assert ran.result(ROW).duration_s < 30


def test_a_file_that_hangs_while_it_is_imported_is_told(folder: Path) -> None:
    ran = run_planned(project_of(folder, a="import time\ntime.sleep(60)\n"), plan_of([["test_a"]]), test_timeout="1")
    assert (ran.exit_code, ran.result(ROW).outcome) == (1, "error")
    assert ran.result(ROW).error.startswith("test_a: took longer than 1 s outside of any case")


def test_without_test_timeout_only_the_job_s_limit_counts(folder: Path) -> None:
    text = "import time\ndef test_1(): time.sleep(2)\n"
    plan = plan_of([["test_a"]], flags={"ci-no-test-timeout": True})
    ran = run_planned(project_of(folder, a=text), plan, test_timeout="1")
    assert ran.exit_code == 0, ran.output


def test_when_the_job_s_time_is_over_all_that_did_not_run_is_told(folder: Path) -> None:
    slow = "import time\ndef test_1(): time.sleep(100)\ndef test_2(): pass\n"
    project = project_of(folder, a=slow, b=GOOD, c=GOOD)
    plan = plan_of([["test_a", "test_b"], ["test_c"]], flags=KEEP)
    ran = run_planned(project, plan, time_limit="0.05")
    assert ran.exit_code == 1
    assert ran.outcomes(ROW) == {
        "test/test_a.py::test_1": "crashed",
        "test/test_a.py::test_2": "skipped",
        "test/test_b.py": "skipped",
        "test/test_c.py::test_1": "passed",
        "test/test_c.py::test_2": "passed",
    }
    over = "the time limit of the job (0.05 min) was over"
    assert case(ran, "test/test_a.py::test_1").message == f"was running when {over}"
    assert case(ran, "test/test_a.py::test_2").message == f"not run: {over}"
    assert case(ran, "test/test_b.py").message == f"not run: {over}"
    assert "before 1 card had begun every piece" in ran.result(ROW).error


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_is_written_down(folder: Path, number: signal.Signals) -> None:
    slow = "import time\ndef test_1(): pass\ndef test_2():\n    open('begun', 'w').close()\n    time.sleep(60)\n"
    project = project_of(folder, a=slow, b=GOOD)
    command = [sys.executable, "-SEs", str(SCRIPTS / "run_planned.py")]
    env = script_env(inputs_of(project, plan_of([["test_a", "test_b"]])))
    process = subprocess.Popen(
        command, cwd=project, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    until = time.monotonic() + 30
    while not (folder / "test" / "begun").exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(number)
    out, _ = process.communicate(timeout=30)
    ran = Ran(subprocess.CompletedProcess([], process.returncode, out, ""), folder.parent / "results")
    assert ran.exit_code == 130, out
    assert ran.outcomes(ROW) == {
        "test/test_a.py::test_1": "passed",
        "test/test_a.py::test_2": "crashed",
        "test/test_b.py": "skipped",
    }
    assert case(ran, "test/test_a.py::test_2").message == "was running when the run was interrupted"
    assert "interrupted" in ran.result(ROW).error


@pytest.mark.skipif(importlib.util.find_spec("xdist") is None, reason="pytest-xdist is not installed here")
def test_a_project_that_runs_with_workers_has_its_parts_and_its_hangs_told(folder: Path) -> None:
    text = "import time\ndef test_1(): time.sleep(60)\ndef test_2(): pass\ndef test_3(): pass\ndef test_4(): pass\n"
    project = project_of(folder, a=text)
    (project / "pytest.ini").write_text("[pytest]\naddopts = -n2\n")
    cards = [[piece("test_a", 1, 2)], [piece("test_a", 2, 2)]]
    ran = run_planned(project, plan_of(cards, flags=KEEP), test_timeout="3")
    assert ran.exit_code == 1, ran.output
    good = {f"test/test_a.py::test_{number}": "passed" for number in (2, 3, 4)}
    assert ran.outcomes(ROW) == {**good, "test/test_a.py::test_1": "error"}
    assert "crashed while running" in case(ran, "test/test_a.py::test_1").message
    assert ran.result(ROW).error == ""


NO_CARD = "import pytest\n@pytest.mark.parametrize('n', [1, 2])\ndef test(n): pytest.skip('not run: no card is here')\n"


@pytest.mark.parametrize(("shards", "outcome"), [(1, "empty"), (2, "error")])
def test_a_job_whose_card_is_gone_has_tested_nothing(folder: Path, shards: int, outcome: str) -> None:
    """Of several shards one may be empty, for want of files: a lost card is another thing."""
    ran = run_planned(project_of(folder, a=NO_CARD), plan_of(*[[["test_a"]]] * shards))
    result = ran.result(ROW)
    assert (ran.exit_code, result.outcome, result.error) == (1, outcome, "not run: no card is here")
    judged = judge(result.exit_code, result.cases)
    assert worst((judged, result.outcome)) == result.outcome  # what reads it does not contradict it


def test_in_an_unstable_row_it_blocks_nothing(folder: Path) -> None:
    plan = plan_of([["test_a"]], row=planned_row(unstable="the machine is new"))
    ran = run_planned(project_of(folder, a=NO_CARD), plan)
    result = ran.result(ROW)
    assert (ran.exit_code, result.outcome, judge(result.exit_code, result.cases)) == (0, "passed", "passed")
