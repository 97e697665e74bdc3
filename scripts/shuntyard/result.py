"""What happened: cases, shards, hardware. Pure data; `result.json` is a ShardResult on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

SCHEMA = 1

CaseOutcome = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed", "crashed"]
Outcome = Literal["passed", "failed", "error", "empty"]
BAD_CASES: frozenset[str] = frozenset({"failed", "error", "crashed"})
NOT_RUN = "not run: "  # how the message of a case begins that was to run and did not, for want of its hardware mostly


@dataclass(frozen=True, slots=True, kw_only=True)
class RunKey:
    """Joins a result to where it came from. `sha` is the commit that was tested."""

    provider: str
    repository: str
    sha: str
    run_id: str
    attempt: int
    row_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """The machine as it was found. Unknown is empty or 0, never guessed; `simulated` marks software devices."""

    class_: str = "cpu"
    vendor: str = ""
    architecture: str = ""
    backend: str = "cpu"
    count: int = 0
    memory_gb: float = 0.0
    precisions: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    driver: str = ""
    simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """One test case. `setup_s` is time in fixtures, `call_s` in the test itself, both in seconds.

    `outcome` "crashed" is a case that was running when its process died. `tolerated` says why a bad outcome fails
    nothing, such as a quarantine; it is shown all the same.
    """

    case: str
    outcome: CaseOutcome
    setup_s: float = 0.0
    call_s: float = 0.0
    attempt: int = 1
    message: str = ""
    tolerated: str = ""
    metrics: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardResult:
    """One execution of one shard of one row.

    `arm` is what was asked for; `ran` is what ran in the end ("shell" after a fallback). `fallback_reason` is empty
    unless the runner itself failed and the shell entry took over. `duration_s` is the wall time of the command that
    counts, without preparation; `peak_memory_mb` is of its whole process tree (MB = 10**6 bytes), 0 where the platform
    cannot tell. `error` says what went wrong outside any case. `repetition` counts from 1.
    """

    schema: int = SCHEMA
    pipeline: str
    key: RunKey
    config: str
    arm: str
    ran: str
    outcome: Outcome
    exit_code: int
    shard_index: int = 1
    shard_of: int = 1
    repetition: int = 1
    fallback_reason: str = ""
    error: str = ""
    hardware: Hardware = Hardware()
    started_at: str
    duration_s: float
    peak_memory_mb: float
    cases: tuple[CaseResult, ...] = ()


def judge(exit_code: int, cases: tuple[CaseResult, ...], error: str = "") -> Outcome:
    """The outcome of a run, from its exit code and its cases.

    A bad case that nothing tolerates fails the run even where the command said 0: a script that drops its test
    runner's exit code must not turn a failure green. A command that fails without a bad case is an error, never a
    pass. pytest's exit code 5 (no test was collected) is "empty": nothing was tested. So is a run none of whose cases
    found what it needs: a machine that lost its card must not stay green.
    """
    if any(case.outcome in BAD_CASES and not case.tolerated for case in cases):
        return "failed"
    if error:
        return "error"
    if (exit_code == 5 and not cases) or (exit_code in (0, 5) and absence(cases)):
        return "empty"
    return "passed" if exit_code == 0 else "error"


def absence(cases: tuple[CaseResult, ...]) -> str:
    """Why no case at all ran, as the first of them says; empty where one did, or was skipped for another reason. A case
    that is tolerated is missed by nobody."""
    absent = [case.message for case in cases if case.outcome == "skipped" and case.message.startswith(NOT_RUN)]
    if not cases or len(absent) < len(cases) or any(case.tolerated for case in cases):
        return ""
    return absent[0].partition("\n")[0]


def untested(outcome: Outcome, absent: str, shards: int) -> Outcome:
    """The outcome of a run whose cases are absent: one of several shards may be empty for want of test files, and not
    because its machine lacks something."""
    return "error" if outcome == "empty" and absent and shards > 1 else outcome
