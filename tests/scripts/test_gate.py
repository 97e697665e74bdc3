"""The gate: every result against every rule, then the script as a process."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shuntyard.gate import decide
from shuntyard.plan import Empty

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "gate.py"
RESULTS = ("success", "failure", "cancelled", "skipped", "", None)
EMPTIES: tuple[Empty, ...] = ("pass", "fail")


def allowed(result: str | None, required: bool, matrix: bool, count: int | None, empty: str) -> bool:
    """The rules once more, as a table of what may pass, written apart from the code."""
    if count == 0 and empty == "fail":
        return False
    if result == "success":
        return True
    if matrix:
        return result == "skipped" and count == 0 and empty == "pass"
    return not required and result in ("skipped", "")


@pytest.mark.parametrize(
    ("result", "required", "matrix", "count", "empty"),
    [
        case
        for case in itertools.product(RESULTS, (True, False), (True, False), (None, 0, 1, 7), EMPTIES)
        if case[:3] != (None, False, False)  # a job that is not there and that nobody names is no job
    ],
)
def test_every_result_against_every_rule(
    result: str | None, required: bool, matrix: bool, count: int | None, empty: Empty
) -> None:
    verdict = decide(
        {} if result is None else {"job": result},
        requires=["job"] if required else [],
        matrix_jobs=["job"] if matrix else [],
        count=count,
        empty=empty,
    )
    assert verdict.passed == allowed(result, required, matrix, count, empty)
    assert bool(verdict.objections) == (not verdict.passed)


@pytest.mark.parametrize("results", list(itertools.product(("success", "failure", "cancelled", "skipped"), repeat=3)))
@pytest.mark.parametrize("count", [None, 0, 3])
@pytest.mark.parametrize("empty", EMPTIES)
def test_a_pipeline_passes_only_as_a_whole(results: tuple[str, ...], count: int | None, empty: Empty) -> None:
    names = ("select", "test", "report")
    verdict = decide(
        dict(zip(names, results, strict=True)), requires=names, matrix_jobs=["test"], count=count, empty=empty
    )
    excused = results == ("success", "skipped", "success") and count == 0 and empty == "pass"
    plain = set(results) == {"success"} and not (count == 0 and empty == "fail")
    assert verdict.passed == (plain or excused)
    for name, result in zip(names, results, strict=True):
        if result in ("failure", "cancelled"):
            assert any(reason.startswith(f"{name}: ") for reason in verdict.objections)


def test_an_empty_selection_is_named() -> None:
    verdict = decide({"test": "skipped"}, requires=["test"], matrix_jobs=["test"], count=0, empty="fail")
    assert any("nothing was selected" in reason for reason in verdict.objections)


def test_a_job_that_nobody_requires_may_not_fail_either() -> None:
    verdict = decide({"test": "success", "lint": "failure"}, requires=["test"])
    assert verdict.objections == ("lint: failed",)


def call(tmp_path: Path, *arguments: str, **env: str) -> tuple[int, str, str]:
    """Exit code, standard output, and what was written to GITHUB_OUTPUT."""
    outputs = tmp_path / "outputs"
    outputs.touch()
    done = subprocess.run(
        [sys.executable, "-SE", str(SCRIPT), *arguments],
        env={"PATH": os.environ["PATH"], "GITHUB_OUTPUT": str(outputs), **env},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr, outputs.read_text(encoding="utf-8")


def test_the_script_opens_and_says_so(tmp_path: Path) -> None:
    needs = json.dumps({"select": {"result": "success", "outputs": {"matrix": "{}"}}, "test": {"result": "success"}})
    code, text, outputs = call(tmp_path, INPUT_NEEDS=needs, INPUT_REQUIRES="select test", INPUT_COUNT="2")
    assert (code, "the gate passes" in text, "passed" in outputs.split("\n")) == (0, True, True)


def test_the_script_stays_shut_with_annotations(tmp_path: Path) -> None:
    needs = json.dumps({"test": {"result": "failure"}})
    code, text, outputs = call(tmp_path, INPUT_NEEDS=needs, INPUT_REQUIRES="test report", GITHUB_ACTIONS="true")
    assert (code, "failed" in outputs.split("\n")) == (1, True)
    assert "::error::test: failed\n" in text
    assert "::error::report: is not among the jobs that the gate needs\n" in text


def test_a_hostile_job_name_gives_no_command_to_the_runner(tmp_path: Path) -> None:
    needs = json.dumps(
        {"::add-mask::x\n::stop-commands::y": {"result": "failure"}, "##[error]z": {"result": "failure"}}
    )
    code, text, _ = call(tmp_path, INPUT_NEEDS=needs, INPUT_REQUIRES="test")
    assert code == 1
    assert not any(row.lstrip().startswith("::") or "##[" in row for row in text.splitlines())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--needs", "{}", "--requires", "  "],
        ["--needs", "[]", "--requires", "test"],
        ["--needs", '{"test": 3}', "--requires", "test"],
        ["--needs", "{}", "--requires", "test", "--count", "-1"],
        ["--needs", "{}", "--requires", "test", "--count", "9" * 5000],
        ["--needs", "{}", "--requires", "test", "--empty", "maybe"],
        ["--requires", "test"],
    ],
)
def test_wrong_usage_never_opens_the_gate(tmp_path: Path, arguments: list[str]) -> None:
    code, text, outputs = call(tmp_path, *arguments)
    assert (code, outputs) == (2, "")
    assert text.startswith("error: ")
