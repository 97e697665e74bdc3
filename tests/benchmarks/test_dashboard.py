"""Budget: the dashboard of 90 days × 50 configurations in 3 s, 2 MB for 100,000 cases. Fails on size alone."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from shuntyard.analyses.query import Scope
from shuntyard.dashboard.build import Dashboard, build
from shuntyard.dashboard.gather import Asked
from shuntyard.dashboard.page import SIZE_LIMIT
from tests.scripts.dashboard.samples import START, make

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parent.parent.parent
DAYS, CONFIGS = 90, 50


def silent(_: str) -> None:
    """Says nothing."""


def dashboard(place: Path, tell: Callable[[str], None] = silent) -> Dashboard:
    asked = Asked(scope=Scope(since=START - timedelta(days=1)), now=START + timedelta(days=DAYS))
    return build(str(place), asked, tell=tell)


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """90 nights of 50 configurations in two arms, twice each, 100 cases an execution: 18,000 executions."""
    where: Path = tmp_path_factory.mktemp("quarter")
    make(where, DAYS, configs=CONFIGS, cases=100, repeats=2, places=1)
    return where


def test_ninety_days_of_fifty_configurations(benchmark: BenchmarkFixture, quarter: Path) -> None:
    run: Callable[..., Dashboard] = benchmark.pedantic  # which says nothing of its types
    made = run(lambda: dashboard(quarter), rounds=3, warmup_rounds=1)
    assert (made.findings.extent.runs, made.findings.extent.configs) == (DAYS, CONFIGS)
    assert len(made.html.encode()) <= SIZE_LIMIT


def test_a_hundred_thousand_cases(
    benchmark: BenchmarkFixture, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path, 3, configs=CONFIGS, cases=2000, places=1)
    run: Callable[..., Dashboard] = benchmark.pedantic
    made = run(lambda: dashboard(tmp_path), rounds=1)
    size = len(made.html.encode())
    with capsys.disabled():
        print(f"\nthe page of 100,000 different cases: {size / 1e6:.2f} MB")
    assert size <= SIZE_LIMIT


def test_peak_memory(quarter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A fresh process, imports and the drawing process included."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'scripts'}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "tests.benchmarks.test_dashboard", str(quarter)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    with capsys.disabled():
        print(f"\n90 days × 50 configurations, cold, in a process of its own: {done.stdout.strip()}")
    assert done.stdout.endswith(" MB\n")


def main(where: str) -> None:
    """Says how long a cold process takes, where the time went, and what it needed."""
    started = time.perf_counter()
    made = dashboard(Path(where), lambda text: print(f"{time.perf_counter() - started:.2f} s {text}", file=sys.stderr))
    seconds = time.perf_counter() - started
    unit = 1e6 if sys.platform == "darwin" else 1e3
    own, drawing = (
        resource.getrusage(who).ru_maxrss / unit for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    used = sum(getattr(resource.getrusage(who), name) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
               for name in ("ru_utime", "ru_stime"))  # fmt: skip
    print(
        f"{seconds:.2f} s ({used:.1f} s of processors), {own:.0f} MB at its peak and {drawing:.0f} MB to draw, page of"
        f" {len(made.html.encode()) / 1e6:.2f} MB"
    )


if __name__ == "__main__":
    main(sys.argv[1])
