"""run-shard as a runner calls it, on real small projects: good ones, failing ones, and ones that break in every way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import venv
from dataclasses import replace
from pathlib import Path

import pytest

from shuntyard import wire
from shuntyard.collect import collect
from shuntyard.plan import CompiledPipeline, Shard, Suite
from shuntyard.unit import dry_run
from tests.scripts.runner_samples import (
    SCRIPTS,
    make_suite,
    make_unit,
    run_shard,
    script,
    script_env,
    shell_entry,
    write_project,
)

PAIR = make_unit("shell", "python")
PYTHON = make_unit("python")
SHELL = make_unit("shell")
GOOD = {"tests/test_x.py": "def test_a(): pass\ndef test_b(): pass\n"}
BAD = {"tests/test_x.py": "def test_a(): pass\ndef test_b(): assert 1 == 2\n"}
PASSED = {"tests/test_x.py::test_a": "passed", "tests/test_x.py::test_b": "passed"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "project"


ASCII = {
    "by the locale": (("-SEs", "-X", "utf8=0"), {"LC_ALL": "C", "LANG": "C"}),
    "by a variable": (("-Ss",), {"PYTHONIOENCODING": "ascii"}),
}


@pytest.mark.parametrize("why", ASCII)
def test_a_terminal_without_unicode_sees_escapes(folder: Path, why: str) -> None:
    options, env = ASCII[why]
    project = write_project(folder, {**GOOD, ".ci/test.sh": "#!/bin/sh\nexit 0\n"})
    inputs = {"unit": json.dumps(wire.encode(SHELL)), "results": str(project.parent / "results")}
    command = [sys.executable, *options, str(SCRIPTS / "run_shard.py")]
    done = subprocess.run(command, cwd=project, env=script_env(inputs, env), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert rb"\u2500\u2500 python.shell" in done.stdout


@pytest.mark.slow
def test_both_arms_of_a_pair_agree_and_leave_everything_behind(folder: Path, tmp_path: Path) -> None:
    project = write_project(folder, {**GOOD, ".ci/test.sh": shell_entry()})
    files = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    env = {**files, "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": "7"}
    ran = run_shard(project, PAIR, env=env, pipeline="ab", repeats="2")
    assert ran.exit_code == 0, ran.output
    headings = [line for line in ran.output.splitlines() if line.startswith("::group::")]
    assert headings == [
        "::group::python.shell, 1 of 2",
        "::group::python.python, 1 of 2",
        "::group::python.python, 2 of 2",
        "::group::python.shell, 2 of 2",
    ]
    for row in ("python.shell", "python.python"):
        for repetition in (1, 2):
            result = ran.result(row, repetition)
            assert ran.outcomes(row, repetition) == PASSED
            assert (result.outcome, result.exit_code, result.error, result.fallback_reason) == ("passed", 0, "", "")
            assert (result.ran, result.config, result.pipeline) == (row.partition(".")[2], "python", "ab")
            assert (result.key.repository, result.key.run_id, result.key.row_id) == ("o/r", "7", row)
            assert 0.05 < result.duration_s < 30
            assert 10 < result.peak_memory_mb < 500
            assert result.hardware.count > 0
            assert "2 passed" in (ran.folder / row / f"r{repetition}" / "log.txt").read_text()
    outputs = (tmp_path / "GITHUB_OUTPUT").read_text()
    assert "\nab--python\n" in outputs
    assert '{"python.shell": "passed", "python.python": "passed"}' in outputs
    assert (tmp_path / "GITHUB_STEP_SUMMARY").read_text().count("✅ passed") == 4


@pytest.mark.slow
def test_the_analysis_finds_every_result_where_it_looks(folder: Path) -> None:
    project = write_project(folder, {**GOOD, ".ci/test.sh": shell_entry()})
    ran = run_shard(project, PAIR, results=str(folder.parent / "all" / "ab--python"), repeats="2")
    assert ran.exit_code == 0, ran.output
    found = collect(folder.parent / "all")
    assert [item.folder for item in found] == [
        f"ab--python/python.{arm}/r{n}" for arm in ("python", "shell") for n in (1, 2)
    ]
    assert all(item.result is not None for item in found)


@pytest.mark.slow
@pytest.mark.parametrize(
    "body", ["exec $PYTHON -m pytest -q", "$PYTHON -m pytest -q\nexit 0", "$PYTHON -m pytest | cat"]
)
def test_a_failing_test_fails_its_row_whatever_the_script_makes_of_it(folder: Path, body: str) -> None:
    project = write_project(folder, {**BAD, ".ci/test.sh": shell_entry(body)})
    ran = run_shard(project, PAIR)
    assert ran.exit_code == 1
    for row in ("python.shell", "python.python"):
        assert ran.result(row).outcome == "failed"
        assert ran.result(row).fallback_reason == ""
        assert ran.outcomes(row) == {**PASSED, "tests/test_x.py::test_b": "failed"}
        assert "assert 1 == 2" in ran.result(row).cases[1].message


@pytest.mark.parametrize("death", ["import faulthandler; faulthandler._sigsegv()", "import os; os._exit(0)"])
def test_a_test_that_takes_its_process_along_is_named_and_not_hidden_by_a_fallback(folder: Path, death: str) -> None:
    text = f"def test_a(): pass\ndef test_b():\n    {death}\ndef test_c(): pass\n"
    project = write_project(folder, {"test_x.py": text, ".ci/test.sh": shell_entry("exit 0")})
    ran = run_shard(project, PYTHON)
    result = ran.result("python.python")
    assert (ran.exit_code, result.outcome, result.ran, result.fallback_reason) == (1, "failed", "python", "")
    assert ran.outcomes("python.python") == {"test_x.py::test_a": "passed", "test_x.py::test_b": "crashed"}
    assert "its process ended" in result.cases[1].message


@pytest.mark.slow
def test_a_test_that_hangs_is_ended_named_and_not_hidden(folder: Path) -> None:
    text = "import time\ndef test_a(): pass\ndef test_b(): time.sleep(60)\n"
    project = write_project(folder, {"test_x.py": text, ".ci/test.sh": shell_entry("exit 0")})
    ran = run_shard(project, make_unit("python", suite=make_suite(timeout_s=5)))
    result = ran.result("python.python")
    assert (ran.exit_code, result.outcome, result.exit_code, result.fallback_reason) == (1, "failed", 124, "")
    assert result.error == "timed out after 5 s"
    assert ran.outcomes("python.python") == {"test_x.py::test_a": "passed", "test_x.py::test_b": "crashed"}
    assert result.duration_s < 15


@pytest.mark.slow
def test_a_hang_before_the_first_case_falls_back(folder: Path) -> None:
    text = "import os, time\nif 'SLOW' in os.environ: time.sleep(60)\ndef test_a(): pass\n"
    project = write_project(folder, {"test_x.py": text, ".ci/test.sh": shell_entry("env -u SLOW $PYTHON -m pytest -q")})
    ran = run_shard(project, make_unit("python", suite=make_suite(timeout_s=5, env={"SLOW": "1"})))
    result = ran.result("python.python")
    assert (ran.exit_code, result.outcome, result.ran) == (0, "passed", "shell"), ran.output
    assert result.fallback_reason == "time-out before the first case"
    assert ran.outcomes("python.python") == {"test_x.py::test_a": "passed"}


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python without pytest."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, symlinks=True, with_pip=False)
    return str(folder / "bin" / "python")


def test_without_pytest_the_shell_entry_takes_over_visibly(folder: Path, tmp_path: Path, bare_python: str) -> None:
    project = write_project(folder, {**GOOD, ".ci/test.sh": shell_entry()})
    out = tmp_path / "out"
    ran = run_shard(project, PYTHON, env={"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(out)}, python=bare_python)
    result = ran.result("python.python")
    assert (ran.exit_code, result.outcome, result.arm, result.ran) == (0, "passed", "python", "shell"), ran.output
    assert result.fallback_reason == "missing module: pytest"
    assert "::warning title=python.python::The Python runner failed, the shell entry takes over" in ran.output
    assert "No module named pytest" in (ran.folder / "python.python" / "r1" / "runner" / "log.txt").read_text()
    assert "2 passed" in (ran.folder / "python.python" / "r1" / "log.txt").read_text()
    assert ran.outcomes("python.python") == PASSED
    assert "fallbacks<<" in out.read_text()


def test_a_fallback_whose_tests_fail_has_failed(folder: Path, bare_python: str) -> None:
    ran = run_shard(write_project(folder, {**BAD, ".ci/test.sh": shell_entry()}), PYTHON, python=bare_python)
    assert (ran.exit_code, ran.result("python.python").outcome) == (1, "failed")
    assert ran.result("python.python").fallback_reason


def test_without_a_shell_entry_there_is_nothing_to_fall_back_on(folder: Path, bare_python: str) -> None:
    ran = run_shard(write_project(folder, GOOD), PYTHON, python=bare_python)
    result = ran.result("python.python")
    assert (ran.exit_code, result.outcome, result.ran, result.fallback_reason) == (1, "error", "python", "")
    assert "no shell entry to fall back on: .ci/test.sh {config}" in result.error


def test_an_arm_that_is_not_compared_never_falls_back(folder: Path, bare_python: str) -> None:
    project = write_project(folder, {**GOOD, ".ci/test.sh": shell_entry("exit 0")})
    ran = run_shard(project, make_unit(""), python=bare_python)
    assert (ran.exit_code, ran.result("python").outcome, ran.result("python").ran) == (1, "error", "python")


def test_a_test_of_the_configuration_that_is_not_there_falls_back(folder: Path) -> None:
    suite = make_suite(id="docs", tests=("test_docs", "test_gone"), places=("tests/{test}.py",))
    project = write_project(folder, {"tests/test_docs.py": "def test_a(): pass", ".ci/test.sh": shell_entry()})
    ran = run_shard(project, make_unit("python", suite=suite))
    assert ran.result("docs.python").fallback_reason == "missing module: the repository does not have test_gone"
    assert (ran.exit_code, ran.result("docs.python").outcome) == (0, "passed")


def test_a_file_that_cannot_be_imported_is_a_test_s_fault(folder: Path) -> None:
    project = write_project(folder, {"test_x.py": "import no_such_module", ".ci/test.sh": shell_entry("exit 0")})
    ran = run_shard(project, PYTHON)
    result = ran.result("python.python")
    assert (ran.exit_code, result.outcome, result.fallback_reason) == (1, "failed", "")
    assert ran.outcomes("python.python") == {"test_x.py": "error"}


def test_a_shell_entry_that_is_not_there_is_an_error_with_a_hint(folder: Path) -> None:
    ran = run_shard(write_project(folder, GOOD), SHELL)
    assert (ran.exit_code, ran.result("python.shell").outcome) == (1, "error")
    assert "there is no executable .ci/test.sh" in ran.result("python.shell").error
    assert "shell-entry" in ran.result("python.shell").error


@pytest.mark.parametrize(
    ("conftest", "error"),
    [
        ("import os; os._exit(0)", "pytest stopped while it loaded conftest files"),
        ("def pytest_collection(): import os; os._exit(0)", "pytest stopped before it came to its end"),
        ("1 / 0", "a conftest could not be loaded: ConftestImportFailure: ZeroDivisionError: division by zero (from "),
    ],
)
def test_a_script_that_loses_a_crashed_pytest_does_not_pass(folder: Path, conftest: str, error: str) -> None:
    files = {"conftest.py": conftest, "test_x.py": "", ".ci/test.sh": shell_entry("$PYTHON -m pytest; exit 0")}
    result = run_shard(write_project(folder, files), SHELL).result("python.shell")
    assert (result.outcome, result.exit_code) == ("error", 0)
    assert result.error.startswith(error)


def test_a_project_that_does_not_use_pytest_is_left_in_peace(folder: Path) -> None:
    entry = "#!/bin/sh\necho config=$1 $SHUNTYARD_CONFIG shard=$SHUNTYARD_SHARD/$SHUNTYARD_SHARDS\n"
    entry += "echo \"<testsuite><testcase name='unit'/></testsuite>\" > $SHUNTYARD_RESULTS/ctest.xml\n"
    ran = run_shard(write_project(folder, {".ci/test.sh": entry}), SHELL)
    assert (ran.exit_code, ran.outcomes("python.shell")) == (0, {"unit": "passed"})
    assert "config=python python shard=1/1" in ran.output


def test_nothing_that_a_test_starts_outlives_its_run(folder: Path) -> None:
    text = """
        import os, time

        def test_daemon():
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    os.setsid()
                    open("pid", "w").write(str(os.getpid()))
                    os.execvp("sleep", ["sleep", "60"])
                os._exit(0)
            while not os.path.exists("pid") or not open("pid").read():
                time.sleep(0.01)
    """
    project = write_project(folder, {"test_x.py": text})
    ran = run_shard(project, PYTHON)
    assert ran.exit_code == 0, ran.output
    assert "Ended what was left running: sleep" in ran.output
    with pytest.raises(ProcessLookupError):
        os.kill(int((project / "pid").read_text()), 0)


def test_an_interrupt_is_written_down_and_leaves_nothing_running(folder: Path) -> None:
    text = """
        import os, time

        def test_a(): pass

        def test_b():
            open("pid", "w").write(str(os.getpid()))
            time.sleep(60)
    """
    project = write_project(folder, {"test_x.py": text})
    results = folder.parent / "results"
    out = folder.parent / "out"
    inputs = {
        "unit": json.dumps(wire.encode(PAIR)),
        "results": str(results),
        "python": sys.executable,
        "shell-entry": "true",
    }
    with subprocess.Popen(
        [sys.executable, "-SEs", str(SCRIPTS / "run_shard.py")], cwd=project,
        env=script_env(inputs, {"GITHUB_OUTPUT": str(out)}), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        deadline = time.monotonic() + 60
        while not (project / "pid").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 130, output
    result = json.loads((results / "python.python" / "r1" / "result.json").read_text())
    assert (result["error"], result["outcome"]) == ("interrupted", "failed")
    assert [case["outcome"] for case in result["cases"]] == ["passed", "crashed"]
    assert (results / "python.shell" / "r1" / "result.json").exists()
    assert f"\n{results}\n" in out.read_text()
    with pytest.raises(ProcessLookupError):
        os.kill(int((project / "pid").read_text()), 0)


@pytest.mark.slow
def test_preparation_runs_once_unmeasured_and_its_servers_stay(folder: Path) -> None:
    start = "sh -c 'sleep 30 & echo $! > server'"
    text = "import os\ndef test_server(): os.kill(int(open('server').read()), 0)\n"
    project = write_project(folder, {"test_x.py": text, ".ci/test.sh": shell_entry()})
    ran = run_shard(project, PAIR, prepare=f"# a comment\nsh -c 'echo ready >> prepared'\n{start}\n", repeats="2")
    assert ran.exit_code == 0, ran.output
    assert (project / "prepared").read_text() == "ready\n"
    os.kill(int((project / "server").read_text()), signal.SIGKILL)


def test_preparation_that_fails_is_an_error_of_every_run(folder: Path) -> None:
    project = write_project(folder, {**GOOD, ".ci/test.sh": shell_entry()})
    ran = run_shard(project, PAIR, prepare="echo one\nsh -c 'exit 4'\necho never", repeats="2")
    assert ran.exit_code == 1
    assert "never\n" not in ran.output
    for row in ("python.shell", "python.python"):
        for repetition in (1, 2):
            result = ran.result(row, repetition)
            assert (result.outcome, result.error) == ("error", "preparation failed: sh -c exit 4: exit code 4")


@pytest.mark.slow
def test_paths_can_be_given_for_a_configuration(folder: Path) -> None:
    suite = make_suite(id="smoke", tests=("test_smoke",))
    files = {
        "testing/test_a.py": "def test_a(): pass",
        "testing/test_b.py": "def test_b(): pass",
        ".ci/test.sh": shell_entry("$PYTHON -m pytest $2"),
    }
    ran = run_shard(
        write_project(folder, files), make_unit("python", "shell", suite=suite),
        tests="other=nowhere smoke=testing/test_a.py", shell_entry=".ci/test.sh {config} {tests}",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    assert ran.outcomes("smoke.python") == ran.outcomes("smoke.shell") == {"testing/test_a.py::test_a": "passed"}


@pytest.mark.slow
def test_shards_share_the_files_and_leave_none_out(folder: Path) -> None:
    project = write_project(folder, {f"tests/test_{n}.py": "def test_a(): pass" for n in range(5)})
    seen: list[str] = []
    for index in (1, 2):
        ran = run_shard(project, make_unit("python", shard=Shard(index=index, of=2)))
        assert ran.exit_code == 0, ran.output
        assert (ran.result("python.python").shard_index, ran.result("python.python").shard_of) == (index, 2)
        seen += ran.outcomes("python.python")
    assert sorted(seen) == [f"tests/test_{n}.py::test_a" for n in range(5)]


def test_a_shard_without_files_runs_nothing_and_is_no_failure(folder: Path) -> None:
    project = write_project(folder, {"test_0.py": "def test_a(): assert 0"})
    ran = run_shard(project, make_unit("python", shard=Shard(index=2, of=2)))
    assert (ran.exit_code, ran.result("python.python").outcome, ran.result("python.python").cases) == (0, "empty", ())


def test_the_cases_that_a_plan_gives_to_a_shard_are_what_runs(folder: Path) -> None:
    shard = Shard(index=1, of=2, cases=("tests/test_x.py::test_b",))
    ran = run_shard(write_project(folder, GOOD), make_unit("python", shard=shard))
    assert ran.outcomes("python.python") == {"tests/test_x.py::test_b": "passed"}


@pytest.mark.slow
def test_a_row_that_tests_nothing_is_not_green(folder: Path) -> None:
    project = write_project(folder, {"test_x.py": "", ".ci/test.sh": shell_entry("$PYTHON -m pytest; exit 0")})
    ran = run_shard(project, PAIR)
    assert ran.exit_code == 1
    assert (ran.result("python.python").outcome, ran.result("python.shell").outcome) == ("empty", "empty")


def test_a_suite_s_own_command_runs_instead_of_pytest(folder: Path) -> None:
    suite = make_suite(
        command=("sh", "-c", "echo $GREETING; exit 3"), env={"GREETING": "hello"}, tests=("test_nowhere",)
    )
    ran = run_shard(write_project(folder, {".ci/test.sh": shell_entry("exit 0")}), make_unit("python", suite=suite))
    result = ran.result("python.python")
    assert (ran.exit_code, result.outcome, result.exit_code, result.fallback_reason) == (1, "error", 3, "")
    assert "hello" in ran.output


@pytest.mark.slow
def test_stale_results_of_an_earlier_run_do_not_count(folder: Path) -> None:
    project = write_project(folder, BAD)
    assert run_shard(project, PYTHON).exit_code == 1
    write_project(folder, GOOD)
    ran = run_shard(project, PYTHON)
    assert (ran.exit_code, ran.outcomes("python.python")) == (0, PASSED)


def test_an_environment_that_no_process_can_have_is_an_error_row(folder: Path) -> None:
    ran = run_shard(write_project(folder, GOOD), make_unit("", suite=make_suite(env={"A=B": "x"})))
    assert (ran.exit_code, ran.result("python").outcome) == (1, "error")
    assert "environment" in ran.result("python").error


@pytest.mark.parametrize("name", ["../../outside", "a/b", "a\x1bb"])
def test_an_id_that_leads_elsewhere_is_refused_before_anything_runs(folder: Path, name: str) -> None:
    project = write_project(folder, {**GOOD, ".ci/test.sh": "#!/bin/sh\ntouch ran\n"})
    for unit in (replace(SHELL, id=name), replace(SHELL, rows=(replace(SHELL.rows[0], id=name),))):
        ran = run_shard(project, unit)
        assert ran.exit_code == 2
        assert "cannot be the name of a file" in ran.output
    assert not (project / "ran").exists()


def test_without_a_unit_it_says_what_is_missing(folder: Path) -> None:
    done = script("run_shard.py", write_project(folder, {}), inputs={})
    assert (done.returncode, "input 'unit' is missing" in done.stderr) == (2, True)


def test_a_dry_run_prints_the_shipped_configurations(folder: Path) -> None:
    compiled = sorted(file.stem for file in (SCRIPTS.parent / "matrices" / "compiled").glob("*.json"))
    done = script(
        "run_shard.py", write_project(folder, {}), inputs={}, arguments=["--dry-run", "true", "--tests", "smoke=x.py"]
    )
    assert done.returncode == 0, done.stderr
    assert [line[2:] for line in done.stdout.splitlines() if line.startswith("# ")] == compiled
    assert len(compiled) > 1
    one = script("run_shard.py", folder, inputs={}, arguments=["--dry-run", "true", "--pipeline", "python-runner-ab"])
    assert "docs_test → DocsTestSuite: test_docs, test_tutorials" in one.stdout.splitlines()
    assert (
        "inductor_cpp_wrapper → InductorTestSuite: test_inductor, test_inductor_cpp_wrapper" in one.stdout.splitlines()
    )


def test_a_dry_run_of_an_unknown_pipeline(folder: Path) -> None:
    done = script("run_shard.py", write_project(folder, {}), inputs={"dry-run": "true", "pipeline": "nope"})
    assert (done.returncode, "there is no pipeline 'nope'" in done.stderr) == (2, True)


def test_dry_run_lines_are_those_of_the_library() -> None:
    suite = Suite(id="a", suite="ASuite", tests=("x",))
    pipeline = CompiledPipeline(pipeline="p", summary="", events=(), runners={}, suites={"a": suite}, rows=())
    assert dry_run(pipeline, {}) == ["a → ASuite: x"]
