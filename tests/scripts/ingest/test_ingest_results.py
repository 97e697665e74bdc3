"""ingest-results as a step, and what comes after it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shuntyard.store.intake import read as read_runs
from tests.scripts.ingest.samples import FIXTURES, case, junit
from tests.scripts.test_runner_side import watched

ROOT = Path(__file__).resolve().parents[3]
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "INPUT_", "RUNNER_"))}


def step(
    folder: Path, env: dict[str, str] | None = None, /, script: str = "ingest_results", **inputs: str
) -> tuple[int, dict[str, str], str]:
    """The step's exit code, its outputs, and everything that it printed."""
    given = {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / f"{script}.py", "--json"],
        cwd=folder, env={**PLAIN, **given, **(env or {})}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stdout + done.stderr


def test_good_files(tmp_path: Path) -> None:
    code, outputs, printed = step(
        FIXTURES, files="gtest/report.xml", pipeline="nightly", row="unit", results=str(tmp_path)
    )
    assert code == 0
    assert json.loads(outputs.pop("skips")) == {"Skipped Upstream": 2, "Not Supported on ROCm": 1}
    assert outputs == {
        "results": str(tmp_path),
        "artifact": "nightly--unit",
        "outcome": "failed",
        "cases": "12",
        "problems": "0",
    }
    assert "unit: failed, 12 cases, 3 bad, 0 tried again" in printed


def test_a_broken_file_ends_the_step_but_not_the_results(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(junit(case("a")))
    (tmp_path / "::error::x.xml").write_bytes(b"<testsuites>")
    code, outputs, printed = step(
        tmp_path,
        {"GITHUB_ACTIONS": "true", "RUNNER_TEMP": str(tmp_path / "temp")},
        files="*.xml",
        pipeline="p",
        row="r",
        shard="1/2",
    )
    assert (code, outputs["outcome"], outputs["cases"], outputs["problems"]) == (1, "failed", "2", "1")
    assert outputs["artifact"] == "p--r.s1of2"
    assert "::error title=test results::" in printed
    assert not any(line.startswith("::error::x") for line in printed.splitlines())
    assert (tmp_path / "temp/shuntyard/results/p--r.s1of2/r/r1/result.json").is_file()


def test_wrong_usage_is_told_before_anything_is_written(tmp_path: Path) -> None:
    code, _, printed = step(tmp_path, files="a.xml", pipeline="p", results="out")
    assert code == 2 and "input 'row' is missing" in printed
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_the_analysis_and_the_history_take_it(tmp_path: Path) -> None:
    artifacts = tmp_path / "artifacts"
    for row, files in (("bazel", "bazel/testlogs\nbazel/build.json"), ("unit", "pytest/report.jsonl")):
        step(FIXTURES, files=files, pipeline="nightly", row=row, results=str(artifacts / f"nightly--{row}"))
    code, outputs, _ = step(
        tmp_path, script="analyse_results", pipeline="nightly", results=str(artifacts), report=str(tmp_path / "report")
    )
    assert (code, outputs["verdict"]) == (0, "failed")
    for folder in (artifacts, tmp_path / "report"):
        history = str(tmp_path / "history")
        code, outputs, printed = step(tmp_path, script="append_history", results=str(folder), history=history)
        assert code == 0, printed
    (run,) = read_runs(artifacts, "2026-11-22T04:00:00+00:00")
    assert [row.id for row in run.report.rows] == ["bazel", "unit"]


@pytest.mark.slow
def test_it_needs_the_standard_library_alone(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES, tmp_path / "fixtures")
    inputs = {
        "files": "fixtures/gtest\nfixtures/pytest\nfixtures/unittest",
        "pipeline": "p",
        "row": "r",
        "results": "out",
    }
    assert watched("ingest_results.py", tmp_path, [], inputs) == {"code": 0, "strange": []}
