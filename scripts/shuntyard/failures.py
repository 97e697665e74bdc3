"""What a reader wants to see of the cases: those that went bad, once each, and those that took longest."""

from __future__ import annotations

from dataclasses import dataclass, field

from shuntyard.report import Report
from shuntyard.result import BAD_CASES, CaseResult
from shuntyard.rows import final_cases


@dataclass(slots=True, kw_only=True)
class Failure:
    """One case that went bad with one message, wherever that happened: `rows` once each, `times` counts executions.

    `of` counts all executions of the case in those rows, so that 1 of 3 shows as what comes and goes.
    """

    case: str
    outcome: str
    message: str
    rows: list[str] = field(default_factory=list)
    times: int = 0
    of: int = 0


def failures(report: Report) -> list[Failure]:
    """Bad cases, in order of the rows; the same case with the same first line of its message is told once."""
    found: dict[tuple[str, str, str], Failure] = {}
    executions: dict[tuple[str, str], int] = {}
    for row in report.rows:
        for run in row.runs:
            for case in final_cases(run.cases):
                executions[row.id, case.case] = executions.get((row.id, case.case), 0) + 1
                if case.outcome in BAD_CASES:
                    _note(found, case, row.id)
    for failure in found.values():
        failure.of = sum(executions[row_id, failure.case] for row_id in failure.rows)
    return list(found.values())


def _note(found: dict[tuple[str, str, str], Failure], case: CaseResult, row_id: str) -> None:
    key = case.case, case.outcome, case.message.split("\n", 1)[0]
    failure = found.setdefault(key, Failure(case=case.case, outcome=case.outcome, message=case.message))
    failure.times += 1
    if row_id not in failure.rows:
        failure.rows.append(row_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """One case in one row: the longest that any of its executions took, set-up and call, in seconds."""

    case: str
    row: str
    seconds: float


def slowest(report: Report, limit: int) -> list[Slow]:
    """The `limit` slowest cases of all rows, slowest first."""
    longest: dict[tuple[str, str], float] = {}
    for row in report.rows:
        for run in row.runs:
            for case in run.cases:
                key = row.id, case.case
                longest[key] = max(longest.get(key, 0.0), case.setup_s + case.call_s)
    ranked = sorted(longest.items(), key=lambda item: (-item[1], item[0]))
    return [Slow(case=case, row=row, seconds=seconds) for (row, case), seconds in ranked[:limit] if seconds > 0]
