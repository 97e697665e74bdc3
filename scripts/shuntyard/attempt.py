"""One execution of a suite and everything it left, as facts; what went wrong outside of any case, from those facts."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from shuntyard.result import BAD_CASES, CaseResult

if TYPE_CHECKING:  # the readers of results load while the tests run
    from shuntyard.journal import Journal

_NO_TESTS = 5  # pytest's exit code, docs.pytest.org "Exit codes"
_IGNORED_PYTHONPATH = 'Error importing plugin "shuntyard_journal"'

Kind = Literal["pytest", "command", "shell"]


class Attempt(NamedTuple):
    """`kind` is what was run: pytest by the Python runner, the suite's own command, or the shell entry.

    `missing` names tests of the configuration that the repository does not have, `could_not_start` says why there was
    no process; both mean that nothing ran. `signal` is what ended the process, 0 for none. `cases` are all that are
    known, those that were running at the end as "crashed"; `problems` are results that could not be read.
    """

    kind: Kind
    missing: tuple[str, ...] = ()
    could_not_start: str = ""
    exit_code: int = 0
    signal: int = 0
    timed_out: bool = False
    interrupted: bool = False
    timeout_s: float = 0.0
    started_at: str = ""
    duration_s: float = 0.0
    peak_memory_mb: float = 0.0
    cases: tuple[CaseResult, ...] = ()
    journals: tuple[Journal, ...] = ()
    problems: tuple[str, ...] = ()
    log_tail: str = ""

    @property
    def has_bad_cases(self) -> bool:
        """Whether any test failed, could not be set up or collected, or was running when its process ended."""
        listed = (case.outcome for cases in (self.cases, *(each.cases for each in self.journals)) for case in cases)
        return any(outcome in BAD_CASES for outcome in listed) or any(each.running for each in self.journals)

    @property
    def judged_exit_code(self) -> int:
        """The exit code that says what happened: a script that drops pytest's "no test was collected" does not pass."""
        statuses = {each.exit_status for each in self.journals}
        return _NO_TESTS if self.exit_code == 0 and not self.cases and statuses == {_NO_TESTS} else self.exit_code


def error_of(attempt: Attempt) -> str:
    """What went wrong outside of any case, in words; empty when nothing did, or when a bad case says enough."""
    errors = list(dict.fromkeys(_errors(attempt)))
    if not errors and not attempt.has_bad_cases and attempt.exit_code not in (0, _NO_TESTS):
        errors = [f"ended with exit code {attempt.exit_code}"]
    return "; ".join(errors)


def _errors(attempt: Attempt) -> Iterator[str]:
    if attempt.missing:
        yield f"the repository does not have {', '.join(attempt.missing)}"
    if attempt.could_not_start:
        yield attempt.could_not_start
    yield from attempt.problems
    if attempt.interrupted:
        yield "interrupted"
    elif attempt.timed_out:
        yield f"timed out after {attempt.timeout_s:g} s"
    elif attempt.signal:
        yield f"ended by signal {attempt.signal} ({signal.strsignal(attempt.signal)})"
    if attempt.missing or attempt.could_not_start or attempt.timed_out or attempt.interrupted or attempt.signal:
        return
    for each in attempt.journals:
        yield from _session_errors(each, attempt.has_bad_cases)
    if not attempt.journals and _IGNORED_PYTHONPATH in attempt.log_tail:
        yield "pytest could not load the journal's plugin: was Python told to ignore PYTHONPATH (-I or -E)?"
    elif attempt.kind == "pytest" and attempt.exit_code == 0 and not attempt.journals and not attempt.cases:
        yield "pytest said nothing of what it ran"


def _session_errors(each: Journal, has_bad_cases: bool) -> Iterator[str]:
    """What a pytest session knows of itself, whatever the script around it made of its exit code."""
    if each.conftest_error:
        yield f"a conftest could not be loaded: {last_line(each.conftest_error)}"
    elif each.internal_error:
        yield f"internal error in pytest: {last_line(each.internal_error)}"
    elif each.exit_status is None:
        if not each.running:
            yield f"pytest stopped {'while it loaded conftest files' if each.loading else 'before it came to its end'}"
    elif each.exit_status not in (0, _NO_TESTS) and not has_bad_cases:
        yield f"pytest ended with exit code {each.exit_status}"


def last_line(text: str, limit: int = 200) -> str:
    """The last line that says anything: of a traceback, the exception."""
    lines = [line.removeprefix("INTERNALERROR>").strip() for line in text.splitlines()]
    return next((line[:limit] for line in reversed(lines) if line), "")
