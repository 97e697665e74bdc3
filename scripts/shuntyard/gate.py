"""The one decision that branch protection asks for: may this run pass?

GitHub counts a job that was skipped as success, and skips what depends on a failed job; so the gate runs always and
judges every job by name. Source: docs.github.com, "Troubleshooting required status checks".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shuntyard.plan import Empty


@dataclass(frozen=True, slots=True, kw_only=True)
class JobVerdict:
    """One job: what it came to (empty when GitHub does not know it), what it had to be, and why that is not enough."""

    name: str
    result: str
    wanted: str
    objection: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateVerdict:
    """The gate passes when there is no objection; `nothing` is the one that concerns no single job."""

    jobs: tuple[JobVerdict, ...]
    nothing: str = ""

    @property
    def objections(self) -> tuple[str, ...]:
        """Every reason why the gate stays closed, in the order of the jobs."""
        reasons = tuple(f"{job.name}: {job.objection}" for job in self.jobs if job.objection)
        return (*reasons, self.nothing) if self.nothing else reasons

    @property
    def passed(self) -> bool:
        """Whether the gate opens."""
        return not self.objections


def decide(
    results: Mapping[str, str],
    *,
    requires: Sequence[str],
    may_skip: Sequence[str] = (),
    matrix_jobs: Sequence[str] = (),
    count: int | None = None,
    empty: Empty = "fail",
) -> GateVerdict:
    """Judges `results` (job → success, failure, cancelled or skipped), in this order for each job:

    1. `failure` and `cancelled` never pass, required or not.
    2. A matrix job that was `skipped` passes only when nothing was selected (`count` is 0) and `empty` is "pass".
    3. A job of `may_skip` may be `skipped`, whatever else it is named in; it must be there.
    4. Every required job and every matrix job must else be `success`; one that is absent is not.

    `count` None means that nobody knows how many units were selected; then nothing is excused. When nothing was
    selected and `empty` is "fail", the gate fails whatever the jobs say.
    """
    excused = count == 0 and empty == "pass"
    named = dict.fromkeys([*requires, *may_skip, *matrix_jobs, *results])
    jobs = tuple(
        _judge(
            name,
            results.get(name),
            must=name in requires or name in matrix_jobs or name in may_skip,
            may_skip=name in may_skip or (excused and name in matrix_jobs),
        )
        for name in named
    )
    nothing = "nothing was selected, and this pipeline counts that as a failure" if count == 0 and not excused else ""
    return GateVerdict(jobs=jobs, nothing=nothing)


def _judge(name: str, result: str | None, *, must: bool, may_skip: bool) -> JobVerdict:
    wanted = "success or skipped" if may_skip else "success" if must else "not failed"
    return JobVerdict(name=name, result=result or "", wanted=wanted, objection=_object(result, must, may_skip))


def _object(result: str | None, must: bool, may_skip: bool) -> str:
    if result is None:
        return "is not among the jobs that the gate needs"
    if result == "failure":
        return "failed"
    if result == "cancelled":
        return "was cancelled"
    if not must or result == "success" or (may_skip and result == "skipped"):
        return ""
    return "was skipped, but must succeed" if result == "skipped" else f"ended as {result!r}, but must succeed"
