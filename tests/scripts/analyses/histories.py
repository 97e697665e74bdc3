"""Small histories for the tests of the analyses: ShardResults as DuckDB tables, as shuntyard.columns has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import duckdb

from shuntyard.analyses.query import Chosen, Scope
from shuntyard.columns import CASES, EXECUTIONS, JOBS, case_id, execution_id
from shuntyard.result import BAD_CASES, CaseOutcome, CaseResult, Hardware, RunKey, ShardResult, judge
from shuntyard.rows import final_cases

START = datetime(2026, 11, 1, 3, 0)
PASSING = (CaseResult(case="test_a.py::test_one", outcome="passed", setup_s=0.5, call_s=1.0),)


def case(name: str, outcome: CaseOutcome = "passed", *, seconds: float = 1.0, attempt: int = 1) -> CaseResult:
    return CaseResult(case=name, outcome=outcome, setup_s=0.1, call_s=seconds, attempt=attempt)


def result(
    config: str = "smoke",
    arm: str = "python",
    *,
    day: float = 0,
    run: str = "",
    attempt: int = 1,
    sha: str = "",
    cases: Sequence[CaseResult] = PASSING,
    seconds: float = 60.0,
    error: str = "",
    **fields: Any,
) -> ShardResult:
    """The result of one execution, `day` days after the start; each day has its own run and commit unless named."""
    run = run or f"{day:g}"
    bad = any(each.outcome in BAD_CASES for each in final_cases(cases))
    bare = ShardResult(
        pipeline="ab",
        key=RunKey(
            provider="github",
            repository="o/r",
            sha=sha or f"sha{day:g}",
            run_id=run,
            attempt=attempt,
            row_id=f"{config}.{arm}",
        ),
        config=config,
        arm=arm,
        ran=arm,
        outcome=judge(int(bad), final_cases(cases), error),
        exit_code=int(bad),
        hardware=Hardware(architecture="x86_64", count=2),
        started_at=(START + timedelta(days=day)).replace(tzinfo=timezone.utc).isoformat(),
        duration_s=seconds,
        peak_memory_mb=200.0,
        error=error,
        cases=tuple(cases),
    )
    return replace(bare, **fields)


def chosen(
    results: Iterable[ShardResult], scope: Scope | None = None, jobs: Iterable[Mapping[str, Any]] = ()
) -> Chosen:
    """What an analysis of these results would look at."""
    return Chosen(history(results, jobs), scope)


def history(results: Iterable[ShardResult], jobs: Iterable[Mapping[str, Any]] = ()) -> duckdb.DuckDBPyConnection:
    """A connection with the three relations."""
    connection = duckdb.connect()
    results = list(results)
    cases = [_case(each, found) for each in results for found in each.cases]
    for name, columns, rows in (
        ("executions", EXECUTIONS, [_execution(each) for each in results]),
        ("cases", CASES, cases),
        ("jobs", JOBS, list(jobs)),
    ):
        connection.execute(f"CREATE TABLE {name} ({', '.join(f'{key} {kind}' for key, kind in _quoted(columns))})")
        if rows:
            marks = ", ".join("?" * len(columns))
            values = [[row.get(column) for column in columns] for row in rows]
            connection.executemany(f"INSERT INTO {name} VALUES ({marks})", values)
    return connection


def _quoted(columns: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(f'"{name}"', kind) for name, kind in columns.items()]


def _key(each: ShardResult) -> dict[str, Any]:
    return {
        "execution": execution_id(each.key, each.pipeline, each.shard_index, each.repetition),
        "provider": each.key.provider,
        "repository": each.key.repository,
        "run_id": each.key.run_id,
        "attempt": each.key.attempt,
        "pipeline": each.pipeline,
        "row_id": each.key.row_id,
        "shard_index": each.shard_index,
        "repetition": each.repetition,
    }


def _execution(each: ShardResult) -> dict[str, Any]:
    last = final_cases(each.cases)
    started = datetime.fromisoformat(each.started_at).replace(tzinfo=None) if each.started_at else None
    return {
        **_key(each),
        **{name: getattr(each, name) for name in ("config", "arm", "ran", "outcome", "exit_code", "shard_of")},
        **{name: getattr(each, name) for name in ("fallback_reason", "error", "duration_s", "peak_memory_mb")},
        "sha": each.key.sha,
        "hardware": f"{each.hardware.class_} {each.hardware.architecture} x{each.hardware.count}",
        "hw_class": each.hardware.class_,
        "hw_driver": each.hardware.driver,
        "started_at": started,
        "run_started_at": started or START,
        "cases_total": len(last),
        "cases_bad": sum(found.outcome in BAD_CASES for found in last),
        "cases_skipped": sum(found.outcome == "skipped" for found in last),
        "cases_retried": len({found.case for found in each.cases if found.attempt > 1}),
    }


def _case(each: ShardResult, found: CaseResult) -> dict[str, Any]:
    return {
        **_key(each),
        **{name: getattr(found, name) for name in ("case", "outcome", "setup_s", "call_s", "message")},
        "case_id": case_id(found.case),
        "case_attempt": found.attempt,
    }
