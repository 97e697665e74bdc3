"""A run as Arrow tables, made from a report."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pyarrow as pa

from shuntyard.columns import case_id, execution_id
from shuntyard.report import Report, RowReport, Run
from shuntyard.result import Hardware, RunKey
from shuntyard.store.arrow import ARROW, ROW_GROUP, flat, schema_of, writer
from shuntyard.store.casecolumns import CaseColumns, count
from shuntyard.store.intake import Submission
from shuntyard.store.key import RunId
from shuntyard.store.layout import (
    CASE,
    CASE_COLUMNS,
    EXECUTION,
    EXECUTION_COLUMNS,
    JOB,
    JOB_COLUMNS,
    RUN,
    RUNS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTables:
    """One run: one row of `runs`, its `executions` and their `cases`, with the columns of layout.RELATIONS.

    Or its `jobs` and nothing else (store/jobs.py).
    """

    id: RunId
    started_at: datetime
    digest: str
    runs: pa.Table
    executions: pa.Table
    cases: pa.Table
    jobs: pa.Table = field(default_factory=lambda: schema_of(JOB_COLUMNS).empty_table())


def build(submission: Submission, now: datetime) -> RunTables:
    """The tables of a run. `now` (UTC) dates it when neither its executions nor its report say when they were.

    A run outside CI has no number; what it measured becomes its number, so that it too is appended only once.
    """
    report = submission.report
    found = [(row, run) for row in report.rows for run in row.runs]
    digest = _digest(found, submission.cases)
    origin = report.run
    run = RunId(
        provider=origin.provider,
        repository=origin.repository,
        pipeline=report.pipeline,
        instance=report.instance,
        run_id=origin.run_id or f"local-{digest[:16]}",
        attempt=origin.attempt,
    )
    generated = moment(report.generated_at)
    starts = [start for _, each in found if (start := moment(each.started_at))]
    started = min(starts, default=generated or now)
    of_run = {
        "run_key": run.key,
        "provider": run.provider,
        "repository": run.repository,
        "pipeline": run.pipeline,
        "instance": run.instance,
        "run_id": run.run_id,
        "attempt": run.attempt,
        "sha": origin.sha,
        "run_started_at": started,
    }
    runs = _table(RUNS, [{**of_run, **_run_row(report, digest, generated)}])
    rows = [
        {**of_run, **_execution_row(run, index, *pair, cases)}
        for index, (pair, cases) in enumerate(zip(found, submission.cases, strict=True))
    ]
    _part_twins(rows)
    executions = _table(EXECUTION_COLUMNS, rows)
    return RunTables(
        id=run,
        started_at=started,
        digest=digest,
        runs=runs,
        executions=executions,
        cases=_cases(executions, submission.cases),
    )


def moment(text: str) -> datetime | None:
    """An ISO 8601 time with its zone, as UTC without one; None for anything else."""
    try:
        parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return parsed.astimezone(timezone.utc).replace(tzinfo=None) if parsed.utcoffset() is not None else None
    except (ValueError, OverflowError):
        return None


def _run_row(report: Report, digest: str, generated: datetime | None) -> dict[str, Any]:
    return {
        "url": report.run.url,
        "verdict": report.verdict,
        "headline": report.headline,
        "generated_at": generated,
        "other_jobs": json.dumps([{"name": job.name, "result": job.result} for job in report.jobs]),
        "notes": json.dumps(report.notes),
        "digest": digest,
    }


def _execution_row(run: RunId, position: int, row: RowReport, each: Run, cases: CaseColumns) -> dict[str, Any]:
    key = RunKey(
        provider=run.provider,
        repository=run.repository,
        sha="",
        run_id=run.run_id,
        attempt=run.attempt,
        row_id=row.id,
    )
    call = f"{run.pipeline}-{run.instance}" if run.instance else run.pipeline
    counts = count(cases)
    return {
        "execution": execution_id(key, call, each.shard_index, each.repetition),
        "position": position,
        "row_id": row.id,
        "unit": each.unit,
        "config": row.config,
        "arm": row.arm,
        "row_values": json.dumps(row.values, sort_keys=True),
        "ran": each.ran,
        "shard_index": each.shard_index,
        "shard_of": each.shard_of,
        "repetition": each.repetition,
        "outcome": each.outcome,
        "fault": each.fault,
        "error": each.reason,
        "fallback_reason": each.fallback_reason,
        "exit_code": (each.exit_code + 2**31) % 2**32 - 2**31,  # Windows counts its codes without a sign
        "started_at": moment(each.started_at),
        "duration_s": each.duration_s,
        "peak_memory_mb": each.peak_memory_mb,
        "folder": each.folder,
        "cases_total": counts.total,
        "cases_bad": counts.bad,
        "cases_skipped": counts.skipped,
        "cases_retried": counts.retried,
        **_hardware(each.hardware),
    }


def _part_twins(rows: list[dict[str, Any]]) -> None:
    """Gives later executions with one identity their own: duplicates are stored, as the faults they are."""
    seen: set[int] = set()
    for row in rows:
        while row["execution"] in seen:
            row["execution"] = case_id(f"{row['execution']} again")
        seen.add(row["execution"])


def _hardware(found: Hardware) -> dict[str, Any]:
    parts = (found.class_, found.vendor, found.architecture, found.backend, f"x{found.count}" if found.count else "")
    known = replace(found, count=0) != Hardware() or found.count
    return {
        "hardware": " ".join((*filter(None, parts), *(("simulated",) if found.simulated else ()))) if known else "",
        "hw_class": found.class_,
        "hw_vendor": found.vendor,
        "hw_architecture": found.architecture,
        "hw_backend": found.backend,
        "hw_count": found.count,
        "hw_memory_gb": found.memory_gb,
        "hw_precisions": ",".join(found.precisions),
        "hw_features": ",".join(found.features),
        "hw_driver": found.driver,
        "hw_simulated": found.simulated,
    }


def _cases(executions: pa.Table, columns: Sequence[CaseColumns]) -> pa.Table:
    """All cases of all executions, each with what it takes over from its execution."""
    sizes = [len(cases) for cases in columns]
    names = [name for cases in columns for name in cases.case]
    ids = {name: case_id(name) for name in set(names)}
    own: dict[str, list[Any]] = {
        "case": names,
        "case_id": [ids[name] for name in names],
        "outcome": [value for cases in columns for value in cases.outcome],
        "setup_s": [value for cases in columns for value in cases.setup_s],
        "call_s": [value for cases in columns for value in cases.call_s],
        "case_attempt": [value for cases in columns for value in cases.attempt],
        "message": [value for cases in columns for value in cases.message],
        "metrics": [value for cases in columns for value in cases.metrics],
        "position": [position for cases in columns for position in range(len(cases))],
    }
    arrays = [
        _array(own[name] if name in own else _spread(executions.column(name), sizes), ARROW[kind])
        for name, kind in CASE_COLUMNS.items()
    ]
    return pa.Table.from_arrays(arrays, schema=schema_of(CASE_COLUMNS))


def _spread(column: pa.ChunkedArray, sizes: Sequence[int]) -> list[Any]:
    """The value of each case's execution. Not by `take`, which imports pyarrow.compute: 0.2 s at every start."""
    return list(chain.from_iterable(map(repeat, column.to_pylist(), sizes)))


