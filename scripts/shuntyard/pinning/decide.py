"""Whether upstream's main branch was green for long enough. Pure: the runs and the moment are arguments.

Green for N days: every run of the rows in the window passed, there are at least so many of them, and between the
beginning of the window, the runs and now there is no gap of more than two cadences. A run that a re-run turned green
counts as its newest attempt, and a run that tested nothing did not pass. The history does not say what started a run:
one that was started by hand counts like a scheduled one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from shuntyard.errors import ShuntyardError
from shuntyard.human import count

_SLACK = timedelta(hours=2)  # scheduled runs are late under load, worst at the full hour


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamRun:
    """One run as its newest attempt left it. `began` is UTC without a zone; `outcome` is the worst of the rows that
    count, empty where the run has none of them; `row` is one that has it."""

    run_id: str
    began: datetime
    outcome: str
    row: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`days` long, every run passed, `least` of them, one due each `cadence_h` hours. Raises ShuntyardError."""

    days: float
    least: int
    cadence_h: float

    def __post_init__(self) -> None:
        if not (0 < self.days <= 366 and 0 < self.cadence_h <= 24 * 31):
            raise ShuntyardError(
                "the window is no window", hint="days up to 366, cadence-hours up to 744, both above 0"
            )
        if self.least < 1:
            raise ShuntyardError(f"least is {self.least}", hint="one run at least, or nothing would be proof enough")

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.days)

    @property
    def longest_gap(self) -> timedelta:
        return timedelta(hours=2 * self.cadence_h) + _SLACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Green:
    """`newest` is the newest green run, None where the time is not come; `why` says so in a sentence."""

    newest: UpstreamRun | None
    why: str
    runs: int = 0


def decide(runs: Sequence[UpstreamRun], rule: Rule, now: datetime) -> Green:
    """The judgement over the runs that began within the window before `now`."""
    begin = now - rule.window
    counted = sorted((run for run in runs if begin <= run.began <= now and run.outcome), key=lambda run: run.began)
    if not counted:
        return Green(newest=None, why=f"no run within {rule.days:g} days has these rows")
    bad = [run for run in counted if run.outcome != "passed"]
    if bad:
        worst = bad[-1]
        told = f"{len(bad)} of {count(len(counted), 'run')} did not pass; the newest is run {worst.run_id} of "
        return Green(
            newest=None, why=f"{told}{worst.began:%Y-%m-%d}: {worst.outcome} in {worst.row}", runs=len(counted)
        )
    if len(counted) < rule.least:
        why = f"{count(len(counted), 'run')} passed within {rule.days:g} days, and {rule.least} are needed"
        return Green(newest=None, why=why, runs=len(counted))
    moments = [begin, *(run.began for run in counted), now]
    gap, start = max((later - earlier, earlier) for earlier, later in pairwise(moments))
    if gap > rule.longest_gap:
        why = f"no run for {gap.total_seconds() / 3600:.0f} h from {start:%Y-%m-%d %H:%M} UTC on, and one is due each "
        return Green(newest=None, why=f"{why}{rule.cadence_h:g} h", runs=len(counted))
    why = f"all of {count(len(counted), 'run')} passed within {rule.days:g} days"
    return Green(newest=counted[-1], why=why, runs=len(counted))
