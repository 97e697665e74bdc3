"""Failures that are shown and do not block: quarantined cases, unstable rows, disabled cases on trial."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from shuntyard.cases import bound
from shuntyard.quarantine import Entry
from shuntyard.result import BAD_CASES, NOT_RUN, CaseResult
from shuntyard.text import line


class Tolerance(NamedTuple):
    """`everything` says why nothing blocks; empty when only the `cases` do not, each with its reason."""

    everything: str
    cases: Mapping[str, str]

    def why(self, case: str) -> str:
        """Why a failure of the case does not block; empty when it does."""
        return self.cases.get(case, "") or self.everything


def tolerance(entries: Sequence[Entry], config: str, unstable: str, *, rerun: bool) -> Tolerance:
    """What does not block in a configuration. `unstable` says why its row is, empty when it is not."""
    everything = f"unstable: {unstable}" if unstable else ""
    if rerun:
        everything = everything or "a disabled case on trial"
    held = {
        entry.case: f"quarantined until {entry.expires} by {entry.owner}: {entry.reason}"
        for entry in entries
        if entry.config == config
    }
    return Tolerance(everything=line(everything, 300), cases={case: line(why, 300) for case, why in held.items()})


def blocking(cases: Iterable[CaseResult], tolerated: Tolerance) -> list[CaseResult]:
    """The bad cases that nothing excuses."""
    return [case for case in cases if case.outcome in BAD_CASES and not tolerated.why(case.case)]


def marked(case: CaseResult, tolerated: Tolerance) -> CaseResult:
    """The case; where it is bad and does not block, it says why, and so does its message. Its outcome stays.

    One that did not run blocks nothing either, where nothing does.
    """
    if tolerated.everything and case.message.startswith(NOT_RUN):
        return replace(case, tolerated=tolerated.everything)
    why = tolerated.why(case.case) if case.outcome in BAD_CASES else ""
    if not why:
        return case
    return replace(case, tolerated=why, message=bound(f"does not block: {why}\n{case.message}"))
