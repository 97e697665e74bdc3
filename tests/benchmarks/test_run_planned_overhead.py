"""What run_planned adds to each piece: budget 250 ms over a bare pytest. Four pieces of one trivial case, one card.

Compare the figures that `make bench` prints; the last test subtracts them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.benchmarks.timing import timed
from tests.scripts.planned.samples import inputs_of, plan_of
from tests.scripts.runner_samples import SCRIPTS, script_env, write_project

PIECES = 4
BUDGET_S = 0.250
NAMES = [f"test_{number}" for number in range(PIECES)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project", {f"test/{name}.py": "def test_a(): pass\n" for name in NAMES})


def bare(project: Path) -> Callable[[], int]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    commands = [[sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"{name}.py"] for name in NAMES]
    return lambda: max(
        subprocess.run(each, cwd=project / "test", env=env, capture_output=True, check=False).returncode
        for each in commands
    )


def planned(project: Path) -> Callable[[], int]:
    env = script_env(inputs_of(project, plan_of([NAMES])))
    command = [sys.executable, "-SE", str(SCRIPTS / "run_planned.py")]
    return lambda: subprocess.run(command, cwd=project, env=env, capture_output=True, check=False).returncode


def test_bare_pytests(benchmark: BenchmarkFixture, project: Path) -> None:
    assert timed(benchmark, bare(project), rounds=3, warmup_rounds=1) == 0


def test_the_same_as_pieces(benchmark: BenchmarkFixture, project: Path) -> None:
    assert timed(benchmark, planned(project), rounds=3, warmup_rounds=1) == 0


def test_a_piece_adds_less_than_its_budget(project: Path) -> None:
    """In turn, so that a machine that is busy now is busy for both; the least of each is its own time."""
    times: dict[str, list[float]] = {"bare": [], "planned": []}
    for _ in range(2):
        for name, call in (("bare", bare(project)), ("planned", planned(project))):
            begun = time.perf_counter()
            assert call() == 0
            times[name].append(time.perf_counter() - begun)
    assert (min(times["planned"]) - min(times["bare"])) / PIECES < BUDGET_S, times
