"""What a run came to: `report.json` is a Report on the wire (`wire.encode`). Pure data.

    Report                       schema, pipeline, instance, run, verdict, headline, generated_at
      .totals                    counts over everything
      .rows[]                    one per matrix row, in the plan's order, with its outcome
        .runs[]                  one per execution: a repetition of a shard of the row; also the ones that are missing
          .cases[]               result.CaseResult, as the runner wrote it
      .pairs[]                   two arms of one configuration, side by side
        .differences[]           the cases that do not agree between the arms
      .jobs[]                    what the other jobs of the workflow said
      .notes[]                   what a reader should know besides

Outcomes, worst first: "error" (a result is missing or unreadable, or a command failed without a failed case), "failed"
(a case failed), "empty" (nothing was tested), "passed". The verdict is the worst outcome of any row that is
not experimental.
Times are in seconds, memory in MB = 10**6 bytes; 0 means unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from shuntyard.plan import EXPERIMENTAL
from shuntyard.result import CaseResult, Hardware, Outcome

SCHEMA = 1
WORST_FIRST: tuple[Outcome, ...] = ("error", "failed", "empty", "passed")

Fault = Literal["", "missing", "unreadable", "duplicate", "contradictory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrigin:
    """Where the results came from. `sha` is the commit that was tested; `url` shows the run, empty outside CI."""

    provider: str = ""
    repository: str = ""
    sha: str = ""
    run_id: str = ""
    attempt: int = 1
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution, found or not. `fault` is empty when `result.json` was there and made sense; else `reason` says
    what is wrong with it. `folder` is where it was or should have been, below the folder of results."""

    unit: str
    folder: str
    repetition: int
    shard_index: int = 1
    shard_of: int = 1
    fault: Fault = ""
    outcome: Outcome
    reason: str = ""
    ran: str = ""
    fallback_reason: str = ""
    exit_code: int = 0
    started_at: str = ""
    duration_s: float = 0.0
    peak_memory_mb: float = 0.0
    hardware: Hardware = field(default_factory=Hardware)
    cases: tuple[CaseResult, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReport:
    """One row. `ran` is what really ran, every kind once. `tests` counts distinct cases over all repetitions, `failed`
    those that went bad in any of them, `skipped` those that never ran. `durations_s` has one wall time for each
    complete repetition (the sum over its shards), `duration_s` is their median; `peak_memory_mb` is the highest.
    `stage` is plan.EXPERIMENTAL for a row that decides nothing."""

    id: str
    unit: str
    config: str
    arm: str
    stage: str = ""
    values: dict[str, str] = field(default_factory=dict)
    ran: tuple[str, ...] = ()
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    tests: int = 0
    failed: int = 0
    skipped: int = 0
    duration_s: float = 0.0
    durations_s: tuple[float, ...] = ()
    peak_memory_mb: float = 0.0
    fallbacks: int = 0
    fallback_reasons: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()

    @property
    def title(self) -> str:
        """What a table calls the row: its configuration where arms stand beside each other, else its id."""
        name = self.config if self.arm else self.id
        return f"{name} ({self.stage})" if self.stage else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One case that the arms do not agree on: its outcome in each repetition, empty where the arm does not have it."""

    case: str
    baseline: tuple[str, ...]
    candidate: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two arms of one configuration; `baseline` and `candidate` are row ids.

    Only repetitions in which both arms ran what was asked of them count: after a fallback, the shell would be compared
    with itself. `same_tests` and `same_outcomes` are null when that cannot be told. `ratio` is the median over `n`
    repetitions of candidate time / baseline time, null when `n` is 0. `one_machine` says that both ran in the same job.
    """

    config: str
    baseline: str
    candidate: str
    baseline_arm: str
    candidate_arm: str
    one_machine: bool
    same_tests: bool | None = None
    same_outcomes: bool | None = None
    n: int = 0
    ratio: float | None = None
    note: str = ""
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What another job of the same workflow came to: success, failure, cancelled or skipped."""

    name: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Counts over all rows. `wall_s` runs from the first start to the last end, `machine_s` adds every execution up."""

    rows: int = 0
    runs: int = 0
    tests: int = 0
    failed: int = 0
    skipped: int = 0
    fallbacks: int = 0
    faults: int = 0
    wall_s: float = 0.0
    machine_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole of it. `headline` says the verdict in one sentence."""

    schema: int = SCHEMA
    pipeline: str
    instance: str = ""
    run: RunOrigin = field(default_factory=RunOrigin)
    verdict: Outcome
    headline: str
    generated_at: str = ""
    totals: Totals = field(default_factory=Totals)
    rows: tuple[RowReport, ...] = ()
    pairs: tuple[Pair, ...] = ()
    jobs: tuple[Job, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def lacks_results(self) -> bool:
        """Whether a result is missing or unusable of a row that is not experimental."""
        return any(run.fault for row in self.rows if row.stage != EXPERIMENTAL for run in row.runs)
