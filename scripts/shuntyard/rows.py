"""Sums up the runs of one row: its outcome, its tests, its times."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from shuntyard.report import WORST_FIRST, RowReport, Run
from shuntyard.result import BAD_CASES, CaseResult, Outcome


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The worst of the outcomes; "empty" when there are none."""
    present = set(outcomes)
    return next((outcome for outcome in WORST_FIRST if outcome in present), "empty")


def final_cases(cases: Iterable[CaseResult]) -> tuple[CaseResult, ...]:
    """Each case once, with its last attempt."""
    last: dict[str, CaseResult] = {}
    for case in cases:
        if case.case not in last or case.attempt >= last[case.case].attempt:
            last[case.case] = case
    return tuple(last.values())


def outcomes_by_case(runs: Iterable[Run]) -> dict[str, tuple[str, ...]]:
    """The outcomes of each case over the runs, in the runs' order."""
    outcomes: dict[str, tuple[str, ...]] = {}
    for run in runs:
        for case in final_cases(run.cases):
            outcomes[case.case] = (*outcomes.get(case.case, ()), case.outcome)
    return outcomes


def by_repetition(runs: Iterable[Run]) -> dict[int, list[Run]]:
    """The runs of each repetition, one for each shard."""
    groups: dict[int, list[Run]] = defaultdict(list)
    for run in sorted(runs, key=lambda run: (run.repetition, run.shard_index)):
        groups[run.repetition].append(run)
    return dict(groups)


def repetition_outcome(group: Iterable[Run]) -> Outcome:
    """The outcome of one repetition. A shard may be empty where a row has more shards than test files; not all may."""
    outcomes = [run.outcome for run in group]
    return worst([outcome for outcome in outcomes if outcome != "empty"] or outcomes)


def is_broken(run: Run) -> bool:
    """Whether more than a case went wrong: no result, a command that failed, or one that did not come to its end."""
    return run.outcome == "error" or bool(run.reason)


def sum_up(bare: RowReport, runs: Sequence[Run]) -> RowReport:
    """The report of one row from all its runs, found or missing; `bare` says which row it is and no more."""
    runs = tuple(sorted(runs, key=lambda run: (run.repetition, run.shard_index, run.folder)))
    outcomes = outcomes_by_case(runs)
    durations = tuple(
        sum(run.duration_s for run in group)
        for group in by_repetition(runs).values()
        if not any(run.fault for run in group)
    )
    return replace(
        bare,
        ran=_distinct(run.ran for run in runs),
        outcome=worst(repetition_outcome(group) for group in by_repetition(runs).values()),
        reasons=_distinct(run.reason for run in runs),
        tests=len(outcomes),
        failed=sum(1 for seen in outcomes.values() if BAD_CASES.intersection(seen)),
        skipped=sum(1 for seen in outcomes.values() if set(seen) == {"skipped"}),
        duration_s=statistics.median(durations) if durations else 0.0,
        durations_s=durations,
        peak_memory_mb=max((run.peak_memory_mb for run in runs), default=0.0),
        fallbacks=sum(1 for run in runs if run.fallback_reason),
        fallback_reasons=_distinct(run.fallback_reason for run in runs),
        runs=runs,
    )


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
