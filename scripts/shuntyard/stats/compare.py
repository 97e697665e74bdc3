"""One metric of two arms, set side by side: the ratio, its interval, and what may be said of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from shuntyard.stats import bootstrap, estimate, holm, power, ranks
from shuntyard.stats.equivalence import Verdict, claims, verdict
from shuntyard.stats.estimate import Estimate, Method
from shuntyard.stats.margin import Margin
from shuntyard.stats.sample import Metric, Sample

ALPHA = 0.05
POWER = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Candidate against baseline in one metric; every ratio is candidate / baseline, None where nothing is known.

    `n_a` and `n_b` count the runs used of the baseline and the candidate. `effect` is the ratio of geometric means
    (of `level_b` to `level_a`, seconds or MB), `ci_low` to `ci_high` its interval at `confidence` = 1 − 2α, which
    lies within the margin exactly when TOST alone, uncorrected, shows equivalence. `median_*` are the bootstrap's.
    `p_equivalent` and `p_different` are Claims, the `holm_*` the same corrected for the family; the verdict is theirs.
    `p_rank` tests for any difference at all (`rank_test` says how). `cv` is the coefficient of variation of a single
    run (of a ratio where paired). `needed` is the n, in pairs or runs an arm, that shows equal arms to be equivalent
    with the asked power; `more` is about how many more would settle an open verdict. `dropped` counts what is not in.
    """

    metric: Metric
    group: str = ""
    config: str = ""
    method: Method = "none"
    n_a: int = 0
    n_b: int = 0
    level_a: float | None = None
    level_b: float | None = None
    effect: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    confidence: float = 1 - 2 * ALPHA
    median_ratio: float | None = None
    median_low: float | None = None
    median_high: float | None = None
    margin_low: float
    margin_high: float
    p_equivalent: float | None = None
    p_different: float | None = None
    holm_equivalent: float | None = None
    holm_different: float | None = None
    p_rank: float | None = None
    rank_test: str = ""
    verdict: Verdict = "inconclusive"
    cv: float | None = None
    needed: int | None = None
    more: int | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
    estimate: Estimate | None = None


def compare(
    sample: Sample,
    margin: Margin,
    *,
    seed: int,
    alpha: float = ALPHA,
    resamples: int = bootstrap.RESAMPLES,
    group: str = "",
    config: str = "",
) -> Comparison:
    """The comparison by itself, not yet corrected for others and without a verdict: `decide` gives those."""
    bare = Comparison(
        metric=sample.metric,
        group=group,
        config=config,
        n_a=len(sample.baseline),
        n_b=len(sample.candidate),
        confidence=1 - 2 * alpha,
        margin_low=margin.low,
        margin_high=margin.high,
        dropped=sample.dropped,
    )
    found = estimate.paired(sample.pairs) if sample.paired else estimate.welch(sample.baseline, sample.candidate)
    if found is None:
        return replace(bare, note=_why_nothing(sample))
    level_a = _geometric_mean(sample.baseline)
    if sample.paired:
        rank_test, p_rank = "Wilcoxon signed-rank", ranks.signed_rank(sample.pairs)
        median = bootstrap.median_of_ratios(sample.pairs, confidence=1 - 2 * alpha, seed=seed, resamples=resamples)
    else:
        rank_test, p_rank = "Mann-Whitney", ranks.mann_whitney(sample.baseline, sample.candidate)
        median = bootstrap.ratio_of_medians(
            sample.baseline, sample.candidate, confidence=1 - 2 * alpha, seed=seed, resamples=resamples
        )
    measured = replace(
        bare,
        cv=estimate.variation(found.spread if sample.paired else found.spread / math.sqrt(2)),
        median_ratio=median[0],
        median_low=median[1],
        median_high=median[2],
        p_rank=p_rank,
        rank_test=rank_test,
    )
    return _measured(measured, found, margin, level_a)