def _table(columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    arrays = [_array([row[name] for row in rows], ARROW[kind]) for name, kind in columns.items()]
    return pa.Table.from_arrays(arrays, schema=schema_of(columns))


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:  # half a surrogate pair, from a hostile name: no UTF-8 can hold it
        return pa.array([value.encode("utf-8", "backslashreplace").decode() for value in values], kind)


def _digest(found: Sequence[tuple[RowReport, Run]], columns: Sequence[CaseColumns]) -> str:
    """Changes with anything that was measured; not with when or how often the report was made."""
    digest = hashlib.blake2b(digest_size=16)
    for (row, run), cases in zip(found, columns, strict=True):
        head = (row.id, row.config, row.arm, sorted(row.values.items()), replace(run, cases=()))
        texts = ("\0".join(values) for values in (cases.case, cases.outcome, cases.message, cases.metrics))
        numbers = struct.pack(f"<{2 * len(cases)}d", *cases.setup_s, *cases.call_s)
        digest.update(repr((head, list(cases.attempt))).encode("utf-8", "surrogatepass"))
        digest.update("\0\0".join(texts).encode("utf-8", "surrogatepass"))
        digest.update(numbers)
    return digest.hexdigest()


def write_run(run: RunTables, path: Path) -> None:
    """Writes the run's file, in place: the caller gives it its final name once it is whole."""
    with writer(path, {"run": run.id.stem, "digest": run.digest}) as out:
        for table in flat({RUN: run.runs, EXECUTION: run.executions, CASE: run.cases, JOB: run.jobs}):
            out.write_table(table, row_group_size=ROW_GROUP)
