"""Sets the arms of one configuration side by side: the same tests, the same outcomes, what it cost."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Sequence

from shuntyard.report import Difference, Pair, RowReport, Run
from shuntyard.rows import by_repetition, is_broken, outcomes_by_case, repetition_outcome

BASELINE = "shell"
ARM_AXIS = "arm"
ENOUGH = 10  # repetitions below which a ratio of times is no verdict


def pair_up(rows: Sequence[RowReport]) -> tuple[Pair, ...]:
    """Every other arm of a configuration beside its baseline: the arm `shell`, or else the first one."""
    pairs = []
    for group in group_arms(rows):
        baseline = next((row for row in group if row.arm == BASELINE), group[0])
        pairs += [_compare(baseline, row) for row in group if row.arm != baseline.arm]
    return tuple(pairs)


def group_arms(rows: Sequence[RowReport]) -> list[tuple[RowReport, ...]]:
    """Rows that differ in nothing but the arm, together; without a plan, those of one configuration in one artifact."""
    groups: dict[tuple[object, ...], list[RowReport]] = defaultdict(list)
    for row in rows:
        rest = tuple(sorted((axis, value) for axis, value in row.values.items() if axis != ARM_AXIS))
        groups[row.config, rest or row.unit].append(row)
    return [tuple(group) for group in groups.values()]


def _compare(baseline: RowReport, candidate: RowReport) -> Pair:
    usable = [_usable(row) for row in (baseline, candidate)]
    numbers = sorted(usable[0].keys() & usable[1].keys())
    left, right = ([run for number in numbers for run in side[number]] for side in usable)
    ratios = [_seconds(usable[1][n]) / _seconds(usable[0][n]) for n in numbers if _seconds(usable[0][n]) > 0]
    a, b = outcomes_by_case(left), outcomes_by_case(right)
    told = bool(a and b)
    return Pair(
        config=baseline.config,
        baseline=baseline.id,
        candidate=candidate.id,
        baseline_arm=baseline.arm,
        candidate_arm=candidate.arm,
        one_machine=baseline.unit == candidate.unit,
        same_tests=a.keys() == b.keys() if told else None,
        same_outcomes=all(set(a[case]) == set(b[case]) for case in a.keys() & b.keys()) if told else None,
        n=len(ratios),
        ratio=statistics.median(ratios) if ratios else None,
        note=_note(baseline, candidate, len(numbers), told),
        differences=_differences(a, b) if told else (),
    )


def _usable(row: RowReport) -> dict[int, list[Run]]:
    """The repetitions that can be compared: all shards there, each ran what was asked for and came to its end."""
    return {
        number: runs
        for number, runs in by_repetition(row.runs).items()
        if repetition_outcome(runs) in ("passed", "failed")
        and not any(is_broken(run) or run.fallback_reason for run in runs)
    }


def _seconds(runs: Sequence[Run]) -> float:
    return sum(run.duration_s for run in runs)


def _note(baseline: RowReport, candidate: RowReport, compared: int, told: bool) -> str:
    """Why less was compared than one would expect; empty when nothing is left to say."""
    fell_back = [row.arm for row in (baseline, candidate) if row.fallbacks]
    if not compared:
        why = f"{' and '.join(fell_back)} fell back" if fell_back else "no repetition ran to its end in both arms"
        return f"nothing was compared: {why}"
    if not told:
        return "the tests were not compared: an arm reported no cases"
    if fell_back:
        return f"repetitions in which {' or '.join(fell_back)} fell back were left out"
    return ""


def _differences(a: dict[str, tuple[str, ...]], b: dict[str, tuple[str, ...]]) -> tuple[Difference, ...]:
    """Cases in the order of the baseline, then those that only the candidate has."""
    return tuple(
        Difference(case=case, baseline=a.get(case, ()), candidate=b.get(case, ()))
        for case in dict.fromkeys([*a, *b])
        if set(a.get(case, ())) != set(b.get(case, ()))
    )
