"""The journal's plugin inside real pytest runs, whole and broken."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from shuntyard import harvest, junit
from shuntyard.journal import Journal, parse
from tests.scripts.runner_samples import PLUGIN, write_project

PROJECT = {
    "pytest.ini": "[pytest]\n",
    "sub/test_s.py": "def test_sub(): pass\n",
    "test_a.py": """
        import time
        import pytest

        @pytest.fixture
        def slow(): time.sleep(0.05)

        @pytest.fixture
        def broken():
            yield
            raise RuntimeError("teardown")

        def test_ok(record_property, slow):
            record_property("speed", 12.5)
            record_property("note", "fast")
            time.sleep(0.02)

        def test_fail(): assert 1 == 2, "bad \\x00 \\x1b[31m"

        @pytest.mark.skip(reason="no gpu")
        def test_skip(): pass

        @pytest.mark.xfail(reason="later")
        def test_xfail(): assert 0

        @pytest.mark.xfail
        def test_xpass(): pass

        @pytest.mark.parametrize("value", ["a::b", "c/d.py", "[x]"])
        def test_values(value): pass

        def test_down(broken): pass
        def test_both(broken): assert 0

        class TestX:
            def test_y(self): pass
    """,
}
OUTCOMES = {
    "sub/test_s.py::test_sub": "passed",
    "test_a.py::test_ok": "passed",
    "test_a.py::test_fail": "failed",
    "test_a.py::test_skip": "skipped",
    "test_a.py::test_xfail": "xfailed",
    "test_a.py::test_xpass": "xpassed",
    "test_a.py::test_values[a::b]": "passed",
    "test_a.py::test_values[c/d.py]": "passed",
    "test_a.py::test_values[[x]]": "passed",
    "test_a.py::test_down": "error",
    "test_a.py::test_both": "error",
    "test_a.py::TestX::test_y": "passed",
}


class Run:
    """One pytest with the plugin, in a process of its own, and what it left in the results folder."""

    def __init__(self, project: Path, *arguments: str, below: str = ".", env: Mapping[str, str] | None = None) -> None:
        self.results = project.parent / "results"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
            cwd=project / below,
            env={**environment(project, self.results), **(env or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        self.exit_code, self.output = done.returncode, done.stdout + done.stderr

    def journals(self) -> list[Journal]:
        return [parse(path.read_text()) for path in sorted(self.results.glob("*.jsonl"))]

    def journal(self) -> Journal:
        (journal,) = self.journals()
        return journal

    def documents(self) -> list[Path]:
        return sorted(self.results.glob("*.xml"))


def environment(project: Path, results: Path) -> dict[str, str]:
    dropped = ("PYTEST_", "SHUNTYARD_", "COV_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {
        **kept,
        "PYTEST_ADDOPTS": "-p shuntyard_journal",
        "PYTHONPATH": str(PLUGIN),
        "SHUNTYARD_RESULTS": str(results),
        "SHUNTYARD_WORKSPACE": str(project),
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project", PROJECT)


def outcomes(journal: Journal) -> dict[str, str]:
    return {case.case: case.outcome for case in journal.cases}


def test_journal_and_junit_agree_on_every_case(project: Path) -> None:
    run = Run(project)
    assert run.exit_code == 1
    journal = run.journal()
    assert outcomes(journal) == OUTCOMES
    assert (journal.exit_status, journal.collected, journal.running) == (1, len(OUTCOMES), ())
    (document,) = run.documents()
    assert junit.parse(document.read_bytes()).problem == ""
    left = harvest.harvest(run.results)
    # JUnit XML has no word for a test that passed although it was expected to fail.
    assert {case.case: case.outcome for case in left.cases} == {**OUTCOMES, "test_a.py::test_xpass": "passed"}
    assert journal.junit == str(document)
    assert document.stem == next(run.results.glob("*.jsonl")).stem


def test_times_and_metrics(project: Path) -> None:
    run = Run(project, "-k", "test_ok")
    for case in (*run.journal().cases, *junit.parse(run.documents()[0].read_bytes()).cases):
        assert 0.05 <= case.setup_s < 1
        assert 0.02 <= case.call_s < case.setup_s + 1
        assert case.metrics == {"speed": 12.5}


def test_messages(project: Path) -> None:
    messages = {case.case: case.message for case in Run(project).journal().cases}
    assert "assert 1 == 2" in messages["test_a.py::test_fail"]
    assert "no gpu" in messages["test_a.py::test_skip"]
    assert "RuntimeError: teardown" in messages["test_a.py::test_down"]
    assert messages["test_a.py::test_ok"] == ""


def test_a_message_that_utf_8_cannot_hold(tmp_path: Path) -> None:
    text = "def test_a(): raise ValueError('half \\ud800 a pair')"
    run = Run(write_project(tmp_path / "project", {"test_x.py": text}), "-p", "no:junitxml")
    (case,) = run.journal().cases
    assert case.outcome == "failed"
    assert case.message.encode("utf-8")


def test_case_ids_do_not_depend_on_where_pytest_starts(project: Path) -> None:
    write_project(project, {"sub/pytest.ini": "[pytest]\n"})
    assert outcomes(Run(project, below="sub").journal()) == {"sub/test_s.py::test_sub": "passed"}


def test_the_project_s_own_junit_stays_where_it_wants_it(project: Path) -> None:
    run = Run(project, "sub", "--junitxml=mine.xml")
    assert run.documents() == []
    assert (project / "mine.xml").exists()
    assert run.journal().junit == str(project / "mine.xml")
    assert [case.case for case in harvest.harvest(run.results).cases] == ["sub/test_s.py::test_sub"]


def test_without_junit_there_is_still_the_journal(project: Path) -> None:
    run = Run(project, "sub", "-p", "no:junitxml")
    assert (run.exit_code, run.documents()) == (0, [])
    assert outcomes(run.journal()) == {"sub/test_s.py::test_sub": "passed"}


def test_without_a_results_folder_it_does_nothing(project: Path) -> None:
    run = Run(project, "sub", env={"SHUNTYARD_RESULTS": ""})
    assert run.exit_code == 0
    assert not run.results.exists()


def test_it_raises_no_warning(project: Path) -> None:
    assert Run(project, "sub", "-W", "error", "--strict-config", "--strict-markers").exit_code == 0


@pytest.mark.parametrize("option", ["--version", "--help", "--markers", "--fixtures"])
def test_a_pytest_that_runs_nothing_is_no_crash(project: Path, option: str) -> None:
    run = Run(project, option)
    assert run.exit_code == 0
    assert all(journal.exit_status == 0 for journal in harvest.harvest(run.results).journals)


@pytest.mark.parametrize(
    ("death", "code"),
    [
        ("import os; os._exit(0)", 0),
        ("import os; os.kill(os.getpid(), 9)", -9),
        ("import faulthandler; faulthandler._sigsegv()", -11),
    ],
)
def test_a_crash_leaves_what_had_finished_and_names_what_was_running(tmp_path: Path, death: str, code: int) -> None:
    text = f"def test_a(): pass\ndef test_b(): assert 0\ndef test_c():\n    {death}\ndef test_d(): pass\n"
    run = Run(write_project(tmp_path / "project", {"test_x.py": text}))
    assert run.exit_code == code
    journal = run.journal()
    assert outcomes(journal) == {"test_x.py::test_a": "passed", "test_x.py::test_b": "failed"}
    assert (journal.running, journal.exit_status, journal.collected) == (("test_x.py::test_c",), None, 4)
    assert run.documents() == []
    left = {case.case: case.outcome for case in harvest.harvest(run.results).cases}
    assert left == {**outcomes(journal), "test_x.py::test_c": "crashed"}


def test_a_crash_while_importing_leaves_a_session_without_an_end(tmp_path: Path) -> None:
    journal = Run(write_project(tmp_path / "project", {"test_x.py": "import os; os._exit(3)"})).journal()
    assert (journal.cases, journal.running, journal.collected, journal.exit_status) == ((), (), None, None)


def test_a_file_that_cannot_be_imported_is_an_error_case_of_one_name(tmp_path: Path) -> None:
    files = {"sub/test_x.py": "import no_such_module", "test_y.py": "def test_a(): pass"}
    run = Run(write_project(tmp_path / "project", files), "--continue-on-collection-errors")
    assert outcomes(run.journal()) == {"sub/test_x.py": "error", "test_y.py::test_a": "passed"}
    left = harvest.harvest(run.results)
    assert {case.case: case.outcome for case in left.cases} == outcomes(run.journal())
    assert "no_such_module" in left.cases[0].message


def test_a_conftest_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    run = Run(write_project(tmp_path / "project", {"conftest.py": "import no_such_module", "test_x.py": ""}))
    assert run.exit_code == 4
    assert "no_such_module" in run.journal().conftest_error


def test_an_internal_error_is_told(tmp_path: Path) -> None:
    conftest = "def pytest_collection_modifyitems(): raise KeyError('inside')"
    run = Run(write_project(tmp_path / "project", {"conftest.py": conftest, "test_x.py": "def test_a(): pass"}))
    assert run.exit_code == 3
    assert "KeyError: 'inside'" in run.journal().internal_error
    assert run.journal().exit_status == 3


@pytest.mark.slow
def test_a_pytest_that_a_test_starts_is_that_test_s_business(tmp_path: Path) -> None:
    text = """
        import subprocess, sys
        import pytest

        def test_in_a_process(tmp_path):
            (tmp_path / "test_in.py").write_text("def test_bad(): assert 0")
            assert subprocess.run([sys.executable, "-m", "pytest", str(tmp_path)]).returncode == 1

        def test_in_this_process(tmp_path):
            (tmp_path / "test_in_2.py").write_text("def test_bad(): assert 0")
            assert pytest.main([str(tmp_path), "-p", "no:cacheprovider"]) == 1
    """
    run = Run(write_project(tmp_path / "project", {"test_x.py": text}))
    assert run.exit_code == 0, run.output
    assert outcomes(run.journal()) == {
        "test_x.py::test_in_a_process": "passed",
        "test_x.py::test_in_this_process": "passed",
    }
    assert len(run.documents()) == 1


@pytest.mark.slow
def test_a_fork_writes_nothing(tmp_path: Path) -> None:
    text = """
        import os, sys

        def test_fork():
            pid = os.fork()
            if pid == 0:  # the child runs on as if it were pytest
                return
            os.waitpid(pid, 0)
    """
    run = Run(write_project(tmp_path / "project", {"test_x.py": text}))
    lines = [json.loads(line)["event"] for line in next(run.results.glob("*.jsonl")).read_text().splitlines()]
    assert lines == ["loading", "loaded", "session", "collected", "start", "finish", "end"]


def test_one_process_may_run_pytest_twice(tmp_path: Path) -> None:
    project = write_project(
        tmp_path / "project", {"test_x.py": "def test_a(): pass", "test_y.py": "def test_b(): assert 0"}
    )
    code = "import pytest; pytest.main(['test_x.py']); pytest.main(['test_y.py'])"
    results = tmp_path / "results"
    subprocess.run(
        [sys.executable, "-c", code], cwd=project, env=environment(project, results), check=True, capture_output=True
    )
    left = harvest.harvest(results)
    assert {case.case: case.outcome for case in left.cases} == {
        "test_x.py::test_a": "passed",
        "test_y.py::test_b": "failed",
    }
    assert len(left.journals) == 2


@pytest.mark.slow
def test_tests_that_break_the_machine_under_it(tmp_path: Path) -> None:
    """Descriptors closed, `os` patched, the working directory gone, the standard streams replaced."""
    text = """
        import os, shutil, sys

        def test_closes_descriptors():
            os.closerange(3, 20)

        def test_patches_os_for_good():
            def no(*a, **k): raise RuntimeError("fake file system")
            module = sys.modules["shuntyard_journal"]
            class Fake:
                open = write = close = staticmethod(no)
                def __getattr__(self, name): return getattr(os, name)
            module.os = Fake()

        def test_leaves_for_a_folder_that_goes(tmp_path):
            os.chdir(tmp_path)
            shutil.rmtree(tmp_path)
    """
    run = Run(write_project(tmp_path / "project", {"test_x.py": text}), "-s", "-p", "no:junitxml")
    assert list(outcomes(run.journal()).values()) == ["passed"] * 3


def test_a_results_folder_that_cannot_be_written_fails_no_test(project: Path) -> None:
    assert Run(project, "sub", env={"SHUNTYARD_RESULTS": "/proc/nowhere"}).exit_code == 0


needs_xdist = pytest.mark.skipif(importlib.util.find_spec("xdist") is None, reason="pytest-xdist is not installed here")


@pytest.mark.slow
@needs_xdist
def test_workers_are_heard_through_their_controller_once(project: Path) -> None:
    write_project(project, {"test_broken.py": "import no_such_module"})
    run = Run(project, "-n2", "--continue-on-collection-errors")
    assert outcomes(run.journal()) == {**OUTCOMES, "test_broken.py": "error"}
    assert run.journal().collected == len(OUTCOMES)
    (document,) = run.documents()
    ok = next(case for case in junit.parse(document.read_bytes()).cases if case.case == "test_a.py::test_ok")
    assert ok.setup_s >= 0.05
    assert ok.metrics == {"speed": 12.5}


@pytest.mark.slow
@needs_xdist
def test_a_worker_that_dies_is_an_error_of_its_case(tmp_path: Path) -> None:
    files = {"test_x.py": "import os\ndef test_a(): pass\ndef test_b(): os._exit(1)\n"}
    run = Run(write_project(tmp_path / "project", files), "-n1")
    assert outcomes(run.journal()) == {"test_x.py::test_a": "passed", "test_x.py::test_b": "error"}
    assert "crashed" in run.journal().cases[1].message


def test_the_plugin_needs_nothing_that_an_old_python_lacks() -> None:
    tree = ast.parse((PLUGIN / "shuntyard_journal.py").read_text(), feature_version=(3, 9))
    modules = [
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in tree.body
        if isinstance(node, (ast.Import, ast.ImportFrom))
    ]
    assert sorted(map(str, modules)) == ["__future__", "collections.abc", "json", "os", "pytest", "typing"]
