"""Results as seconds per file: from results, from a real history, and read again by the planner."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from generator.commands import durations as command
from shuntyard.planned.durations import durations_of
from shuntyard.result import CaseResult, Hardware, RunKey, ShardResult
from shuntyard.shards.durations import Durations, Estimate, Estimator
from shuntyard.store import open_store
from shuntyard.store.intake import read
from shuntyard.store.tables import build
from tests.scripts.report_samples import write_result

SPYRE = Hardware(class_="npu", vendor="ibm", architecture="npu_spyre", backend="spyre", count=4)


def result(*cases: CaseResult, run: str = "1", shard: int = 1, of: int = 1, hardware: Hardware = SPYRE) -> ShardResult:
    return ShardResult(
        pipeline="p",
        key=RunKey(provider="github", repository="o/r", sha="1" * 40, run_id=run, attempt=1, row_id="pinned"),
        config="default", arm="", ran="python", outcome="passed" if cases else "empty", exit_code=0, shard_index=shard,
        shard_of=of, hardware=hardware, started_at=datetime.now(timezone.utc).isoformat(), duration_s=1.0,
        peak_memory_mb=1.0, cases=cases,
    )  # fmt: skip


def case(file: str, seconds: float, name: str = "T::a") -> CaseResult:
    return CaseResult(case=f"up/test/{file}.py::{name}", outcome="passed", setup_s=0.5, call_s=seconds - 0.5)


RESULTS = [
    result(case("sub/test_a", 10), run="1", shard=1, of=3),
    result(case("sub/test_a", 20, "T::b"), case("test_b", 3), run="1", shard=2, of=3),
    result(run="1", shard=3, of=3),
    result(case("sub/test_a", 40), case("test_b", 5), run="2"),
    result(case("sub/test_a", 41), case("test_b", 9), run="3"),
    result(case("sub/test_a", 999), run="4", shard=1, of=2),  # its other shard is lost
    result(replace(case("test_b", 1), outcome="crashed"), case("sub/test_a", 50), run="5"),
    result(case("test_b", 1), replace(case("test_b", 1, "T::z"), outcome="skipped", message="not run: late"), run="6"),
    result(case("test_b", 70), run="7", hardware=replace(SPYRE, simulated=True)),
    result(case("test_b", 0.5), run="8", hardware=Hardware()),
    result(replace(case("test_b", 1), case="other/test_x.py::t"), replace(case("b", 1), case="//a:b"), run="9"),
]
EXPECTED = {
    "cpu": {"default": {"test_b": 0.5}},
    "spyre": {"default": {"sub/test_a": 40.5, "test_b": 5.0}},
}


def test_the_median_over_runs_that_are_whole() -> None:
    assert durations_of(RESULTS, "up/test/") == EXPECTED


def test_the_planner_reads_them_as_its_own() -> None:
    estimator = Estimator(Durations(durations_of(RESULTS, "up/test")), "spyre", "default")
    assert estimator.estimate("sub/test_a") == Estimate(seconds=40.5, source="measured")


def test_without_a_folder_files_are_named_from_the_workspace_on() -> None:
    assert durations_of(RESULTS[-1:]) == {"spyre": {"default": {"other/test_x": 1.0}}}
    assert durations_of([]) == {}


@pytest.mark.slow
def test_the_history_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    append(tmp_path, RESULTS)
    parser = argparse.ArgumentParser()
    command.configure(parser)
    words = ["--history", str(tmp_path / "history"), "--tests", "up/test"]
    assert command.run(parser.parse_args(words)) == 0
    assert json.loads(capsys.readouterr().out) == EXPECTED
    out = tmp_path / "times.json"
    assert command.run(parser.parse_args([*words, "--pipeline", "p", "--out", str(out)])) == 0
    assert json.loads(out.read_text()) == EXPECTED
    assert "3 durations on cpu, spyre" in capsys.readouterr().err
    assert command.run(parser.parse_args([*words, "--pipeline", "another"])) == 0
    assert json.loads(capsys.readouterr().out) == {}


def append(folder: Path, results: Sequence[ShardResult]) -> None:
    """The results as a history: each run's folder of artifacts, appended as append-history does."""
    now = datetime.now(timezone.utc)
    store = open_store(str(folder / "history"))
    for run in sorted({each.key.run_id for each in results}):
        for each in (each for each in results if each.key.run_id == run):
            write_result(folder / run, f"u{each.shard_index}", each)
        for submission in read(folder / run, now.isoformat()):
            assert store.append(build(submission, now.replace(tzinfo=None))) == "added"
