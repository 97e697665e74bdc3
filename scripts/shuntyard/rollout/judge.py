"""One criterion against the figures: met, not met, or not known, with why and how many more runs settle it. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from shuntyard.conditions import Condition
from shuntyard.human import count
from shuntyard.rollout.criteria import Judged, Subject, Test, Within, holds_at
from shuntyard.rollout.phases import Criterion
from shuntyard.rollout.settle import runs_to_be_sure
from shuntyard.stats.ab import GroupResult, worst
from shuntyard.stats.compare import Comparison
from shuntyard.stats.equivalence import Verdict
from shuntyard.stats.kpi import Kpi, Met

Unit = Literal["share", "ratio", "verdict", ""]
_DIFFERENCES = 3  # that a note names


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the history says of one subject over one window. `runs` counts the executions of the new runner; `time` and
    `memory` are None where no A/B was asked for; `verdict` is the worst of everything in it."""

    since: datetime
    runs: int
    kpis: Mapping[str, Kpi] = field(default_factory=dict)
    groups: Sequence[GroupResult] = ()
    time: Comparison | None = None
    memory: Comparison | None = None
    verdict: Verdict = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One criterion, measured. `value` is a share, a ratio to the baseline, or a verdict; `low` to `high` its interval.

    `n` counts what it rests on, in units of `of`, and must reach `least` runs. `since` is where the window really
    begins (ISO 8601, UTC). `more` is about how many more runs would settle what is not known.
    """

    criterion: str
    condition: str
    met: Met
    value: float | str | None
    unit: Unit
    low: float | None = None
    high: float | None = None
    n: int
    of: str
    least: int
    days: int
    since: str
    more: int | None = None
    note: str = ""


def judge(criterion: Criterion, test: Test, figures: Figures) -> Finding:
    """The finding; `test` is what `criteria.parse` made of the criterion's condition."""
    if isinstance(test, Within):
        found = _within(test, criterion, figures)
    elif isinstance(test, Judged):
        found = _judged(test, criterion, figures)
    elif test.quantity in ("execution_time", "memory_usage"):
        found = _level(test, criterion, figures)
    else:
        found = _rate(test, criterion, figures)
    if found.met == "unknown" and found.more is None and found.n < criterion.least and found.of != "cases":
        return replace(found, more=criterion.least - found.n)
    return found


def all_met(findings: Sequence[Finding]) -> Met:
    """No as soon as one is not met; yes only when all are."""
    met = {finding.met for finding in findings}
    return "no" if "no" in met else "unknown" if "unknown" in met or not met else "yes"


def _finding(criterion: Criterion, figures: Figures, **fields: object) -> Finding:
    bare = Finding(
        criterion=criterion.name, condition=criterion.condition, met="unknown", value=None, unit="", n=0, of="runs",
        least=criterion.least, days=criterion.days, since=figures.since.isoformat(timespec="seconds") + "Z",
    )  # fmt: skip
    return replace(bare, **fields)  # type: ignore[arg-type]


def _rate(test: Condition, criterion: Criterion, figures: Figures) -> Finding:
    kpi = figures.kpis.get(test.quantity)
    if kpi is None or kpi.value is None:
        why = kpi.note if kpi and kpi.note else "no runs"
        return _finding(criterion, figures, unit="share", of="runs", n=figures.runs, note=f"{why} in the window")
    told = _finding(
        criterion, figures, value=kpi.value, unit="share", low=kpi.low, high=kpi.high, n=kpi.n, of=kpi.of, note=kpi.note
    )
    keeps = holds_at(test, kpi.value)
    missing = criterion.least - figures.runs
    if missing > 0:
        if not keeps and _hopeless(test, kpi, missing / max(figures.runs, 1)):
            return replace(told, met="no", note="no number of good runs up to the least would mend it")
        return replace(told, more=missing, note=_too_few(figures.runs, criterion.least))
    if not keeps or not criterion.sure or kpi.low is None or kpi.high is None:
        return replace(told, met="yes" if keeps else "no")
    if holds_at(test, kpi.low) and holds_at(test, kpi.high):
        return replace(told, met="yes")
    more = runs_to_be_sure(kpi, lambda value: holds_at(test, value), figures.runs)
    why = "the value keeps it, its interval does not yet"
    return replace(told, more=more, note=why if more else f"{why}, and no sensible number of runs would")


def _hopeless(test: Condition, kpi: Kpi, growth: float) -> bool:
    """Whether a share misses even if everything that is still to come were good, or bad."""
    if kpi.value is None or kpi.low is None:
        return False
    lowest = kpi.value / (1 + growth)
    return not holds_at(test, lowest) and not holds_at(test, lowest + growth / (1 + growth))


