"""Do both arms run the same tests with the same outcomes? Lists every case that differs, and says what it means."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shuntyard.result import BAD_CASES
from shuntyard.stats import holm
from shuntyard.stats.equivalence import Verdict

Kind = Literal["missing", "broken", "less reliable", "unsteady", "changed", "added", "mended"]
WORSE: frozenset[str] = frozenset({"missing", "broken", "less reliable"})
BETTER: frozenset[str] = frozenset({"added", "mended"})

Outcomes = Mapping[str, int]  # how often a case ended how, over the runs of one arm


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDifference:
    """One case on which the arms do not agree: how often it ended how in each, empty where the arm does not have it.

    `kind`: "missing" (the candidate never ran it, or always skips it), "broken" (always bad, where the baseline never
    is), "less reliable" (bad significantly more often), "unsteady" (bad sometimes: no arm can be blamed), "mended",
    "added", or "changed" (such as xfailed instead of passed). `p` is the p-value of "bad more often" (Fisher 1922).
    """

    case: str
    kind: Kind
    baseline: Outcomes
    candidate: Outcomes
    p: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """`tests_a` and `tests_b` count the cases that each arm ran; `same_*` are None where an arm reported no case."""

    tests_a: int
    tests_b: int
    same_tests: bool | None
    same_outcomes: bool | None
    verdict: Verdict
    differences: tuple[CaseDifference, ...] = ()


def agree(baseline: Mapping[str, Outcomes], candidate: Mapping[str, Outcomes], alpha: float = 0.05) -> Agreement:
    """The agreement of two arms from the outcomes of each case over their runs.

    Regressed when a test was lost, always fails, or fails significantly more often (Fisher's exact test, corrected
    after Holm over all cases of both arms); improved when all differences are for the better; inconclusive when nothing
    was reported or what differs is unsteady; equivalent when nothing differs.
    """
    ran_a, ran_b = _ran(baseline), _ran(candidate)
    if not baseline or not candidate:
        return Agreement(
            tests_a=len(ran_a), tests_b=len(ran_b), same_tests=None, same_outcomes=None, verdict="inconclusive"
        )
    both = sorted(baseline.keys() & candidate.keys())
    p_values = dict(zip(both, (_p_worse(baseline[case], candidate[case]) for case in both), strict=True))
    corrected = dict(zip(both, holm.adjust(list(p_values.values())), strict=True))
    differences = tuple(
        CaseDifference(
            case=case,
            kind=_kind(case in ran_a, case in ran_b, a, b, corrected.get(case, 1.0) <= alpha),
            baseline=a,
            candidate=b,
            p=p_values.get(case, 1.0),
        )
        for case in sorted(baseline.keys() | candidate.keys())
        if (a := baseline.get(case, {})).keys() != (b := candidate.get(case, {})).keys() or corrected[case] <= alpha
    )
    return Agreement(
        tests_a=len(ran_a),
        tests_b=len(ran_b),
        same_tests=ran_a == ran_b,
        same_outcomes=not differences,
        verdict=_verdict({each.kind for each in differences}),
        differences=differences,
    )


def _ran(arm: Mapping[str, Outcomes]) -> set[str]:
    return {case for case, outcomes in arm.items() if outcomes.keys() - {"skipped"}}


def _bad(outcomes: Outcomes) -> int:
    return sum(number for outcome, number in outcomes.items() if outcome in BAD_CASES)


def _kind(ran_a: bool, ran_b: bool, a: Outcomes, b: Outcomes, proven: bool) -> Kind:
    if ran_a != ran_b:
        return "missing" if ran_a else "added"
    bad_a, bad_b = _bad(a), _bad(b)
    if not bad_a and not bad_b:
        return "changed"
    if not bad_a and bad_b == sum(b.values()):
        return "broken"
    if not bad_b and bad_a == sum(a.values()):
        return "mended"
    return "less reliable" if proven else "unsteady"


def _p_worse(a: Outcomes, b: Outcomes) -> float:
    """The chance of so many bad runs in the candidate, or more, if they fell on both arms alike (hypergeometric)."""
    bad_a, bad_b = _bad(a), _bad(b)
    if not bad_b:
        return 1.0
    n_a, n_b = sum(a.values()), sum(b.values())
    ways = math.comb(n_a + n_b, bad_a + bad_b)
    tail = range(bad_b, min(n_b, bad_a + bad_b) + 1)
    return sum(math.comb(n_b, k) * math.comb(n_a, bad_a + bad_b - k) for k in tail) / ways


def _verdict(kinds: set[Kind]) -> Verdict:
    if kinds & WORSE:
        return "regressed"
    if not kinds:
        return "equivalent"
    return "improved" if kinds <= BETTER else "inconclusive"
