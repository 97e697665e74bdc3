"""One figure against its target: its value, what it rests on, its interval, met or not. Definitions: docs/analyses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shuntyard.stats.compare import Comparison
from shuntyard.stats.rates import Clusters, quantile, quantile_interval, wilson, wilson_of_clusters

Met = Literal["yes", "no", "unknown"]
Unit = Literal["share", "ratio", "s"]
Sense = Literal["<", "<=", ">", "within", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the value must keep: a `sense` and a bound in the KPI's unit. An empty sense: watched, without a target."""

    sense: Sense = ""
    bound: float = 0.0
    text: str = "watched"

    def holds(self, value: float) -> bool | None:
        """Whether the value keeps the target; None where there is none to keep."""
        if not self.sense:
            return None
        if self.sense == "within":
            return abs(value - 1) <= self.bound
        return {"<": value < self.bound, "<=": value <= self.bound, ">": value > self.bound}[self.sense]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """`value` is None when it is not known, and `note` says why. `low` to `high` is the 95 % interval (time and memory:
    90 %, as their test has it), None where there is no bound.

    `met` compares the value itself with the target; `certain` says that the whole interval is on the same side. A
    promotion may ask for both; an alert need not wait to be certain.
    """

    name: str
    value: float | None
    unit: Unit
    n: int
    of: str
    target: Target
    met: Met
    certain: bool = False
    low: float | None = None
    high: float | None = None
    note: str = ""


SUCCESS = Target(sense=">", bound=0.995, text="> 99.5 %")
FALLBACK = Target(sense="<", bound=0.02, text="< 2 %")
ERROR = Target(sense="<", bound=0.001, text="< 0.1 %")
FLAKY = Target(sense="<", bound=0.05, text="< 5 %")
RECOVERY = Target(sense="<=", bound=3 * 86_400.0, text="≤ 3 days")
WATCHED = Target()


def share(name: str, k: int, n: int, of: str, target: Target, note: str = "") -> Kpi:
    """A share of independent trials, with Wilson's interval."""
    return _share(name, k, n, of, target, wilson(k, n), note)


def clustered_share(name: str, sums: Clusters, of: str, target: Target, note: str = "") -> Kpi:
    """A share of trials that come in clusters."""
    return _share(name, sums.k, sums.n, of, target, wilson_of_clusters(sums), note)


def proportion(name: str, k: int, n: int, of: str, note: str = "") -> Kpi:
    """A share of a whole that is known, not sampled: no interval, no target."""
    if not n:
        return unknown(name, "share", of, WATCHED, f"no {of}")
    return Kpi(name=name, value=k / n, unit="share", n=n, of=of, target=WATCHED, met="unknown", certain=True, note=note)


def ratio(name: str, comparison: Comparison, share_of_baseline: float) -> Kpi:
    """Time or memory against the baseline, from the A/B over all configurations; its verdict decides.

    An improvement beyond the margin counts as met: the document lists faster execution among the benefits.
    """
    percent = f"{100 * share_of_baseline:g} %"
    target = Target(sense="within", bound=share_of_baseline, text=f"within ±{percent} of the baseline")
    if comparison.effect is None:
        return unknown(name, "ratio", "runs", target, comparison.note)
    met: dict[str, Met] = {"equivalent": "yes", "improved": "yes", "regressed": "no", "inconclusive": "unknown"}
    note = {"improved": f"better than the baseline by more than {percent}", "inconclusive": "not shown either way yet"}
    return Kpi(
        name=name,
        value=comparison.effect,
        unit="ratio",
        n=min(comparison.n_a, comparison.n_b),
        of="runs an arm",
        target=target,
        met=met[comparison.verdict],
        certain=comparison.verdict != "inconclusive",
        low=comparison.ci_low,
        high=comparison.ci_high,
        note="; ".join(part for part in (note.get(comparison.verdict, ""), comparison.note) if part),
    )


def seconds(name: str, values: Sequence[float], q: float, of: str, note: str = "") -> Kpi:
    """The q-quantile of times, with its interval; watched."""
    if not values:
        return unknown(name, "s", of, WATCHED, f"no {of}")
    low, high = quantile_interval(values, q)
    return Kpi(
        name=name, value=quantile(values, q), unit="s", n=len(values), of=of, target=WATCHED, met="unknown",
        low=low, high=high, note=note,
    )  # fmt: skip


def longest(name: str, outages: Sequence[tuple[float, bool]], runs: int, target: Target) -> Kpi:
    """The longest of (seconds, is it over) outages among `runs` runs. One that is not over counts as long as it is."""
    if not runs:
        return unknown(name, "s", "runs", target, "no runs")
    value = max((length for length, _ in outages), default=0.0)
    met: Met = "yes" if target.holds(value) else "no"
    open_ones = sum(1 for _, over in outages if not over)
    note = f"{len(outages)} outage{'' if len(outages) == 1 else 's'}" + (f", {open_ones} not over" if open_ones else "")
    certain = met == "no" or not open_ones
    return Kpi(name=name, value=value, unit="s", n=runs, of="runs", target=target, met=met, certain=certain, note=note)


def unknown(name: str, unit: Unit, of: str, target: Target, why: str) -> Kpi:
    """A figure that the records do not hold."""
    return Kpi(name=name, value=None, unit=unit, n=0, of=of, target=target, met="unknown", note=why)


def _share(name: str, k: int, n: int, of: str, target: Target, interval: tuple[float, float], note: str) -> Kpi:
    if not n:
        return unknown(name, "share", of, target, f"no {of}")
    keeps = target.holds(k / n)
    met: Met = "unknown" if keeps is None else "yes" if keeps else "no"
    certain = keeps is not None and all(target.holds(bound) is keeps for bound in interval)
    return Kpi(
        name=name, value=k / n, unit="share", n=n, of=of, target=target, met=met, certain=certain,
        low=interval[0], high=interval[1], note=note,
    )  # fmt: skip
