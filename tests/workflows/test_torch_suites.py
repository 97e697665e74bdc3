"""The example repository on CPU PyTorch: each configuration through the repository's own shell entry, for real.

`SHUNTYARD_TORCH_PYTHON` names a Python that has what examples/torch-suites/requirements.txt lists (`make test-torch`
sets both up).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import NamedTuple

import pytest
from ruamel.yaml import YAML

pytestmark = [pytest.mark.torch, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "torch-suites"
SUITES = YAML(typ="safe").load((ROOT / "matrices" / "suites.yml").read_text(encoding="utf-8"))
LIMIT_S = 600

# At least as many cases as were there when the example was written: a suite that collects less has lost some.
LEAST = {
    "smoke": 12,
    "python": 32,
    "docs_test": 32,
    "distributed": 42,
    "jit_legacy": 31,
    "inductor": 8,
    "inductor_distributed": 12,
    "inductor_cpp_wrapper": 13,
    "benchmark": 11,
    "huggingface": 36,
    "torchbench": 63,
    "timm": 30,
}
# What the composition rule says by "*": the tests that the example's own pytest settings collect.
CORE = {"test_python"}
NEEDS_CUDA = "test_c10d_nccl"


class Case(NamedTuple):
    """One case of a JUnit file; `skipped` is the reason, empty when it ran."""

    module: str
    name: str
    bad: bool
    skipped: str


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as a clone would be: without what earlier runs left behind."""
    target = tmp_path_factory.mktemp("clone") / "torch-suites"
    return shutil.copytree(EXAMPLE, target, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache", "*.egg-info"))


def _enter(repository: Path, python: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call the shell entry as a job would, without this test run's own pytest settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHONPATH"))}
    return subprocess.run(
        [".ci/test.sh", *arguments],
        cwd=repository,
        env={**environment, "PYTHON": python},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


def _cases(junit: Path) -> list[Case]:
    found = []
    for case in ET.parse(junit).iter("testcase"):
        skipped = case.find("skipped")
        found.append(
            Case(
                module=case.get("classname", "").rsplit(".", 1)[-1],
                name=case.get("name", ""),
                bad=case.find("failure") is not None or case.find("error") is not None,
                skipped="" if skipped is None else skipped.get("message", "no reason"),
            )
        )
    return found


def _tests_of(configuration: str) -> set[str]:
    """The composition rule: the suite's tests and what the configuration adds."""
    entry = SUITES["configurations"][configuration]
    tests = {*SUITES["suites"][entry["suite"]]["tests"], *entry.get("adds", [])}
    return CORE if tests == {"*"} else tests


def test_every_configuration_is_run_here() -> None:
    assert LEAST.keys() == SUITES["configurations"].keys()


@pytest.mark.parametrize("configuration", LEAST)
def test_configuration_passes(configuration: str, repository: Path, torch_python: str, tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    done = _enter(repository, torch_python, configuration, f"--junitxml={junit}")
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    cases = _cases(junit)
    assert len(cases) >= LEAST[configuration]
    assert not [case for case in cases if case.bad]
    assert {case.module for case in cases} == _tests_of(configuration)
    # Only NCCL may be skipped, and only for want of a device.
    skipped = [case for case in cases if case.skipped]
    assert all(case.module == NEEDS_CUDA for case in skipped)
    assert all("CUDA" in case.skipped for case in skipped)
    assert len(skipped) < len(cases)


def test_an_unknown_configuration_is_wrong_usage(repository: Path, torch_python: str) -> None:
    done = _enter(repository, torch_python, "no_such")
    assert done.returncode == 2
    assert "no_such" in done.stderr


def test_a_failing_test_fails_the_entry(repository: Path, torch_python: str, tmp_path: Path) -> None:
    changed = shutil.copytree(repository, tmp_path / "changed")
    smoke = changed / "test" / "test_smoke.py"
    smoke.write_text(smoke.read_text(encoding="utf-8") + "\n\ndef test_broken():\n    assert not 1\n", encoding="utf-8")
    done = _enter(changed, torch_python, "smoke")
    assert done.returncode == 1
    assert "test_broken" in done.stdout
