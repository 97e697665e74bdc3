"""Ingestion's budget, as a benchmark: `make bench` prints the times, and the peak memory beside them.

Each measured thing runs in a process of its own, so that its peak memory is its own. The document is as pytest writes
it: 100,000 cases with names as long as real ones, one in 97 failed with a traceback, one in 17 skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
CASES = 100_000
ABOUT = """
import json, sys, time
from pathlib import Path
def peak():  # ru_maxrss would tell of the process that started this one, where that is larger
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6
def told(started, cpu, cases, **more):
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    print(json.dumps({"cases/s": round(cases / seconds), "cases/s of processor time": round(cases / cpu),
                      "seconds": round(seconds, 3), "peak MB": round(peak()), "cases": cases, **more}))
"""
READ = """
from shuntyard.ingest.combine import combine
from shuntyard.ingest.source import read_source
started, cpu = time.perf_counter(), time.process_time()
found = combine([read_source(Path(sys.argv[1]), "report")])
told(started, cpu, len(found.cases), problems=len(found.problems))
"""
WHOLE = """
from shuntyard.contract import Contract, parse
started, cpu = time.perf_counter(), time.process_time()
from shuntyard.ingest.run import FILES, INPUTS, ingest
texts = {"files": sys.argv[1], "pipeline": "p", "row": "r", "results": sys.argv[2]}
done = ingest(parse(Contract(name="x", summary="", inputs=(FILES, *INPUTS), exits={}), texts), {}, Path.cwd())
told(started, cpu, len(done.record.cases), problems=len(done.problems))
"""
ITERPARSE = """
from xml.etree import ElementTree
started, cpu = time.perf_counter(), time.process_time()
cases = 0
for _, element in ElementTree.iterparse(sys.argv[1]):
    if element.tag == "testcase":
        cases += 1
        element.clear()
told(started, cpu, cases)
"""


def measured(code: str, *arguments: object) -> dict[str, Any]:
    """What a process of its own says about itself."""
    command = [sys.executable, "-c", ABOUT + code, *map(str, arguments)]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def show(benchmark: BenchmarkFixture, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Times the whole process, and keeps what it says of itself."""
    timed: Callable[..., dict[str, Any]] = benchmark.pedantic  # which says nothing of its types
    last = timed(run, rounds=3, warmup_rounds=1)
    benchmark.extra_info.update(last)
    print(f"\n{benchmark.name}: {last}")
    return last


def names(index: int) -> tuple[str, str]:
    return f"test.distributed.test_c10d_{index // 40}.TestSuite{index % 7}", f"test_case_{index}[cuda-float32]"


@pytest.fixture(scope="module")
def junit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("junit") / "report"
    with path.open("w") as file:
        file.write('<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest">')
        for index in range(CASES):
            classname, name = names(index)
            inside = ""
            if index % 97 == 0:
                inside = f'<failure message="AssertionError: 1 != 2">{"    at line 3&#10;" * 20}{index}</failure>'
            elif index % 17 == 5:
                inside = '<skipped type="pytest.skip" message="not supported on ROCm">x.py:3: not supported</skipped>'
            file.write(
                f'<testcase classname="{classname}" name="{name}" time="0.{index % 999:03d}">{inside}</testcase>'
            )
        file.write("</testsuite></testsuites>")
    return path


@pytest.fixture(scope="module")
def reportlog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "report"
    with path.open("w") as file:
        file.write('{"pytest_version": "9.2.0", "$report_type": "SessionStart"}\n')
        for index in range(CASES):
            classname, name = names(index)
            for when in ("setup", "call", "teardown"):
                record = {
                    "nodeid": f"{classname}::{name}",
                    "location": ["x.py", 3, name],
                    "keywords": {name: 1, "x.py": 1, "": 1},
                    "outcome": "passed",
                    "longrepr": None,
                    "when": when,
                    "user_properties": [],
                    "sections": [],
                    "duration": 0.001,
                    "start": 1763781480.5,
                    "stop": 1763781480.6,
                    "$report_type": "TestReport",
                }
                file.write(json.dumps(record) + "\n")
        file.write('{"exitstatus": 0, "$report_type": "SessionFinish"}\n')
    return path


def test_read_junit(benchmark: BenchmarkFixture, junit: Path) -> None:
    """Budget: 50,000 cases a second, from the file to cases that are checked and merged."""
    found = show(benchmark, lambda: measured(READ, junit))
    assert (found["cases"], found["problems"]) == (CASES, 0)


def test_junit_to_result_json(benchmark: BenchmarkFixture, junit: Path, tmp_path: Path) -> None:
    """The same with everything that the step does: imports, labelling of skip reasons, and result.json on the disk."""
    assert show(benchmark, lambda: measured(WHOLE, junit, tmp_path))["cases"] == CASES


def test_read_reportlog(benchmark: BenchmarkFixture, reportlog: Path) -> None:
    """No budget: three lines a case."""
    assert show(benchmark, lambda: measured(READ, reportlog))["cases"] == CASES


def test_iterparse_for_comparison(benchmark: BenchmarkFixture, junit: Path) -> None:
    """What ElementTree.iterparse takes to count the elements, and no more: expat's handlers were chosen against it."""
    assert show(benchmark, lambda: measured(ITERPARSE, junit))["cases"] == CASES
