"""What run_shard adds to the bare command: budget 100 ms and 1 %. Compare the two figures that `make bench` prints."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from shuntyard import wire
from tests.benchmarks.timing import timed
from tests.scripts.runner_samples import SCRIPTS, make_unit, script_env, write_project

ENTRY = "#!/bin/sh\nsleep 0.5\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project", {".ci/test.sh": ENTRY})


def process(project: Path, *command: str) -> Callable[[], int]:
    inputs = {"unit": json.dumps(wire.encode(make_unit("shell"))), "results": str(project.parent / "results")}
    env = script_env(inputs)
    return lambda: subprocess.run(command, cwd=project, env=env, capture_output=True, check=False).returncode


def test_the_bare_command(benchmark: BenchmarkFixture, project: Path) -> None:
    assert timed(benchmark, process(project, ".ci/test.sh"), rounds=10, warmup_rounds=1) == 0


def test_the_same_command_in_run_shard(benchmark: BenchmarkFixture, project: Path) -> None:
    command = process(project, sys.executable, "-SE", str(SCRIPTS / "run_shard.py"))
    assert timed(benchmark, command, rounds=10, warmup_rounds=1) == 0
