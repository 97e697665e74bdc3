"""The KPIs of a history: of the runner's rollout, and of a test service. docs/analyses/kpis.md defines each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shuntyard.analyses.query import Chosen
from shuntyard.stats import kpi
from shuntyard.stats.ab import AbResult
from shuntyard.stats.compare import Comparison
from shuntyard.stats.kpi import Kpi
from shuntyard.stats.rates import Clusters

PAUSE_S = 6 * 3600.0  # a commit that rests so long has had its answer; what follows is another cycle
_SUMS = ("clusters", "k", "n", "kk", "kn", "nn")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigRates:
    """The rates of one configuration, for tables and for alerts about one configuration."""

    config: str
    success_rate: Kpi
    fallback_rate: Kpi
    error_rate: Kpi


def rollout_kpis(
    chosen: Chosen, *, ab: AbResult | None, arm: str = "python", known: Sequence[str] = ()
) -> tuple[Kpi, ...]:
    """The rollout's figures for the arm that is rolled out; `ab` is the A/B over the same scope, `known` names the
    configurations that there are (empty: those that ran)."""
    rates = chosen.rows("kpi_rates", arm=arm)
    relevant = rates if not known else [row for row in rates if row["config"] in set(known)]
    seen = {row["config"] for row in chosen.rows("kpi_rates", arm=None)}
    own = {row["config"] for row in relevant if row["own"]}
    workflows = chosen.one("kpi_adoption", arm=arm)
    return (
        *_rates(rates),
        _ratio("execution_time", ab.time if ab else None, ab.question.time.high - 1 if ab else 0.10),
        _ratio("memory_usage", ab.memory if ab else None, ab.question.memory.high - 1 if ab else 0.15),
        kpi.unknown(
            "resource_utilization", "share", "executions", kpi.WATCHED, "results hold no CPU or GPU utilisation"
        ),
        kpi.proportion("configuration_coverage", len(own), len(set(known) or seen), "configurations"),
        kpi.proportion("adoption", workflows["asking"], workflows["workflows"], "workflows"),
    )


def rates_by_config(chosen: Chosen, *, arm: str = "python") -> tuple[ConfigRates, ...]:
    """The three rates for each configuration by itself."""
    found = ((row["config"], _rates([row])) for row in chosen.rows("kpi_rates", arm=arm))
    return tuple(
        ConfigRates(config=config, success_rate=success, fallback_rate=fallback, error_rate=error)
        for config, (success, fallback, error) in found
    )


def service_kpis(chosen: Chosen, *, now: datetime, flaky: int, pause_s: float = PAUSE_S) -> tuple[Kpi, ...]:
    """The figures of a test service. `now` (UTC without a zone) ends outages that last, `flaky` is the number of tests
    that flipped in the same scope (`flakes.flaky_tests`)."""
    tests = chosen.one("kpi_tests")["tests"]
    outages = chosen.one("kpi_outages", now=now)
    signals = chosen.rows("kpi_signal")
    cycles = [row["seconds"] for row in chosen.rows("kpi_cycle", pause_s=pause_s)]
    seconds = [row["seconds"] for row in signals]
    queued = sum(1 for row in signals if row["queued"])
    note = "" if queued == len(signals) else f"without the queue in {len(signals) - queued} of {len(signals)} runs"
    lengths = [(outage["seconds"], outage["over"]) for outage in outages["outages"]]
    return (
        kpi.share("flaky_share", flaky, tests, "tests", kpi.FLAKY),
        kpi.longest("recovery_time", lengths, outages["runs"], kpi.RECOVERY),
        kpi.seconds("time_to_signal", seconds, 0.5, "runs", note),
        kpi.seconds("time_to_signal_p90", seconds, 0.9, "runs", note),
        kpi.seconds("cycle_time", cycles, 0.5, "commits"),
        kpi.seconds("cycle_time_p90", cycles, 0.9, "commits"),
    )


def quantities(kpis: Sequence[Kpi], ab: AbResult | None) -> tuple[dict[str, float], dict[str, float]]:
    """What conditions of alerts ask about: values, and the baseline's, both by name and as far as they are known.

    Shares are 0 to 1, times seconds, memory MB. Time and memory are the two arms' levels, whose ratio the A/B measured.
    """
    values = {each.name: each.value for each in kpis if each.value is not None and each.unit != "ratio"}
    baselines: dict[str, float] = {}
    for name, comparison in (("execution_time", ab.time), ("memory_usage", ab.memory)) if ab else ():
        if comparison.level_a is not None and comparison.level_b is not None:
            values[name], baselines[name] = comparison.level_b, comparison.level_a
    return values, baselines


def _rates(found: Sequence[dict[str, Any]]) -> tuple[Kpi, Kpi, Kpi]:
    """Success, fallback and error rate over some configurations."""
    executions = sum(row["executions"] for row in found)
    empty = sum(row["empty"] for row in found)
    sums = Clusters(**{name: int(sum(row[name] for row in found)) for name in _SUMS})
    return (
        kpi.clustered_share("success_rate", sums, "cases", kpi.SUCCESS),
        kpi.share("fallback_rate", sum(row["fallbacks"] for row in found), executions, "executions", kpi.FALLBACK),
        kpi.share(
            "error_rate",
            sum(row["errors"] for row in found),
            executions,
            "executions",
            kpi.ERROR,
            f"besides, {empty} tested nothing" if empty else "",
        ),
    )


def _ratio(name: str, comparison: Comparison | None, share: float) -> Kpi:
    if comparison is None:
        target = kpi.Target(sense="within", bound=share, text=f"within ±{100 * share:g} % of the baseline")
        return kpi.unknown(name, "ratio", "runs an arm", target, "no baseline was compared")
    return kpi.ratio(name, comparison, share)
