"""The shipped A/B pipeline as it is rendered now, rehearsed on a small project with real tests in both arms."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from generator.load import load
from generator.render import render, write
from tests.generator.rehearse.acting import jobs, rehearsed, row, rows
from tests.generator.rehearse.small import make_caller

pytestmark = pytest.mark.slow

CALLER = """\
on: [push]
permissions: {}
jobs:
  ab:
    permissions: {contents: read}
    uses: shuntyard-ci/shuntyard/.github/workflows/python-runner-ab.yml@v1
    with: {configs: smoke docs_test}
"""
FILES = {
    "test/test_smoke.py": "def test_one():\n    assert True\n\ndef test_two():\n    assert True\n",
    "test/test_docs.py": "def test_three():\n    assert not 'a reason to fail'\n",
    "test/test_tutorials.py": "def test_four():\n    assert True\n",
    ".ci/test.sh": 'case "$1" in smoke) set -- smoke ;; *) set -- docs tutorials ;; esac\n'
    'for name; do files="$files test/test_$name.py"; done\nexec python -m pytest -p no:cacheprovider $files\n',
}


# It breaks the Python runner, and not pytest below the shell entry, which sets this variable.
FAULT = """\
import os

def pytest_collection(session):
    if "SHELL_ENTRY" not in os.environ:
        raise RuntimeError("a fault that was put in")
"""


def test_both_arms_run_for_real(toolkit_root: Path, tmp_path: Path) -> None:
    write(toolkit_root, render(load(toolkit_root)).files)
    shell = FILES[".ci/test.sh"]
    caller = make_caller(tmp_path / "caller", CALLER, None, {**FILES, ".ci/test.sh": f"#!/bin/sh\n{shell}"})
    (caller / ".ci" / "test.sh").chmod(0o755)
    # The Python that runs these tests has pytest, so that no job waits for a package index.
    found = rehearsed(toolkit_root, caller, "python-runner-ab", python=sys.executable)
    chosen = {name: verdict for name, verdict in rows(found).items() if verdict != "skipped"}
    assert chosen == {
        "smoke.shell": "passed",
        "smoke.python": "passed",
        "docs_test.shell": "failed",
        "docs_test.python": "failed",
    }, found
    assert row(found, "smoke.python").tests == 2
    assert row(found, "docs_test.python").failed == 1
    assert found.verdict == "failed"
    assert jobs(found)["select"] == "passed"
    assert jobs(found)["gate"] == "failed"
    reports = {Path(path).suffix: Path(path) for path in found.reports}
    assert "a reason to fail" in reports[".html"].read_text(encoding="utf-8")
    assert json.loads(reports[".json"].read_text(encoding="utf-8"))["verdict"] == "failed"


def test_a_runner_that_breaks_falls_back_and_says_so(toolkit_root: Path, tmp_path: Path) -> None:
    write(toolkit_root, render(load(toolkit_root)).files)
    shell = f"#!/bin/sh\nexport SHELL_ENTRY=1\n{FILES['.ci/test.sh']}"
    caller = make_caller(tmp_path / "caller", CALLER, None, {**FILES, ".ci/test.sh": shell, "conftest.py": FAULT})
    (caller / ".ci" / "test.sh").chmod(0o755)
    found = rehearsed(toolkit_root, caller, "python-runner-ab", python=sys.executable)
    assert row(found, "smoke.shell").verdict == "passed"
    assert (row(found, "smoke.python").verdict, row(found, "smoke.python").tests) == ("passed", 2)
    assert "a fault that was put in" in row(found, "smoke.python").reason
    # What fails below the shell entry, fails: a fallback hides nothing.
    assert (row(found, "docs_test.python").verdict, row(found, "docs_test.python").failed) == ("failed", 1)
    (page,) = (Path(path) for path in found.reports if path.endswith(".html"))
    assert "a fault that was put in" in page.read_text(encoding="utf-8")


MINE = """\
pipeline: my-tests
summary: Our tests, in two groups.
axes:
  config: {suites: [core, docs]}
suites:
  All: {tests: [test_smoke]}
  Docs: {tests: [test_tutorials]}
configurations:
  core: {suite: All}
  docs: {suite: Docs}
runner: linux-cpu
"""


def test_a_matrix_that_the_caller_brings_runs_to_its_report(toolkit_root: Path, tmp_path: Path) -> None:
    write(toolkit_root, render(load(toolkit_root)).files)
    call = CALLER.replace("python-runner-ab.yml", "test-matrix.yml").replace(
        "configs: smoke docs_test", "matrix: m.yml"
    )
    caller = make_caller(tmp_path / "caller", call, None, {**FILES, "m.yml": MINE})
    found = rehearsed(toolkit_root, caller, "test-matrix", python=sys.executable)
    assert rows(found) == {"core": "passed", "docs": "passed"}, found
    assert row(found, "core").tests == 2
    assert jobs(found) == {"select": "passed", "test": "passed", "report": "passed", "gate": "passed"}
    assert found.verdict == "passed"
    assert any("my-tests-report" in path for path in found.reports)
