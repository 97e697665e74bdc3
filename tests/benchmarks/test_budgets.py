"""The design's budgets, as benchmarks: `make bench` prints them. They never fail on time: machines differ."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from generator.load import load
from generator.render import render
from shuntyard.shard import assign
from tests.benchmarks.timing import timed

ROOT = Path(__file__).resolve().parent.parent.parent
SHUNTYARD = [sys.executable, "-m", "generator"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'scripts'}"}


def process(*command: str, cwd: Path = ROOT) -> Callable[[], int]:
    """A whole process, cold start included; its exit code."""
    return lambda: subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, check=False).returncode


def test_render_check_cold(benchmark: BenchmarkFixture) -> None:
    """Budget: 1 s for rendering everything and comparing it with what is there."""
    assert timed(benchmark, process(*SHUNTYARD, "render", "--check"), rounds=5, warmup_rounds=1) == 0


def test_check_own_rules_cold(benchmark: BenchmarkFixture) -> None:
    """Every rule of our own, without the external linters."""
    assert timed(benchmark, process(*SHUNTYARD, "check", "--no-tools"), rounds=5, warmup_rounds=1) == 0


def test_check_everything_cold(benchmark: BenchmarkFixture) -> None:
    """The same with actionlint, zizmor and the schemas."""
    assert timed(benchmark, process(*SHUNTYARD, "check"), rounds=3, warmup_rounds=1) == 0


def test_script_start(benchmark: BenchmarkFixture) -> None:
    """Budget: 80 ms from the start of Python to run_shard's first action (`--contract` is the least that it can do)."""
    command = process("python3", "-SE", "scripts/run_shard.py", "--contract")
    assert timed(benchmark, command, rounds=20, warmup_rounds=2) == 0


def test_bare_python_start(benchmark: BenchmarkFixture) -> None:
    """What of that is Python itself."""
    assert timed(benchmark, process("python3", "-SE", "-c", "pass"), rounds=20, warmup_rounds=2) == 0


def test_render_a_thousand_rows(benchmark: BenchmarkFixture) -> None:
    """A pipeline of 1,000 rows, in memory."""
    toolkit = load(ROOT)
    pipeline = toolkit.pipelines["python-runner-ab"]
    axes: dict[str, object] = {"a": list(range(100)), "b": list(range(10))}
    model = pipeline.model.model_copy(update={"axes": axes, "together": None})
    grown = replace(toolkit, pipelines={"python-runner-ab": replace(pipeline, model=model)})
    rendering = timed(benchmark, lambda: render(grown), rounds=5, warmup_rounds=1)
    assert len(rendering.compiled["python-runner-ab"].rows) == 1000


@pytest.mark.parametrize("shards", [64])
def test_plan_a_thousand_files(benchmark: BenchmarkFixture, shards: int) -> None:
    """Budget: 50 ms, makespan at most 1.001 times the lower bound."""
    chooser = random.Random(7)
    costs = {f"test_{index}.py": chooser.lognormvariate(3, 1) for index in range(1000)}
    parts = timed(benchmark, lambda: assign(costs, shards), rounds=10, warmup_rounds=1)
    loads = [sum(costs[name] for name in part) for part in parts]
    bound = max([sum(costs.values()) / shards, *costs.values()])
    benchmark.extra_info["makespan over bound"] = max(loads) / bound
    assert max(loads) <= 1.001 * bound
