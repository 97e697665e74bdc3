"""The A/B pipeline rehearsed on the example repository with CPU PyTorch: every configuration, in both arms."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from generator.load import load
from generator.rehearse.outcome import Rehearsal
from generator.render import render, write
from tests.conftest import ROOT
from tests.generator.rehearse.acting import rehearsed, row, rows
from tests.generator.rehearse.small import git

pytestmark = [pytest.mark.torch, pytest.mark.slow]

EXAMPLE = ROOT / "examples" / "torch-suites"
CALLER = Path(".github/workflows/ci.yml")
CONFIGURATIONS = tuple(YAML(typ="safe").load(ROOT / "matrices" / "suites.yml")["configurations"])
# It breaks the Python runner, and not pytest below the shell entry, which the test makes set this variable.
FAULT = """

def pytest_collection(session):
    import os
    if "SHELL_ENTRY" not in os.environ:
        raise RuntimeError("a fault that was put in")
"""


def clone(target: Path) -> Path:
    """The example as a repository of its own."""
    left = shutil.ignore_patterns("__pycache__", ".pytest_cache", "*.egg-info")
    shutil.copytree(EXAMPLE, target, ignore=left)
    git(target, "init", "--quiet", "--initial-branch=main")
    commit(target)
    return target


def commit(repository: Path) -> None:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "as it is")


def without_setup(repository: Path) -> None:
    """The same call without installing PyTorch in each of its jobs: that takes a minute and a gigabyte a job."""
    path = repository / CALLER
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.strip().startswith(("prepare:", "python-version:"))]
    assert len(lines) - len(kept) == 2
    path.write_text("".join(kept), encoding="utf-8")


def rehearse_ab(toolkit_root: Path, caller: Path, **wishes: Any) -> Rehearsal:
    write(toolkit_root, render(load(toolkit_root)).files)
    return rehearsed(toolkit_root, caller, "python-runner-ab", event="push", timeout_s=3600, **wishes)


def test_every_configuration_passes_in_both_arms(toolkit_root: Path, tmp_path: Path, torch_python: str) -> None:
    caller = clone(tmp_path / "torch-suites")
    without_setup(caller)
    commit(caller)
    found = rehearse_ab(toolkit_root, caller, python=torch_python)
    expected = {f"{name}.{arm}": "passed" for name in CONFIGURATIONS for arm in ("shell", "python")}
    assert rows(found) == expected, found
    for name in CONFIGURATIONS:
        assert row(found, f"{name}.shell").tests == row(found, f"{name}.python").tests > 0


def test_a_job_that_sets_up_everything_itself(toolkit_root: Path, tmp_path: Path) -> None:
    found = rehearse_ab(toolkit_root, clone(tmp_path / "torch-suites"), rows=("smoke.*",))
    ran = {name: verdict for name, verdict in rows(found).items() if verdict != "skipped"}
    assert ran == {"smoke.shell": "passed", "smoke.python": "passed"}, found


def test_a_runner_that_breaks_falls_back_and_says_so(toolkit_root: Path, tmp_path: Path, torch_python: str) -> None:
    caller = clone(tmp_path / "torch-suites")
    without_setup(caller)
    conftest = caller / "test" / "conftest.py"
    conftest.write_text(conftest.read_text(encoding="utf-8") + FAULT, encoding="utf-8")
    entry = caller / ".ci" / "test.sh"
    entry.write_text(entry.read_text(encoding="utf-8").replace("export ", "export SHELL_ENTRY=1 ", 1), encoding="utf-8")
    commit(caller)
    found = rehearse_ab(toolkit_root, caller, python=torch_python, rows=("smoke.*",))
    assert row(found, "smoke.shell").verdict == "passed"
    python = row(found, "smoke.python")
    assert "a fault that was put in" in python.reason
    assert python.tests == row(found, "smoke.shell").tests
