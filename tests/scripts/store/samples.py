"""Runs for the tests of history, as reports would bring them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from shuntyard.report import Job, Report, RowReport, Run, RunOrigin
from shuntyard.result import CaseResult, Hardware
from shuntyard.store.intake import from_report
from shuntyard.store.tables import RunTables, build

NOW = datetime(2026, 11, 22, 4, 0)
START = datetime(2026, 11, 20, 3, 17, tzinfo=timezone.utc)
GPU = Hardware(class_="gpu", vendor="amd", architecture="gpu_rocm", backend="rocm", count=8, memory_gb=192.0)


def make_cases(count: int = 3, outcome: str = "passed", prefix: str = "test/a.py::TestA") -> tuple[CaseResult, ...]:
    """That many cases; the first has the outcome, the others passed."""
    return tuple(
        CaseResult(
            case=f"{prefix}::test_{index}",
            outcome=outcome if index == 0 else "passed",  # type: ignore[arg-type]
            setup_s=0.01 * index,
            call_s=0.1 * (index + 1),
            message="boom" if index == 0 and outcome != "passed" else "",
            metrics={"loss": 0.25} if index == 1 else {},
        )
        for index in range(count)
    )


def make_report(
    run_id: str = "77",
    *,
    attempt: int = 1,
    start: datetime = START,
    configs: Sequence[str] = ("docs_test",),
    cases: tuple[CaseResult, ...] = make_cases(),
    repeats: int = 2,
    pipeline: str = "python-runner-ab",
    instance: str = "",
) -> Report:
    """A report with two arms for each configuration."""
    rows = []
    for config in configs:
        for arm in ("shell", "python"):
            runs = tuple(
                Run(
                    unit=config,
                    folder=f"{pipeline}--{config}/{config}.{arm}/r{repetition}",
                    repetition=repetition,
                    outcome="passed",
                    ran=arm,
                    started_at=(start + timedelta(minutes=repetition)).isoformat(),
                    duration_s=2.5 * repetition,
                    peak_memory_mb=210.0,
                    hardware=GPU,
                    cases=cases,
                )
                for repetition in range(1, repeats + 1)
            )
            values = {"config": config, "arm": arm, "rocm": "7.2.0"}
            row = RowReport(
                id=f"{config}.{arm}", unit=config, config=config, arm=arm, values=values, outcome="passed", runs=runs
            )
            rows.append(row)
    return Report(
        pipeline=pipeline,
        instance=instance,
        run=RunOrigin(
            provider="github", repository="o/r", sha="c0ffee", run_id=run_id, attempt=attempt, url="https://x"
        ),
        verdict="passed",
        headline="All 2 rows passed.",
        generated_at=start.isoformat(),
        rows=tuple(rows),
        jobs=(Job(name="test", result="success"),),
        notes=("a note",),
    )


def make_run(report: Report | None = None) -> RunTables:
    """The tables of a report."""
    return build(from_report(report or make_report()), NOW)


def later(report: Report, days: int) -> Report:
    """The same run, but for its number and that it ran days later."""
    move = timedelta(days=days)
    rows = tuple(
        replace(
            row,
            runs=tuple(
                replace(run, started_at=(datetime.fromisoformat(run.started_at) + move).isoformat()) for run in row.runs
            ),
        )
        for row in report.rows
    )
    return replace(report, rows=rows, run=replace(report.run, run_id=f"{report.run.run_id}{days}"))


def spoil(path: Path) -> None:
    """Damages what the file holds, but not what it says of itself."""
    content = bytearray(path.read_bytes())
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    for offset in range(100, footer, 20):
        content[offset] ^= 0xFF
    path.write_bytes(content)
