"""What a scope means for a list of tests: how many are in, enabled, left, and for which reasons. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shuntyard.scope.judge import Judge, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A priority: how many of its tests there are and run, what share it was declared to be, and is (percent)."""

    name: str
    tests: int
    enabled: int
    declared: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """The whole list. `share` is what was asked for, `reached` the percentage of `in_scope` that is enabled: both count
    test files. `left` counts those that do not run by reason, the most frequent first."""

    share: float
    reached: float
    tests: int
    in_scope: int
    enabled: int
    unreviewed: int
    left: dict[str, int]
    groups: tuple[Group, ...]


def judge_all(judge: Judge, names: Iterable[str]) -> list[Verdict]:
    """One verdict for each name, by name; what differs only in its suffix is one test."""
    verdicts = {verdict.test: verdict for verdict in map(judge.verdict, names)}
    return [verdicts[test] for test in sorted(verdicts)]


def measure(judge: Judge, verdicts: Sequence[Verdict], share: float) -> Measure:
    """How far `share` percent of the scope reach among these tests."""
    inside = [verdict for verdict in verdicts if verdict.scope == "in"]
    enabled = [verdict for verdict in inside if verdict.enabled(share)]
    groups = []
    for priority in judge.scope.priorities:
        own = [verdict for verdict in inside if verdict.priority == priority.name]
        groups.append(
            Group(
                name=priority.name,
                tests=len(own),
                enabled=sum(verdict.enabled(share) for verdict in own),
                declared=priority.share,
                share=_percent(len(own), len(inside)),
            )
        )
    return Measure(
        share=share,
        reached=_percent(len(enabled), len(inside)),
        tests=len(verdicts),
        in_scope=len(inside),
        enabled=len(enabled),
        unreviewed=sum(verdict.is_unreviewed for verdict in verdicts),
        left=dict(Counter(why for verdict in verdicts if (why := verdict.why_not(share))).most_common()),
        groups=tuple(groups),
    )


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0
