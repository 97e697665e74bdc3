"""The stages of torch-spyre as a text that tests may change, and histories for them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Literal

from generator.stages.read import Staged, read_stages
from shuntyard.errors import Problem, ProblemsFound, ShuntyardError
from shuntyard.report import Report, RowReport, Run, RunOrigin
from shuntyard.result import CaseResult, Hardware
from shuntyard.store import open_store
from shuntyard.store.intake import from_report
from shuntyard.store.tables import build

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "stages" / "torch-spyre.yml"
TIMES = Path(__file__).resolve().parents[2] / "fixtures" / "durations" / "pytorch-default.json.gz"
Outcome = Literal["passed", "failed", "error"]
NOW = datetime(2026, 11, 22, 4, 0)
AT = "2026-11-22T04:00"


def text(*changes: tuple[str, str]) -> str:
    """The fixture with each first text, which stands in it once, replaced by the second."""
    found = FIXTURE.read_text(encoding="utf-8")
    for old, new in changes:
        assert found.count(old) == 1, f"{old!r} stands {found.count(old)} times"
        found = found.replace(old, new)
    return found


def staged(folder: Path, *changes: tuple[str, str]) -> Staged:
    file = folder / "torch-spyre.yml"
    file.write_text(text(*changes), encoding="utf-8")
    return read_stages(file, shown="torch-spyre.yml")


def problems(folder: Path, *changes: tuple[str, str]) -> list[Problem]:
    try:
        staged(folder, *changes)
    except ProblemsFound as found:
        return found.problems
    return []


def refusal(folder: Path, content: str) -> ShuntyardError | None:
    """What reading a file of that content raises."""
    file = folder / "pipeline.yml"
    file.write_text(content, encoding="utf-8")
    try:
        read_stages(file, shown="pipeline.yml")
    except ShuntyardError as error:
        return error
    return None


def make_history(
    folder: Path,
    *,
    nights: int,
    failing: int = 0,
    minutes: float = 60.0,
    broken: bool = False,
    pipeline: str = "torch-spyre",
) -> str:
    """A Parquet history of so many nightlies up to yesterday, 40 cases each, of which `failing` fail."""
    store = open_store(str(folder))
    for night in range(nights, 0, -1):
        start = (NOW - timedelta(days=night)).replace(tzinfo=timezone.utc)
        cases = tuple(
            CaseResult(case=f"test_{n}.py::t", outcome="failed" if n < failing else "passed", setup_s=0.1, call_s=1.0)
            for n in range(40)
        )
        outcome: Outcome = "error" if broken else "failed" if failing else "passed"
        run = Run(
            unit="pytorch", folder="pytorch/r1", repetition=1, outcome=outcome, ran="", fallback_reason="",
            started_at=start.isoformat(), duration_s=60 * minutes, peak_memory_mb=100.0, cases=cases,
            hardware=Hardware(class_="npu", vendor="ibm", architecture="npu_spyre", backend="spyre", count=1),
        )  # fmt: skip
        row = RowReport(
            id="pytorch", unit="pytorch", config="pytorch", arm="", values={"config": "pytorch"}, outcome=outcome,
            runs=(run,),
        )  # fmt: skip
        origin = RunOrigin(provider="github", repository="o/r", sha=f"sha{night}", run_id=f"{start.timestamp():.0f}")
        report = Report(
            pipeline=pipeline, run=origin, verdict=outcome, headline="", generated_at=start.isoformat(), rows=(row,)
        )
        assert store.append(build(from_report(report), NOW)) == "added"
    return str(folder)
