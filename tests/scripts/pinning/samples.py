"""Nights of a pipeline that tests both stacks, in a real Parquet history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from shuntyard.report import Report, RowReport, Run, RunOrigin
from shuntyard.result import CaseOutcome, CaseResult, Outcome
from shuntyard.store import open_store
from shuntyard.store.intake import from_report
from shuntyard.store.tables import build

PIPELINE = "torch-spyre-pytorch"
REPOSITORY = "torch-spyre/torch-spyre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """A run that began so many hours ago: how its rows of each stack went, "" where it has none."""

    ago: float
    main: Outcome | str = "passed"
    pinned: Outcome | str = ""
    attempt: int = 1
    run_id: str = ""
    repository: str = REPOSITORY


def keep(folder: Path, nights: Iterable[Night], now: datetime) -> Path:
    """The nights in a history at the folder. `now` is UTC without a zone."""
    store = open_store(str(folder))
    for night in nights:
        began = (now - timedelta(hours=night.ago)).replace(tzinfo=timezone.utc)
        store.append(build(from_report(_report(night, began)), began.replace(tzinfo=None)))
    return folder


def _report(night: Night, began: datetime) -> Report:
    run_id = night.run_id or str(int(began.timestamp()))
    stacks = {"main": night.main, "pinned": night.pinned}
    rows = tuple(_row(stack, outcome, began) for stack, outcome in stacks.items() if outcome)
    return Report(
        pipeline=PIPELINE,
        run=RunOrigin(
            provider="github",
            repository=night.repository,
            sha="c" * 40,
            run_id=run_id,
            attempt=night.attempt,
            url=f"https://github.com/{night.repository}/actions/runs/{run_id}",
        ),
        verdict="passed" if all(row.outcome == "passed" for row in rows) else "failed",
        headline="",
        generated_at=began.isoformat(),
        rows=rows,
    )


def _row(stack: str, outcome: str, began: datetime) -> RowReport:
    case: CaseOutcome = "passed" if outcome == "passed" else "failed"
    cases = (CaseResult(case="test/test_ops.py::test_add", outcome=case),) if outcome in ("passed", "failed") else ()
    judged: Outcome = outcome  # type: ignore[assignment]
    run = Run(
        unit=stack,
        folder=f"{stack}/r1",
        repetition=1,
        outcome=judged,
        started_at=began.isoformat(),
        duration_s=60.0,
        cases=cases,
    )
    return RowReport(
        id=f"ops-{stack}", unit=stack, config="ops", arm="", values={"stack": stack}, outcome=judged, runs=(run,)
    )
