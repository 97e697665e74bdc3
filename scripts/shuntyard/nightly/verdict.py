"""How one run of a pipeline went, from its report; and whether that has to be told. Pure but for reading the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shuntyard.nightly.classify import Judged, count_kinds, judge
from shuntyard.nightly.experimental import Experimental
from shuntyard.nightly.night import BAD, Role
from shuntyard.nightly.record import CaseFacts, RowFacts, Summed, sum_up
from shuntyard.nightly.rules import Kind
from shuntyard.report import Report, RowReport
from shuntyard.result import BAD_CASES
from shuntyard.store.casecolumns import CaseColumns
from shuntyard.store.intake import REPORT, Submission, read_report

When = Literal["failure", "change", "always"]
# "": nothing to tell. "went bad" and "recovered" need the run before; "failed" is bad with that unknown.
Event = Literal["", "failed", "went bad", "still bad", "recovered", "passed"]
_CASES = 300  # of one row that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class RunVerdict:
    """A run by its stable rows. `judged` and `aside` are what went wrong in stable and in experimental rows; `kinds`
    what it looks like, without infrastructure."""

    report: Report
    role: Role
    summed: Summed
    judged: tuple[Judged, ...]
    aside: tuple[Judged, ...]
    kinds: tuple[tuple[Kind, int], ...]

    @property
    def bad(self) -> bool:
        """Whether anybody should look: a run that tested nothing passed nothing."""
        return self.summed.outcome != "passed"


def read(path: Path, role: Role, test: Experimental) -> RunVerdict:
    """The run of a report.json or of the folder that it is in. Raises ShuntyardError for what is none."""
    return verdict(read_report(path / REPORT if path.is_dir() else path), role, test)


def verdict(submission: Submission, role: Role, test: Experimental) -> RunVerdict:
    """How the run went."""
    report = submission.report
    columns = iter(submission.cases)
    rows, cases = [], []
    for row in report.rows:
        bad = list(dict.fromkeys(each for _ in row.runs for each in _bad(row.id, next(columns))))
        strange = test(row.id, row.values)
        cases += bad[:_CASES]
        rows.append(_facts(row, strange, len({each.case for each in bad})))
    jobs = [(job.name, job.result) for job in report.jobs]
    summed = sum_up(rows, cases, jobs, verdict=report.verdict)
    judged = judge(summed.signs, role)
    return RunVerdict(
        report=report,
        role=role,
        summed=summed,
        judged=judged,
        aside=judge(summed.aside, role),
        kinds=count_kinds(judged),
    )


def decide(when: When, bad: bool, before: str | None) -> Event:
    """What has to be told. `before` is the outcome of the run before, None where it is not known."""
    was = None if before is None else before != "passed"
    event: Event
    if bad:
        event = "failed" if was is None else "still bad" if was else "went bad"
    else:
        event = "recovered" if was else "passed"
    match when:
        case "always":
            return event
        case "failure":
            return event if bad else ""
        case _:
            return event if event in ("failed", "went bad", "recovered") else ""


def _facts(row: RowReport, strange: bool, bad: int) -> RowFacts:
    faulty = next((run for run in row.runs if run.fault), None)
    failed = next((run for run in row.runs if run.outcome == "error"), None)
    return RowFacts(
        row=row.id,
        outcome=row.outcome,
        experimental=strange,
        error=faulty.reason if faulty else failed.reason if failed else "",
        fault=faulty.fault if faulty and row.outcome in BAD else "",
        tests=row.tests,
        bad=max(bad, row.failed),
        skipped=row.skipped,
    )


def _bad(row: str, columns: CaseColumns) -> Iterator[CaseFacts]:
    """The cases that ended bad by their last attempt."""
    last: dict[str, tuple[int, int]] = {}
    for index, (case, attempt) in enumerate(zip(columns.case, columns.attempt, strict=True)):
        last[case] = max(last.get(case, (0, 0)), (attempt, index))
    for case, (_, index) in last.items():
        if columns.outcome[index] in BAD_CASES:
            yield CaseFacts(row=row, case=case, outcome=columns.outcome[index], message=columns.message[index])


def by_row(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    """What went wrong, by the row it went wrong in; what belongs to no row is under the empty name."""
    found: dict[str, list[Judged]] = {}
    for each in judged:
        found.setdefault(each.sign.row, []).append(each)
    return found
