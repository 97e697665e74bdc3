"""Which runs of two arms can be compared, which of them belong together, and why the others were left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Metric = Literal["time", "memory"]
Reason = Literal["fallback", "error", "empty", "incomplete", "warm-up", "failed otherwise", "unknown", "unpaired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One repetition of one row, all its shards together.

    `pair` is the same for the runs that one job made side by side; `failures` names the set of its bad cases (any
    text: equal sets, equal texts; empty for none). `time_s` is the sum over the shards and `memory_mb` the highest of
    them, 0 where unknown. `complete` says that every shard reported.
    """

    group: str
    config: str
    arm: str
    pair: str
    repetition: int
    outcome: str
    time_s: float
    memory_mb: float
    fell_back: bool = False
    complete: bool = True
    failures: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What is left to compare: the values of each arm, or, where `paired`, the same values as pairs (baseline,
    candidate). `dropped` counts the runs that were left out, by reason, over both arms."""

    metric: Metric
    baseline: tuple[float, ...]
    candidate: tuple[float, ...]
    pairs: tuple[tuple[float, float], ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)

    @property
    def paired(self) -> bool:
        """Whether the values are to be taken as pairs."""
        return bool(self.pairs)


def draw(runs: Sequence[Measurement], metric: Metric, baseline: str, candidate: str, warm_up: int = 0) -> Sample:
    """The sample of one metric from the runs of one group; runs of other arms are not looked at.

    Left out, and counted: a run after a fallback (the baseline would be compared with itself), one that ended in an
    error or tested nothing, one of which a shard is missing, the first `warm_up` repetitions, one whose metric is
    unknown, and one that failed otherwise than most runs do: its time is that of other work. A case that fails in every
    run of both arms keeps nothing out.

    Pairs are used when they cover at least half of the arm that has fewer runs, and are two or more; the runs without
    a partner are then left out. Otherwise the arms are two independent samples.
    """
    dropped: Counter[str] = Counter()
    usable: list[Measurement] = []
    for run in runs:
        if run.arm in (baseline, candidate):
            reason = _unusable(run, metric, warm_up)
            if reason:
                dropped[reason] += 1
            else:
                usable.append(run)
    usual = _usual_failures(usable)
    kept = [run for run in usable if run.failures == usual]
    if len(kept) < len(usable):
        dropped["failed otherwise"] = len(usable) - len(kept)
    arms = {arm: [run for run in kept if run.arm == arm] for arm in (baseline, candidate)}
    pairs = _pair_up(arms[baseline], arms[candidate])
    fewer = min(len(arm) for arm in arms.values())
    if len(pairs) < 2 or 2 * len(pairs) < fewer:
        a, b = ([_value(run, metric) for run in arms[arm]] for arm in (baseline, candidate))
        return Sample(metric=metric, baseline=tuple(a), candidate=tuple(b), dropped=dict(dropped))
    if alone := len(kept) - 2 * len(pairs):
        dropped["unpaired"] = alone
    values = tuple((_value(a, metric), _value(b, metric)) for a, b in pairs)
    return Sample(
        metric=metric,
        baseline=tuple(a for a, _ in values),
        candidate=tuple(b for _, b in values),
        pairs=values,
        dropped=dict(dropped),
    )


def _unusable(run: Measurement, metric: Metric, warm_up: int) -> Reason | None:
    if run.fell_back:
        return "fallback"
    if run.outcome == "empty":
        return "empty"
    if run.outcome not in ("passed", "failed"):
        return "error"
    if not run.complete:
        return "incomplete"
    if run.repetition <= warm_up:
        return "warm-up"
    return None if _value(run, metric) > 0 else "unknown"


def _value(run: Measurement, metric: Metric) -> float:
    return run.time_s if metric == "time" else run.memory_mb


def _usual_failures(runs: Sequence[Measurement]) -> str:
    """What most runs have in common; where it is a draw, rather no failure."""
    counts = Counter(run.failures for run in runs)
    return min(counts, key=lambda failures: (-counts[failures], failures != "", failures), default="")


def _pair_up(
    baseline: Sequence[Measurement], candidate: Sequence[Measurement]
) -> list[tuple[Measurement, Measurement]]:
    partners: dict[tuple[str, int], list[Measurement]] = defaultdict(list)
    for run in candidate:
        partners[run.pair, run.repetition].append(run)
    return [(run, partners[key].pop(0)) for run in baseline if partners.get(key := (run.pair, run.repetition))]