def overall(comparisons: Sequence[Comparison], margin: Margin, metric: Metric, alpha: float = ALPHA) -> Comparison:
    """All groups together, each with the same weight, from those that could be measured; without a verdict yet."""
    used = [each for each in comparisons if each.metric == metric and each.estimate and each.level_a]
    dropped: dict[str, int] = {}
    for each in comparisons:
        for reason, number in each.dropped.items() if each.metric == metric else ():
            dropped[reason] = dropped.get(reason, 0) + number
    bare = Comparison(
        metric=metric,
        n_a=sum(each.n_a for each in used),
        n_b=sum(each.n_b for each in used),
        confidence=1 - 2 * alpha,
        margin_low=margin.low,
        margin_high=margin.high,
        dropped=dropped,
    )
    found = estimate.stratified([each.estimate for each in used if each.estimate])
    if found is None:
        return replace(bare, note="no configuration could be measured")
    left = len({each.group for each in comparisons if each.metric == metric}) - len(used)
    return replace(
        _measured(bare, found, margin, _geometric_mean([each.level_a for each in used if each.level_a])),
        note=f"{left} of the configurations could not be measured" if left else "",
    )


def decide(family: Sequence[Comparison], *, alpha: float = ALPHA, chance: float = POWER) -> tuple[Comparison, ...]:
    """The family with its verdicts, corrected after Holm; `chance` is the power that `needed` and `more` aim at.

    Two families of claims, each kept at α: "equivalent", and "beyond the margin". So the chance that any "equivalent"
    in the whole family is false is at most α, and so is the chance that any "regressed" or "improved" is. Comparisons
    without an estimate are not tested, so they do not count.
    """
    tested = [index for index, each in enumerate(family) if each.estimate]
    same = holm.adjust([_known(family[index].p_equivalent) for index in tested])
    apart = holm.adjust([_known(family[index].p_different) for index in tested])
    decided = list(family)
    for index, p_same, p_apart in zip(tested, same, apart, strict=True):
        each = family[index]
        mean = each.estimate.mean if each.estimate else 0.0
        decided[index] = replace(
            each,
            holm_equivalent=p_same,
            holm_different=p_apart,
            verdict=verdict(p_same, p_apart, mean, alpha),
        )
    undecided = sum(1 for index in tested if decided[index].verdict == "inconclusive")
    return tuple(_plan(each, alpha, max(1, undecided), len(tested), chance) for each in decided)


def _measured(bare: Comparison, found: Estimate, margin: Margin, level_a: float) -> Comparison:
    claim = claims(found, margin)
    low, high = found.interval(bare.confidence)
    effect = math.exp(found.mean)
    return replace(
        bare,
        estimate=found,
        method=found.method,
        level_a=level_a,
        level_b=level_a * effect,
        effect=effect,
        ci_low=math.exp(low),
        ci_high=math.exp(high),
        p_equivalent=claim.p_equivalent,
        p_different=claim.p_different,
    )


def _plan(each: Comparison, alpha: float, undecided: int, tested: int, chance: float) -> Comparison:
    """With what it takes: `needed`, and for an open verdict `more` and a note."""
    if each.estimate is None or each.method == "stratified":
        return each
    spread, arms = each.estimate.spread, 2 if each.method == "welch" else 1
    margin = Margin(low=each.margin_low, high=each.margin_high)
    needed = power.needed(spread, margin, alpha=alpha / tested, power=chance, arms=arms)
    if each.verdict != "inconclusive":
        return replace(each, needed=needed)
    n, unit = min(each.n_a, each.n_b), "pairs" if arms == 1 else "runs an arm"
    goal = power.settling(spread, margin, alpha=alpha / undecided, power=chance, effect=each.estimate.mean, arms=arms)
    if goal is None:
        bound = "the ratio lies at the edge of the margin" if needed is not None else "the values spread too far"
        return replace(each, needed=needed, note=f"{bound}: not even {power.MOST} {unit} would settle it")
    more = max(1, goal - n)
    alone = verdict(_known(each.p_equivalent), _known(each.p_different), each.estimate.mean, alpha)
    corrected = f"{alone} by itself, but not beside {tested - 1} other tests; " if alone != "inconclusive" else ""
    return replace(each, needed=needed, more=more, note=f"{corrected}about {more} more {unit} would settle it")


def _why_nothing(sample: Sample) -> str:
    left_out = ", ".join(f"{number} × {reason}" for reason, number in sorted(sample.dropped.items()))
    counts = f"{len(sample.baseline)} and {len(sample.candidate)} usable runs"
    return f"two runs of each arm are needed, there are {counts}{f' (left out: {left_out})' if left_out else ''}"


def _known(p_value: float | None) -> float:
    return 1.0 if p_value is None else p_value


def _geometric_mean(values: Sequence[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))
