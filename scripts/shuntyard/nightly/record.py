"""One run as a night shows it, from its rows, failing cases and jobs. Pure: a history gives them, and a report too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from shuntyard.nightly.night import BAD, RowCount, Sign

Outcome = Literal["passed", "failed", "error", "empty"]
_WORST: tuple[Outcome, ...] = ("error", "failed", "empty", "passed")
_FINE = frozenset({"success", "skipped"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFacts:
    """One row: `tests` are distinct cases, `bad` and `skipped` of them; `fault` is the report's."""

    row: str
    outcome: str
    experimental: bool = False
    error: str = ""
    fault: str = ""
    tests: int = 0
    bad: int = 0
    skipped: int = 0

    @property
    def not_run(self) -> bool:
        """Whether nothing was tested: hardware that is absent skips every case, and that is no pass."""
        return self.outcome == "empty" or (self.outcome == "passed" and 0 < self.tests == self.skipped)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """One case that ended bad."""

    row: str
    case: str
    outcome: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summed:
    """What a run came to. `note` says what its outcome leaves out, empty for nothing."""

    outcome: Outcome
    rows: RowCount
    tests: int
    tests_failed: int
    signs: tuple[Sign, ...]
    aside: tuple[Sign, ...]
    note: str = ""


def sum_up(
    rows: Sequence[RowFacts], cases: Iterable[CaseFacts], jobs: Sequence[tuple[str, str]], *, verdict: str = ""
) -> Summed:
    """The run's outcome by its stable rows. `jobs` are (name, result) of the workflow's other jobs; `verdict` is the
    report's, which counts where there is no row at all.

    A job that went wrong makes a run in which every stable row passed an error, as in the report, unless an
    experimental row is bad: then the job of that row is taken for the reason, and `note` says so.
    """
    stable = [row for row in rows if not row.experimental]
    apart = [row for row in rows if row.experimental]
    strange = {row.row for row in apart}
    found = [_case(case) for case in cases]
    signs = [each for each in found if each.row not in strange] + [
        _row(row) for row in stable if row.outcome == "error"
    ]
    broken = [(name, result) for name, result in jobs if result not in _FINE]
    outcome = _worst(["empty" if row.not_run else row.outcome for row in stable])
    if outcome == "empty" and any(row.outcome == "passed" and not row.not_run for row in stable):
        outcome = "passed"  # rows that could not run leave the colour to those that did
    note, excused = "", any(row.outcome in BAD for row in apart)
    if not stable and verdict in BAD and not excused:
        outcome = "failed" if verdict == "failed" else "error"
    if broken and outcome not in BAD:
        if excused:
            note = "A job ended badly; an experimental row did too, and is taken for the reason."
        else:
            outcome = "error"
    if broken and outcome == "error" and not signs:
        signs = [Sign(scope="job", name=name, outcome=result, text=result) for name, result in broken]
    return Summed(
        outcome=outcome,
        rows=RowCount(
            passed=sum(row.outcome == "passed" and not row.not_run for row in stable),
            failed=sum(row.outcome in BAD for row in stable),
            not_run=sum(row.not_run for row in stable),
            experimental=len(apart),
            experimental_bad=sum(row.outcome in BAD for row in apart),
        ),
        tests=sum(row.tests for row in stable),
        tests_failed=sum(row.bad for row in stable),
        signs=tuple(signs),
        aside=(
            *(each for each in found if each.row in strange),
            *(_row(row) for row in apart if row.outcome == "error"),
        ),
        note=note,
    )


def _case(case: CaseFacts) -> Sign:
    return Sign(scope="case", row=case.row, name=case.case, outcome=case.outcome, text=case.message)


def _row(row: RowFacts) -> Sign:
    if row.fault:
        return Sign(scope="fault", row=row.row, outcome="error", text=f"result {row.fault}: {row.error}")
    return Sign(scope="row", row=row.row, outcome="error", text=row.error)


def _worst(outcomes: Sequence[str]) -> Outcome:
    return next((outcome for outcome in _WORST if outcome in outcomes), "empty")
