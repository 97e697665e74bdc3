"""Steps and checks as cases of a row, so that packages stand in reports and histories like tests do."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from shuntyard.cases import bound
from shuntyard.result import CaseOutcome, CaseResult
from shuntyard.wheels.faults import StepFailedError, os_failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found: the tool that says so, its rule, the file, and what it says."""

    check: str
    file: str
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.check} {self.rule}: {self.message}"


@dataclass(slots=True)
class Ledger:
    """Takes down what happened. A step that failed does not stop the others; what depends on it is not reached."""

    work: Path
    cases: list[CaseResult] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @contextlib.contextmanager
    def step(self, case: str) -> Iterator[None]:
        """A block as a case: passed, or failed with the message of the StepFailedError or OSError that ends it."""
        start = time.monotonic()
        try:
            yield
        except StepFailedError as error:
            self._add(case, error.outcome, start, error.message)
        except OSError as error:
            failure = os_failure(case, error, self.work)
            self._add(case, failure.outcome, start, failure.message)
        else:
            self._add(case, "passed", start)

    @contextlib.contextmanager
    def check(self, case: str) -> Iterator[list[Finding]]:
        """As step; the findings that the block appends make the case a failed one."""
        found: list[Finding] = []
        start, before = time.monotonic(), len(self.cases)
        with self.step(case):
            yield found
        if found and self.cases[before].outcome == "passed":
            del self.cases[before:]
            self._add(case, "failed", start, "\n".join(map(str, found)))
        self.findings.extend(found)

    def skipped(self, case: str, why: str) -> None:
        """Something that was not run, and why."""
        self.cases.append(CaseResult(case=case, outcome="skipped", message=why))

    def _add(self, case: str, outcome: CaseOutcome, start: float, message: str = "") -> None:
        self.cases.append(
            CaseResult(case=case, outcome=outcome, call_s=time.monotonic() - start, message=bound(message))
        )

    @property
    def good(self) -> bool:
        """Whether nothing failed so far."""
        return all(case.outcome in ("passed", "skipped") for case in self.cases)
