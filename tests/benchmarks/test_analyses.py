"""Budget: KPIs and flakes over 10 million cases in 1 s and 1 GB. Prints both; never fails on them: machines differ."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from shuntyard.analyses.arms import compare_arms
from shuntyard.analyses.flakes import find_flakes, flaky_tests
from shuntyard.analyses.kpis import rollout_kpis, service_kpis
from shuntyard.analyses.query import Chosen, Connection
from shuntyard.analyses.trends import trends
from shuntyard.stats.ab import Question
from shuntyard.store import open_store
from tests.benchmarks.histories import make
from tests.benchmarks.timing import timed

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parent.parent.parent
NOW = datetime(2026, 3, 1)
TODAY = NOW.date()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("history")
    make(where)
    return where


@pytest.fixture
def connection(folder: Path) -> Iterator[Connection]:
    with open_store(str(folder)).history() as history:
        yield history.connection


def kpis_and_flakes(connection: Connection) -> tuple[int, int]:
    """What the budget is about: the number of KPIs and of flaky cases."""
    chosen = Chosen(connection)
    flakes = find_flakes(chosen, today=TODAY)
    found = (
        *rollout_kpis(chosen, ab=None),
        *service_kpis(chosen, now=NOW, flaky=flaky_tests(flakes)),
    )
    return len(found), len(flakes)


def test_kpis_and_flakes_over_ten_million_cases(benchmark: BenchmarkFixture, connection: Connection) -> None:
    assert timed(benchmark, lambda: kpis_and_flakes(connection), rounds=5, warmup_rounds=1) == (14, 500)


def test_flakes_over_ten_million_cases(benchmark: BenchmarkFixture, connection: Connection) -> None:
    found = timed(benchmark, lambda: find_flakes(Chosen(connection), today=TODAY), rounds=5, warmup_rounds=1)
    assert sum(flake.quarantine for flake in found) > 400


def test_ab_over_ten_million_cases(benchmark: BenchmarkFixture, connection: Connection) -> None:
    found = timed(benchmark, lambda: compare_arms(Chosen(connection), Question(resamples=200)), rounds=1)
    assert len(found.groups) == 50


def test_trends_of_two_hundred_rows(benchmark: BenchmarkFixture, connection: Connection) -> None:
    found = timed(benchmark, lambda: trends(Chosen(connection), seed=1, cases=False), rounds=1)
    assert (found.series, found.too_short) == (200, 0)


def test_peak_memory(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A fresh process, from opening the store to the last figure."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'scripts'}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "tests.benchmarks.test_analyses", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    with capsys.disabled():
        print(f"\nKPIs and flakes over 10 million cases, cold, in a process of their own: {done.stdout.strip()}")
    assert done.stdout.endswith(" MB at its peak\n")


def main(where: str) -> None:
    """Says how long a cold process takes, and how much memory at its peak."""
    started = time.perf_counter()
    with open_store(where).history() as history:
        history.run(kpis_and_flakes)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    print(f"{seconds:.2f} s, {peak:.0f} MB at its peak")


if __name__ == "__main__":
    main(sys.argv[1])
