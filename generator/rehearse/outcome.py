"""What a rehearsal came to: pure data, and the JSON that `--json` writes (schema 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SCHEMA = 1

Verdict = Literal["passed", "failed", "error", "skipped", "not exercised"]
Overall = Literal["passed", "failed", "not exercised"]
BAD: frozenset[Verdict] = frozenset({"failed", "error"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RowVerdict:
    """One row of one call. `call` is the caller's job; `seconds` is the median time of a repetition, 0 when unknown.

    The failure of an `experimental` row blocks nothing.
    """

    call: str
    row: str
    unit: str
    config: str
    arm: str
    verdict: Verdict
    reason: str = ""
    tests: int = 0
    failed: int = 0
    seconds: float = 0.0
    experimental: bool = False

    @property
    def blocks(self) -> bool:
        """Whether its verdict is one that must not be."""
        return self.verdict in BAD and not self.experimental


@dataclass(frozen=True, slots=True, kw_only=True)
class JobVerdict:
    """One job: the caller's own (`call` is empty), or a called workflow's. `log` is the end of a failed job's log.
    `unasked`: skipped, because the call leaves out the input that it is there for."""

    call: str
    job: str
    verdict: Verdict
    reason: str = ""
    seconds: float = 0.0
    log: tuple[str, ...] = ()
    unasked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Omission:
    """Something that the workflow asks for and this rehearsal does not show. `where` is file:line, if anywhere."""

    feature: str
    why: str
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """The whole of it. `reports` are files below `output`; `notes` is what a reader should know besides."""

    schema: int = SCHEMA
    pipeline: str
    repository: str
    workflow: str
    event: str
    sha: str
    changes: int
    verdict: Overall
    headline: str
    seconds: float
    rows: tuple[RowVerdict, ...]
    jobs: tuple[JobVerdict, ...]
    omissions: tuple[Omission, ...]
    notes: tuple[str, ...] = ()
    output: str = ""
    reports: tuple[str, ...] = ()
    act: str = ""
    started_at: str = ""
