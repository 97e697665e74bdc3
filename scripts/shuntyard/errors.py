"""What can go wrong, as values: one exception for what a user can fix, one record for a fault in a file."""

from __future__ import annotations

from dataclasses import dataclass

EXIT_GOOD = 0
EXIT_PROBLEMS = 1
EXIT_USAGE = 2
EXIT_BUG = 3
EXIT_INTERRUPTED = 130


class ShuntyardError(Exception):
    """A fault that the person who reads it can mend: what is wrong, and what to do about it."""

    def __init__(self, message: str, *, hint: str = "", exit_code: int = EXIT_USAGE) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One fault in one file. `line` and `column` count from 1; 0 means that the whole file is meant."""

    file: str
    line: int = 0
    column: int = 0
    path: str = ""
    rule: str = ""
    message: str
    hint: str = ""

    def where(self) -> str:
        """`file:line:column`, as far as it is known."""
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])


class ProblemsFound(ShuntyardError):
    """Faults in files, all of them at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        count = len(self.problems)
        super().__init__(f"{count} problem{'s' if count != 1 else ''} found", exit_code=EXIT_PROBLEMS)