def _level(test: Condition, criterion: Criterion, figures: Figures) -> Finding:
    comparison = figures.time if test.quantity == "execution_time" else figures.memory
    told = _compared(criterion, figures, comparison)
    if comparison is None or comparison.level_a is None or comparison.level_b is None:
        return told
    holds = test.holds({test.quantity: comparison.level_b}, {test.quantity: comparison.level_a})
    if holds is None or told.n < criterion.least:
        return replace(told, note=_too_few(told.n, criterion.least))
    return replace(told, met="yes" if holds else "no", note="")


def _within(test: Within, criterion: Criterion, figures: Figures) -> Finding:
    comparison = figures.time if test.quantity == "execution_time" else figures.memory
    told = _compared(criterion, figures, comparison)
    if comparison is None or comparison.effect is None:
        return told
    if comparison.verdict == "regressed":
        return replace(told, met="no", note=f"{_percent(comparison.effect)} than the baseline")
    if told.n < criterion.least:
        return replace(told, more=criterion.least - told.n, note=_too_few(told.n, criterion.least))
    if comparison.verdict == "inconclusive":
        return replace(told, more=comparison.more, note=comparison.note or "not shown either way yet")
    better = f"{_percent(comparison.effect)} than the baseline" if comparison.verdict == "improved" else ""
    return replace(told, met="yes", note=better)


def _compared(criterion: Criterion, figures: Figures, comparison: Comparison | None) -> Finding:
    if comparison is None:
        return _finding(criterion, figures, unit="ratio", of="pairs", note="the two arms did not both run")
    return _finding(
        criterion, figures, value=comparison.effect, unit="ratio", low=comparison.ci_low, high=comparison.ci_high,
        n=min(comparison.n_a, comparison.n_b), of="pairs" if comparison.method == "paired" else "runs an arm",
        note=comparison.note,
    )  # fmt: skip


def _judged(test: Judged, criterion: Criterion, figures: Figures) -> Finding:
    n = min((min(group.runs.values()) for group in figures.groups), default=0)
    if not figures.groups:
        return _finding(criterion, figures, unit="verdict", of="runs an arm", note="the two arms did not both run")
    verdict = _verdict(test.subject, figures)
    told = _finding(criterion, figures, value=verdict, unit="verdict", n=n, of="runs an arm")
    why = _why(test.subject, figures, verdict)
    if verdict not in test.wanted and verdict != "inconclusive":
        return replace(told, met="no", note=why)
    if n < criterion.least:
        return replace(told, more=criterion.least - n, note=_too_few(n, criterion.least))
    if verdict not in test.wanted:
        open_ones = (each for group in figures.groups for each in (group.time, group.memory))
        more = max((each.more or 0 for each in open_ones), default=0) if test.subject != "tests" else 0
        return replace(told, more=more or None, note=why)
    return replace(told, met="yes", note=why if verdict != "equivalent" else "")


def _verdict(subject: Subject, figures: Figures) -> Verdict:
    if subject == "verdict":
        return figures.verdict
    if subject == "tests":
        return worst(group.tests.verdict for group in figures.groups)
    comparison = figures.time if subject == "execution_time" else figures.memory
    return comparison.verdict if comparison else "inconclusive"


def _why(subject: Subject, figures: Figures, verdict: Verdict) -> str:
    """The cases or the comparisons that a verdict rests on."""
    if subject in ("tests", "verdict"):
        found = [each for group in figures.groups for each in group.tests.differences]
        if found:
            named = ", ".join(f"{each.case} ({each.kind})" for each in found[:_DIFFERENCES])
            more = f" and {len(found) - _DIFFERENCES} more" if len(found) > _DIFFERENCES else ""
            return f"{count(len(found), 'case')} {'differs' if len(found) == 1 else 'differ'}: {named}{more}"
        if subject == "tests":
            return "" if verdict == "equivalent" else "no case was reported"
    compared = [each for each in (figures.time, figures.memory) if each and each.verdict == verdict]
    return "; ".join(f"{each.metric}: {each.note or each.verdict}" for each in compared)


def _too_few(n: int, least: int) -> str:
    return f"{n} of at least {least}"


def _percent(effect: float) -> str:
    share = 100 * abs(effect - 1)
    return f"{share:.0f} % {'more' if effect > 1 else 'less'}" if math.isfinite(share) else "incomparably more"
