"""What is to be appended: a report.json, or a folder of results that becomes one. Standard library only."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from shuntyard import wire
from shuntyard.analysis import Occasion, analyse
from shuntyard.collect import collect
from shuntyard.errors import ShuntyardError
from shuntyard.evidence import Evidence
from shuntyard.report import SCHEMA, Report, RunOrigin
from shuntyard.store.casecolumns import CaseColumns, from_json, from_records

REPORT = "report.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One run. `cases` has an entry for each run of each row of the report, in order; the report itself holds none."""

    report: Report
    cases: tuple[CaseColumns, ...]


def read(path: Path, now: str) -> list[Submission]:
    """The runs at a path: a report.json, a folder with one in it or one level below, or a folder of results.

    `now` is an ISO 8601 time for what does not say itself when it was made. Raises ShuntyardError for what cannot be
    read, so that nothing of it is appended: half a run would look like a whole one ever after.
    """
    if not path.is_dir():
        return [read_report(path)]
    reports = [path / REPORT] if (path / REPORT).is_file() else sorted(path.glob(f"*/{REPORT}"))
    if reports:
        return [read_report(report) for report in reports]
    found = from_evidence(collect(path), now)
    if not found:
        raise ShuntyardError(f"there is neither a {REPORT} nor a result in {path}", hint="name the folder of a run")
    return found


def read_report(path: Path) -> Submission:
    """A report.json. Raises ShuntyardError that says what is wrong with it."""
    try:
        return parse_report(path.read_bytes())
    except OSError as error:
        raise ShuntyardError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ShuntyardError(f"{path} is no report: {error}", hint="analyse-results writes report.json") from error


def parse_report(data: bytes) -> Submission:
    """A report from its bytes. Raises ValueError (wire.WireError for another shape)."""
    record = json.loads(data.decode("utf-8"), parse_constant=_refuse)
    schema = record.get("schema", SCHEMA) if isinstance(record, dict) else SCHEMA
    if schema != SCHEMA:
        raise ValueError(f"it has schema {str(schema)[:20]}; this version of Shuntyard reads schema {SCHEMA}")
    cases = tuple(from_json(items, path) for path, items in _take_cases(record))
    return Submission(report=wire.decode(Report, record), cases=cases)


def _take_cases(record: Any) -> Iterable[tuple[str, Any]]:
    """Removes the cases from the record and gives each list with its path; a wrong shape is left for the decoder."""
    rows = record.get("rows") if isinstance(record, dict) else None
    for i, row in enumerate(rows if isinstance(rows, list) else ()):
        runs = row.get("runs") if isinstance(row, dict) else None
        for j, run in enumerate(runs if isinstance(runs, list) else ()):
            if isinstance(run, dict):
                yield f"$.rows[{i}].runs[{j}].cases", run.pop("cases", [])


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"the number {name}")


def from_report(report: Report) -> Submission:
    """A report that is still in memory."""
    runs = [run for row in report.rows for run in row.runs]
    bare = tuple(replace(row, runs=tuple(replace(run, cases=()) for run in row.runs)) for row in report.rows)
    return Submission(report=replace(report, rows=bare), cases=tuple(from_records(run.cases) for run in runs))


def from_evidence(evidence: Sequence[Evidence], now: str) -> list[Submission]:
    """A report for each run that the results come from: one call of a pipeline in one run of the CI system."""
    groups: dict[tuple[str, str, str, str], list[Evidence]] = defaultdict(list)
    homes: dict[str, tuple[str, str, str, str]] = {}
    for item in evidence:
        if item.result:
            key = item.result.key
            home = (_call(item.artifact), key.provider, key.repository, key.run_id)
            homes.setdefault(home[0], home)
            groups[home].append(item)
    for item in evidence:
        if not item.result:  # it belongs to the call that its artifact is named after
            call = _call(item.artifact)
            groups[homes.get(call, (call, "", "", ""))].append(item)
    return [from_report(_analyse(call, items, now)) for (call, *_), items in groups.items()]


def _call(artifact: str) -> str:
    """The pipeline and its instance, as evidence.artifact_name joins them; empty outside an artifact."""
    call, dashes, _ = artifact.partition("--")
    return call if dashes else ""


def _analyse(call: str, evidence: Sequence[Evidence], now: str) -> Report:
    results = [item.result for item in evidence if item.result]
    pipeline = results[0].pipeline if results else call
    instance = call[len(pipeline) + 1 :] if call.startswith(f"{pipeline}-") else ""
    origin = RunOrigin(attempt=max((result.key.attempt for result in results), default=1))
    return analyse(None, evidence, Occasion(pipeline=pipeline, instance=instance, origin=origin, generated_at=now))
