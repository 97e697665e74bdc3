"""run-planned as a runner calls it, with real pytest projects: parts, disabled and quarantined cases, cards side by
side, flags, wrong inputs. planned/test_endings.py has crashes, hangs and interrupts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shuntyard.collect import collect
from shuntyard.lists.tests import DisabledTest
from shuntyard.quarantine import Entry
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
from tests.scripts.runner_samples import Ran, script, write_project

pytestmark = pytest.mark.slow
CLASSES = """
    import pytest, unittest

    class TestA(unittest.TestCase):
        def test_1(self): pass
        def test_2(self): pass
        def test_3(self): pass

    class TestBCPU:
        def test_1_cpu_float32(self): pass
        @pytest.mark.parametrize("x", ["a::b", "[c]", "d"])
        def test_x(self, x): pass

    def test_plain(): pass
"""
NAMES = {
    *(f"test/test_a.py::TestA::test_{number}" for number in (1, 2, 3)),
    "test/test_a.py::TestBCPU::test_1_cpu_float32",
    *(f"test/test_a.py::TestBCPU::test_x[{x}]" for x in ("a::b", "[c]", "d")),
    "test/test_a.py::test_plain",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "project"


def quarantined(name: str) -> Entry:
    return Entry(repository="", config="default", case=name, owner="me", reason="flips", expires="2099-01-01")


def test_a_job_leaves_one_result_where_the_analysis_looks(folder: Path, tmp_path: Path) -> None:
    project = project_of(folder, a=GOOD, b=GOOD)
    files = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    env = {**files, "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": "7"}
    results = str(tmp_path / "all" / "spyre--pinned-2")
    plan = plan_of([["test_b"]], [["test_a"]])
    ran = run_planned(project, plan, index=2, env=env, pipeline="spyre", results=results)
    assert ran.exit_code == 0, ran.output
    (evidence,) = collect(tmp_path / "all")
    assert evidence.result is not None, evidence.reason
    result = evidence.result
    assert {each.case: each.outcome for each in result.cases} == {
        "test/test_a.py::test_1": "passed", "test/test_a.py::test_2": "passed",
    }  # fmt: skip
    assert (result.shard_index, result.shard_of, result.config, result.error) == (2, 2, "default", "")
    assert (result.key.row_id, result.key.run_id, result.outcome, result.exit_code) == (ROW, "7", "passed", 0)
    assert 0.05 < result.duration_s < 60
    assert 10 < result.peak_memory_mb < 2000
    place = tmp_path / "all" / "spyre--pinned-2" / ROW / "r1"
    assert "2 passed" in (place / "card-0" / "01-test_a" / "1" / "log.txt").read_text()
    assert list((place / "card-0" / "01-test_a" / "1").glob("pytest-*.xml"))
    (told,) = json.loads((place / "pieces.json").read_text())
    assert (told["test"], told["cases"], told["estimate_s"], told["blocks"]) == ("test_a", 2, 1.0, False)
    outputs = (tmp_path / "GITHUB_OUTPUT").read_text()
    assert '{"pinned": "passed"}' in outputs
    assert "spyre--pinned-2" in outputs
    assert "✅ passed" in (tmp_path / "GITHUB_STEP_SUMMARY").read_text()


def test_beyond_the_plan_s_jobs_there_is_nothing_to_do_and_that_is_good(folder: Path) -> None:
    ran = run_planned(write_project(folder, {}), plan_of([["test_a"]]), index=2, of=4, prepare="false")
    assert ran.exit_code == 0, ran.output
    assert (ran.result(ROW).outcome, ran.result(ROW).cases) == ("empty", ())


@pytest.mark.parametrize("whole", ["", "class"])
def test_together_the_parts_of_a_file_run_each_case_once(folder: Path, whole: str) -> None:
    project = project_of(folder, a=CLASSES)
    cards = [[piece("test_a", part, 3, whole)] for part in (1, 2, 3)]
    ran = run_planned(project, plan_of(cards))
    assert ran.exit_code == 0, ran.output
    assert ran.outcomes(ROW) == dict.fromkeys(NAMES, "passed")
    counts = [int(told["cases"]) for told in json.loads((ran.folder / ROW / "r1" / "pieces.json").read_text())]
    assert sum(counts) == len(NAMES)
    assert sorted(counts) == ([1, 3, 4] if whole else [2, 3, 3])


def test_a_part_without_a_case_is_no_fault(folder: Path) -> None:
    ran = run_planned(project_of(folder, a=GOOD), plan_of([[piece("test_a", part, 4)] for part in (1, 2, 3, 4)]))
    assert ran.exit_code == 0, ran.output
    assert len(ran.outcomes(ROW)) == 2


def test_disabled_cases_are_skipped_with_their_issue(folder: Path) -> None:
    disabled = (
        DisabledTest(case="test_2", suite="TestA", issue=7, url="https://x.example/issues/7"),
        DisabledTest(case="test_1", suite="TestB", issue=8),
    )
    ran = run_planned(project_of(folder, a=CLASSES), plan_of([["test_a"]], disabled=disabled))
    assert ran.exit_code == 0, ran.output
    skipped = {each.case: each.message for each in ran.result(ROW).cases if each.outcome == "skipped"}
    assert {name.rpartition("::")[2] for name in skipped} == {"test_2", "test_1_cpu_float32"}
    assert "disabled by https://x.example/issues/7" in skipped["test/test_a.py::TestA::test_2"]
    assert "disabled by issue #8" in skipped["test/test_a.py::TestBCPU::test_1_cpu_float32"]


def test_on_trial_only_the_disabled_cases_run_and_block_nothing(folder: Path) -> None:
    text = "class TestA:\n    def test_1(self): assert 0\n    def test_2(self): pass\n"
    row = planned_row(mode="rerun_disabled_tests")
    plan = plan_of([["test_a"]], row=row, disabled=(DisabledTest(case="test_1", suite="TestA", issue=7),))
    ran = run_planned(project_of(folder, a=text), plan)
    assert ran.exit_code == 0, ran.output
    assert ran.outcomes(ROW) == {"test/test_a.py::TestA::test_1": "failed"}


def test_a_quarantined_failure_is_shown_and_does_not_block(folder: Path) -> None:
    name = "test/test_a.py::test_2"
    plan = plan_of([["test_a", "test_b"]], quarantined=(quarantined(name),))
    ran = run_planned(project_of(folder, a=BAD, b=GOOD), plan)
    assert ran.exit_code == 0, ran.output
    assert (ran.result(ROW).outcome, case(ran, name).outcome) == ("passed", "failed")
    assert case(ran, name).message.startswith("does not block: quarantined until 2099-01-01 by me: flips\n")
    assert ran.outcomes(ROW)["test/test_b.py::test_1"] == "passed"
    assert "does not block" in ran.output or "assert 1 == 2" in ran.output


def test_a_quarantined_crash_does_not_block_and_takes_no_case_along(folder: Path) -> None:
    plan = plan_of([["test_a"]], quarantined=(quarantined("test/test_a.py::test_2"),))
    ran = run_planned(project_of(folder, a=CRASH), plan)
    assert ran.exit_code == 0, ran.output
    assert list(ran.outcomes(ROW).values()) == ["passed", "crashed", "passed"]
    assert (ran.result(ROW).outcome, ran.result(ROW).error) == ("passed", "")


@pytest.mark.parametrize("where", ["row", "plan"])
def test_failures_of_an_unstable_row_are_shown_and_do_not_block(folder: Path, where: str) -> None:
    row = planned_row(unstable="https://x.example/issues/9") if where == "row" else None
    ran = run_planned(
        project_of(folder, a=BAD, b="import no_such"), plan_of([["test_a"], ["test_b"]], row=row, unstable=row is None)
    )
    assert ran.exit_code == 0, ran.output
    assert ran.result(ROW).outcome == "passed"
    assert case(ran, "test/test_a.py::test_2").message.startswith("does not block: unstable")
    assert case(ran, "test/test_b.py").outcome == "error"


def test_four_cards_run_side_by_side_each_with_its_own_variables(folder: Path) -> None:
    """Each case waits until all four have begun: one after another, none would end."""
    text = """
        import os, pathlib, time

        def test_1():
            card = os.environ["SPYRE_DEVICES"]
            assert os.environ["PORT"] == "800" + card and os.environ["SHUNTYARD_CARD"] == card
            assert "INPUT_PLAN" not in os.environ
            pathlib.Path("here-" + card).touch()
            until = time.monotonic() + 30
            while len(list(pathlib.Path(".").glob("here-*"))) < 4:
                assert time.monotonic() < until
                time.sleep(0.01)
    """
    project = project_of(folder, a=text, b=text, c=text, d=text)
    plan = plan_of([["test_a"], ["test_b"], ["test_c"], ["test_d"]])
    ran = run_planned(project, plan, each_card="SPYRE_DEVICES={card}\nPORT=800{card}")
    assert ran.exit_code == 0, ran.output
    assert {path.name for path in (folder / "test").glob("here-*")} == {f"here-{card}" for card in range(4)}


def test_flags_reach_pytest_and_pytorch_s_own_tests(folder: Path) -> None:
    text = """
        import os

        def test_1():
            names = ("CONTINUE_THROUGH_ERROR", "TEST_SHOWLOCALS", "NO_TD", "REENABLED_ISSUES", "TEST_CONFIG")
            assert [os.environ.get(name) for name in names] == ["1", "1", None, "12,13", "default"]
            assert os.environ["PYTORCH_TEST_CUDA_MEM_LEAK_CHECK"] == "1"
            print("spoken" + " aloud")

        def test_2():
            local = "seen" + "locally"
            assert 0
    """
    flags = {"keep-going": True, "ci-test-showlocals": True, "ci-verbose-test-logs": True, "ci-no-td": False}
    row = planned_row(mode="mem_leak_check")
    plan = plan_of([["test_a"], ["test_b"]], row=row, flags=flags, reenabled=(12, 13))
    ran = run_planned(project_of(folder, a=text, b="def test_1(): pass"), plan)
    assert list(ran.outcomes(ROW).values()) == ["passed", "failed", "passed"]
    assert "seenlocally" in case(ran, "test/test_a.py::test_2").message
    assert ran.output.count("[100%]") == 2  # verbose: also the log of the file that passed


def test_a_test_s_output_is_no_command_to_the_runner(folder: Path) -> None:
    text = "def test_1():\n    print('::error::gotcha')\n    print('##[error]gotcha')\n    assert 0\n"
    ran = run_planned(project_of(folder, a=text), plan_of([["test_a"]]), env={"GITHUB_ACTIONS": "true"})
    lines = [line for line in ran.output.splitlines() if "gotcha" in line]
    assert lines
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in lines)


def test_a_file_that_is_gone_and_one_that_cannot_be_imported_are_told(folder: Path) -> None:
    ran = run_planned(project_of(folder, a="import no_such_module"), plan_of([["test_a", "test_gone"]], flags=KEEP))
    assert (ran.exit_code, ran.result(ROW).outcome) == (1, "failed")
    assert case(ran, "test/test_a.py").outcome == "error"
    assert "test_gone: the repository does not have test/test_gone.py" in ran.result(ROW).error


def test_a_preparation_that_fails_runs_no_test(folder: Path) -> None:
    ran = run_planned(project_of(folder, a=GOOD), plan_of([["test_a"]]), prepare="true\nfalse")
    assert (ran.exit_code, ran.result(ROW).outcome, ran.result(ROW).cases) == (1, "error", ())
    assert ran.result(ROW).error == "preparation failed: false: exit code 1"


def test_the_project_s_own_settings_count_and_the_plugin_leaves_no_trace(folder: Path) -> None:
    files = {
        "pytest.ini": "[pytest]\naddopts = --strict-config --strict-markers -W error\n",
        "test/conftest.py": "def pytest_collection_modifyitems(items):\n    items.reverse()\n",
        "test/test_a.py": """
            import sys

            def test_1(): assert not [name for name in sys.modules if name.partition(".")[0] == "shuntyard"]
            def test_2(): assert not any(path.endswith("/scripts") for path in sys.path[:4])
        """,
    }
    ran = run_planned(write_project(folder, files), plan_of([["test_a"]]))
    assert ran.exit_code == 0, ran.output
    assert list(ran.outcomes(ROW)) == ["test/test_a.py::test_2", "test/test_a.py::test_1"]
    assert not list(folder.rglob(".pytest_cache"))


@pytest.mark.parametrize(
    ("inputs", "changes", "message"),
    [
        ({"cards": "1"}, {}, "the plan has work for 2 cards, this job has 1"),
        ({"tests": "../elsewhere"}, {}, "input 'tests'"),
        ({"tests": "no-such"}, {}, "input 'tests'"),
        ({"each_card": "1=2"}, {}, "each-card"),
        ({"time_limit": "0"}, {}, "time-limit"),
        ({"test_timeout": "-1"}, {}, "test-timeout"),
        ({}, {"whole": False}, "_SUCCESS"),
        ({"instance": "../x"}, {}, "instance"),
        ({}, {"pieces": ("../../etc/test_x",)}, "../../etc/test_x"),
        ({}, {"pieces": ("-p",)}, "-p"),
        ({}, {"jobs": 3}, "the plan has 3 jobs, the matrix only 1"),
    ],
)
def test_what_is_wrong_is_told_before_anything_runs(
    folder: Path, inputs: dict[str, Any], changes: dict[str, Any], message: str
) -> None:
    cards = [[name] for name in changes.get("pieces", ("test_a", "test_a"))]
    plan = plan_of(*[cards] * int(changes.get("jobs", 1)))
    project = project_of(folder, a=GOOD)
    texts = inputs_of(project, plan, of=1, **inputs)
    if not changes.get("whole", True):
        (folder.parent / "plan" / "_SUCCESS").unlink()
    ran = Ran(script("run_planned.py", project, inputs=texts), folder.parent / "results")
    assert ran.exit_code == 2, ran.output
    assert message in ran.output
