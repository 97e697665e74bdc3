"""What a row left → result.json as every other tool here reads it, and bazel.json with what only Bazel has."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

from shuntyard.bazel.invoke import Ran
from shuntyard.bazel.job import Job
from shuntyard.bazel.logs import Kept, Wheel, keep_runs, keep_tests, list_wheels
from shuntyard.bazel.redact import Redactor
from shuntyard.bazel.tally import Tally, count
from shuntyard.bazel.verdict import Verdict
from shuntyard.hardware.registry import detect
from shuntyard.ingest.combine import combine
from shuntyard.ingest.facts import Facts
from shuntyard.ingest.record import make_record
from shuntyard.ingest.recordfile import write_record
from shuntyard.ingest.source import read_all
from shuntyard.ingest.told import Source
from shuntyard.result import Outcome, ShardResult

SIDECAR, SUMMARY = "bazel.json", "summary.md"
_FORCED: dict[str, Outcome] = {
    "infrastructure": "error",
    "interrupted": "error",
    "usage": "error",
    "out of time": "error",
    "no tests found": "empty",
}


class Told(NamedTuple):
    """One row, when all is over. `notes` are what a reader must know, such as that it ran here and not remotely."""

    record: ShardResult
    verdict: Verdict
    runs: tuple[Ran, ...]
    tally: Tally
    wheels: tuple[Wheel, ...]
    notes: tuple[str, ...]

    @property
    def where(self) -> str:
        """Where actions ran in the end: remote, local, or empty where none did."""
        return next((ran.where for ran in reversed(self.runs) if ran.where), "")


def tell(
    job: Job, runs: Sequence[Ran], verdict: Verdict, notes: Sequence[str], private: Path, redactor: Redactor
) -> Told:
    """Copies what tells of the runs into the row's folder, reads it, and writes the record and the side-car."""
    events = keep_runs(job.folder, runs, private, redactor)
    sources = list(read_all([events])[0]) if events else []
    attempts = (sources[0].told.attempts or {}) if sources else {}
    tests = [ran for ran in runs if ran.what == "test"]
    roots = [*(tests[-1].heard.testlogs if tests else ()), job.workspace / "bazel-testlogs"]
    kept = keep_tests(job.folder, list(dict.fromkeys(roots)), list(attempts), redactor) if attempts else Kept(())
    sources += read_all(kept.files)[0]
    left_out = [f"{kept.left_out:,} files of tests are left out: too large, too many or gone"] if kept.left_out else []
    told = Told(
        record=_record(job, runs, verdict, sources),
        verdict=verdict,
        runs=tuple(runs),
        tally=count(attempts),
        wheels=list_wheels(job.wheelhouse),
        notes=(*notes, *left_out),
    )
    write_record(job.results, told.record)
    sidecar = redactor.text(json.dumps(_sidecar(told), indent=1))
    (job.folder / SIDECAR).write_text(sidecar + "\n", encoding="utf-8", errors="replace")
    return told


def _record(job: Job, runs: Sequence[Ran], verdict: Verdict, sources: Sequence[Source]) -> ShardResult:
    """The record. What the verdict says counts where it says that nothing about the tests is known for sure."""
    finished = runs[-1].finished if runs else None
    duration = finished.duration_s if finished else 0.0
    started = datetime.now(timezone.utc) - timedelta(seconds=duration)
    facts = Facts(
        pipeline=job.pipeline or "bazel",
        key=job.key,
        config=job.row.suite.id,
        arm=job.row.arm,
        ran=job.row.arm or (runs[-1].where if runs else ""),
        shard_index=job.shard.index,
        shard_of=job.shard.of,
        exit_code=finished.exit_code if finished else 1,
        started_at=started.isoformat(timespec="seconds"),
        duration_s=duration,
        peak_memory_mb=max((ran.finished.peak_memory_mb for ran in runs), default=0.0),
        hardware=detect(),
    )
    record = make_record(facts, sources, combine(sources))
    error = "; ".join(
        filter(None, (verdict.why if verdict.kind not in ("passed", "tests failed") else "", record.error))
    )
    outcome = _FORCED.get(verdict.kind, record.outcome)
    if verdict.kind == "tests failed" and outcome == "passed":  # Bazel says so, and no file of it tells which
        outcome, error = "error", error or verdict.why
    if verdict.kind == "build failed" and outcome in ("passed", "empty"):
        outcome = "error"
    return replace(record, outcome=outcome, error=error)


def _sidecar(told: Told) -> dict[str, object]:
    return {
        "schema": 1,
        "verdict": told.verdict.kind,
        "why": told.verdict.why,
        "where": told.where,
        "notes": list(told.notes),
        "runs": [
            {
                "what": ran.what,
                "where": ran.where,
                "verdict": ran.verdict.kind,
                "why": ran.verdict.why,
                "exit_code": ran.finished.exit_code,
                "duration_s": round(ran.finished.duration_s, 3),
            }
            for ran in told.runs
        ],
        "results": {
            "remote": told.tally.remote,
            "local": told.tally.local,
            "remote cache": told.tally.remote_cache,
            "local cache": told.tally.local_cache,
        },
        "targets": {label: list(ways) for label, ways in told.tally.targets.items()},
        "flaky": list(told.tally.flaky),
        "wheels": [wheel._asdict() for wheel in told.wheels],
    }
