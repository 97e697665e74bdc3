"""The whole A/B: every configuration and all of them together, corrected for each other, with one verdict each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from shuntyard.stats import margin as margins
from shuntyard.stats.bootstrap import RESAMPLES
from shuntyard.stats.compare import ALPHA, POWER, Comparison, compare, decide, overall
from shuntyard.stats.equivalence import WORST_FIRST, Verdict
from shuntyard.stats.margin import Margin
from shuntyard.stats.outcomes import Agreement, Outcomes, agree
from shuntyard.stats.sample import Measurement, Metric, draw

METRICS: tuple[Metric, ...] = get_args(Metric)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: which arms, how far apart they may be, how sure the answer must be. `warm_up` is the number of
    first repetitions that do not count; `seed` is the bootstrap's."""

    baseline: str = "shell"
    candidate: str = "python"
    time: Margin = margins.TIME
    memory: Margin = margins.MEMORY
    alpha: float = ALPHA
    power: float = POWER
    warm_up: int = 0
    seed: int = 0
    resamples: int = RESAMPLES

    def margin(self, metric: Metric) -> Margin:
        """The margin of a metric."""
        return self.time if metric == "time" else self.memory


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupResult:
    """One configuration (one row of the matrix, whatever its arm). `runs` counts what was recorded of each arm, and
    `fallbacks` the candidate's runs after which the baseline took over."""

    group: str
    config: str
    runs: Mapping[str, int]
    fallbacks: int
    tests: Agreement
    time: Comparison
    memory: Comparison
    verdict: Verdict
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbResult:
    """Every group, worst verdict first, and all together; the overall verdict is the worst of anything in it."""

    question: Question
    groups: tuple[GroupResult, ...]
    time: Comparison
    memory: Comparison
    verdict: Verdict
    notes: tuple[str, ...] = field(default=())


def judge(
    runs: Sequence[Measurement], outcomes: Mapping[str, Mapping[str, Mapping[str, Outcomes]]], question: Question
) -> AbResult:
    """The answer. `outcomes` is {group: {arm: {case: {outcome: how often}}}}, from runs that ended in their own arm.

    Holm's correction spans configurations × metrics; the two overall comparisons are a family of their own.
    """
    groups: dict[str, list[Measurement]] = defaultdict(list)
    for run in runs:
        groups[run.group].append(run)
    names = sorted(
        group for group, members in groups.items() if len({run.arm for run in members} & _arms(question)) == 2
    )
    comparisons = decide(
        [_compare(groups[name], metric, question) for name in names for metric in METRICS],
        alpha=question.alpha,
        chance=question.power,
    )
    together = decide(
        [overall(comparisons, question.margin(metric), metric, question.alpha) for metric in METRICS],
        alpha=question.alpha,
        chance=question.power,
    )
    found = {(each.group, each.metric): each for each in comparisons}
    results = [
        _result(groups[name], outcomes.get(name, {}), found[name, "time"], found[name, "memory"], question)
        for name in names
    ]
    results.sort(key=lambda result: (WORST_FIRST.index(result.verdict), result.group))
    alone = sorted(groups.keys() - set(names))
    return AbResult(
        question=question,
        groups=tuple(results),
        time=together[0],
        memory=together[1],
        verdict=worst([result.verdict for result in results] + [each.verdict for each in together if each.estimate])
        if results
        else "inconclusive",
        notes=(f"only one of the two arms ran: {', '.join(alone)}",) if alone else (),
    )


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Regressed before inconclusive before improved before equivalent."""
    return min(verdicts, key=WORST_FIRST.index)


def _arms(question: Question) -> set[str]:
    return {question.baseline, question.candidate}


def _compare(runs: Sequence[Measurement], metric: Metric, question: Question) -> Comparison:
    sample = draw(runs, metric, question.baseline, question.candidate, question.warm_up)
    return compare(
        sample,
        question.margin(metric),
        seed=question.seed,
        alpha=question.alpha,
        resamples=question.resamples,
        group=runs[0].group,
        config=runs[0].config,
    )


def _result(
    runs: Sequence[Measurement],
    outcomes: Mapping[str, Mapping[str, Outcomes]],
    time: Comparison,
    memory: Comparison,
    question: Question,
) -> GroupResult:
    tests = agree(outcomes.get(question.baseline, {}), outcomes.get(question.candidate, {}), question.alpha)
    unmeasured = not any(run.memory_mb > 0 for run in runs)
    verdicts = [tests.verdict, time.verdict, *([] if unmeasured else [memory.verdict])]
    return GroupResult(
        group=runs[0].group,
        config=runs[0].config,
        runs={arm: sum(run.arm == arm for run in runs) for arm in (question.baseline, question.candidate)},
        fallbacks=sum(run.fell_back for run in runs if run.arm == question.candidate),
        tests=tests,
        time=time,
        memory=memory,
        verdict=worst(verdicts),
        note="memory was not measured, so the verdict is without it" if unmeasured else "",
    )
