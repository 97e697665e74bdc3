"""The history's budgets, as benchmarks: `make bench` prints the times, and the peak memory beside them.

Each measured thing runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from shuntyard import wire
from shuntyard.report import Report, RowReport, Run, RunOrigin
from shuntyard.result import CaseOutcome, CaseResult, Hardware
from tests.benchmarks.timing import timed

ROOT = Path(__file__).resolve().parents[2]
RUNS, CONFIGS, CASES = 90, 50, 1112  # 90 nights of 50 configurations in two arms: ten million cases
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'scripts'}"}
ABOUT = """
import json, resource, sys, time
from pathlib import Path
from shuntyard.store import open_store
def told(seconds, **more):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(json.dumps({"seconds": seconds, "peak MB": round(peak), **more}))
"""
APPEND = """
from datetime import datetime, timezone
started = time.perf_counter()
from shuntyard.store.append import deliver
now = datetime.now(timezone.utc)
(receipt,) = deliver([Path(sys.argv[1])], [sys.argv[2]], now=now, tries=1, pause=time.sleep)
told(time.perf_counter() - started, result=receipt.result)
"""
QUESTIONS = """
from datetime import datetime
from shuntyard.analyses.flakes import find_flakes, flaky_tests
from shuntyard.analyses.kpis import rollout_kpis, service_kpis
from shuntyard.analyses.query import Chosen
started = time.perf_counter()
with open_store(sys.argv[1]).history() as history:
    chosen = Chosen(history.connection)
    flakes = find_flakes(chosen, today=datetime(2026, 11, 22).date())
    now = datetime(2026, 11, 22)
    kpis = [*rollout_kpis(chosen, ab=None), *service_kpis(chosen, now=now, flaky=flaky_tests(flakes))]
told(time.perf_counter() - started, kpis=len(kpis), flakes=len(flakes))
"""
COMPACT = """
from shuntyard.store.compact import compact
started = time.perf_counter()
done = compact(open_store(sys.argv[1]), now=time.time(), this_month="2027-01", grace_s=0.0)
told(time.perf_counter() - started, files=len(done.written))
"""


def measured(code: str, *arguments: object) -> dict[str, Any]:
    """What a process of its own says about itself."""
    command = [sys.executable, "-c", ABOUT + code, *map(str, arguments)]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def show(benchmark: BenchmarkFixture, run: Callable[[], dict[str, Any]], rounds: int) -> dict[str, Any]:
    """Times the whole process, and keeps what it says of itself."""
    last = timed(benchmark, run, rounds=rounds, warmup_rounds=1)
    benchmark.extra_info.update(last)
    print(f"\n{benchmark.name}: {last}")
    return last


def make_report(night: int, configs: int, cases: int) -> Report:
    """A night's report. One case in a hundred is flaky, one in seventeen is skipped; names are as long as real ones.

    Three nights in a row test the same commit, so that flips on one commit can be seen.
    """
    start = datetime(2026, 8, 24, 3, 17, tzinfo=timezone.utc) + timedelta(days=night)
    rows = tuple(
        RowReport(
            id=f"c{config}.{arm}",
            unit=f"c{config}",
            config=f"c{config}",
            arm=arm,
            outcome="passed",
            runs=(make_execution(start, night, config, arm, cases),),
        )
        for config in range(configs)
        for arm in ("shell", "python")
    )
    origin = RunOrigin(provider="github", repository="o/r", sha=f"sha{night // 3}", run_id=str(night))
    return Report(pipeline="ab", run=origin, verdict="passed", headline="", generated_at=start.isoformat(), rows=rows)


def make_execution(start: datetime, night: int, config: int, arm: str, cases: int) -> Run:
    """One execution of a configuration in one arm."""
    results = []
    for index in range(cases):
        failed = index % 97 == 0 and (index + night * 17 + config + len(arm)) % 11 == 0
        outcome: CaseOutcome = "failed" if failed else "skipped" if index % 17 == 5 else "passed"
        results.append(
            CaseResult(
                case=f"test/test_{config}_{index // 40}.py::TestSuite{index % 7}::test_case_{index}",
                outcome=outcome,
                setup_s=index % 13 / 1000,
                call_s=(index * 7 + night) % 101 / 100,
                message="AssertionError: 1.0 != 3.0" if failed else "",
            )
        )
    return Run(
        unit=f"c{config}",
        folder=f"ab--c{config}/c{config}.{arm}/r1",
        repetition=1,
        outcome="failed" if any(case.outcome == "failed" for case in results) else "passed",
        ran=arm,
        started_at=(start + timedelta(seconds=config * 20)).isoformat(),
        duration_s=100.0 + night % 7,
        peak_memory_mb=900.0,
        hardware=Hardware(architecture="x86_64", count=2),
        cases=tuple(results),
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report.json with 100,000 cases."""
    path = tmp_path_factory.mktemp("report") / "report.json"
    path.write_text(json.dumps(wire.encode(make_report(0, 50, 1000)), indent=1))
    return path


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Ten million cases, one file a night."""
    folder = tmp_path_factory.mktemp("history")
    code = """
sys.path.insert(0, sys.argv[2])
from datetime import datetime
from shuntyard.store.intake import from_report
from shuntyard.store.tables import build
from tests.benchmarks.test_history import CASES, CONFIGS, make_report
store = open_store(sys.argv[1])
for night in range(int(sys.argv[3]), int(sys.argv[4])):
    store.append(build(from_report(make_report(night, CONFIGS, CASES)), datetime(2026, 11, 22)))
"""
    halves = [(0, RUNS // 2), (RUNS // 2, RUNS)]
    writers = [
        subprocess.Popen([sys.executable, "-c", ABOUT + code, str(folder), str(ROOT), *map(str, half)], env=ENVIRONMENT)
        for half in halves
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    yield folder


def test_append_a_run(benchmark: BenchmarkFixture, report: Path, tmp_path: Path) -> None:
    """Budget: 2 s for a run of 100,000 cases, from its report.json to the file on the disk, imports included."""
    numbers = iter(range(100))
    assert show(benchmark, lambda: measured(APPEND, report, tmp_path / str(next(numbers))), 3)["result"] == "added"


def test_kpis_and_flakes_of_ten_million_cases(benchmark: BenchmarkFixture, history: Path) -> None:
    """Budget: 1 s and 1 GB, opening 90 files included."""
    found = show(benchmark, lambda: measured(QUESTIONS, history), 3)
    assert found["kpis"] > 10 and found["flakes"] > 0


def test_kpis_and_flakes_after_compaction(benchmark: BenchmarkFixture, history: Path) -> None:
    """The same budget, with a file a month. Comes last, because it changes the history. Compaction has no budget."""
    found = measured(COMPACT, history)
    print(f"\ncompaction: {found}")
    assert found["files"] >= 3
    show(benchmark, lambda: measured(QUESTIONS, history), 3)
