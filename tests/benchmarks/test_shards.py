"""The whole of PyTorch's list onto 2,048 cards: budget 2 s, the start of the process included.

SHUNTYARD_TEST_TIMES names a copy of PyTorch's test-times.json; without one, a made-up list of the same size is planned.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.benchmarks.timing import timed
from tests.conftest import ROOT
from tests.scripts.scope.samples import inside, scope
from tests.scripts.shards.samples import write_scope

BUDGET_S = 2.0
JOBS, LISTS, FILES = 50, 3, 330  # 149 lists with 50,000 entries, as in August 2026
EVERYTHING = scope(inside("p1", "**"), shares=(100.0,))


@pytest.fixture
def times(tmp_path: Path) -> str:
    """The list to plan: the real one where it is named, else a made-up one."""
    if named := os.environ.get("SHUNTYARD_TEST_TIMES"):
        return named
    chooser = random.Random(1)
    lists = {
        f"linux-jammy-py3.10-made{job}": {
            config: {f"dir{file % 20}/test_{file}": chooser.lognormvariate(3.3, 1.7) for file in range(FILES * 3)}
            for config in ("default", "slow", "inductor")[: LISTS if job else 1]
        }
        for job in range(JOBS // 3)
    }
    (tmp_path / "times.json").write_text(json.dumps(lists))
    return str(tmp_path / "times.json")


@pytest.mark.parametrize(("cards", "split"), [(2048, 600), (2048, 60), (128, 600), (24, 600)])
def test_the_whole_list_is_planned(
    benchmark: BenchmarkFixture, tmp_path: Path, times: str, cards: int, split: int
) -> None:
    arguments = {
        "scope": str(write_scope(tmp_path / "all.json", EVERYTHING)),
        "durations": times,
        "hardware": "cpu",
        "cards": str(cards),
        "cards-per-job": "8",
        "split-seconds": str(split),
        "plan": str(tmp_path / "plan"),
    }
    command = [sys.executable, "-SE", str(ROOT / "scripts" / "plan_shards.py")]
    command += [word for name, value in arguments.items() for word in (f"--{name}", value)]

    def plan() -> int:
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode

    assert timed(benchmark, plan, rounds=5, warmup_rounds=1) == 0
    found = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    benchmark.extra_info["makespan ÷ bound"] = round(found["makespan_s"] / found["bound_s"], 4)
    benchmark.extra_info["jobs"] = len(found["jobs"])
    assert found["makespan_s"] <= 1.1 * found["bound_s"]  # two pieces of 600 s a card cannot be shared out evenly
