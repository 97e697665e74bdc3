"""The figures that criteria ask for, out of a history: each window is read once, each A/B computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from shuntyard.analyses.arms import compare_arms
from shuntyard.analyses.kpis import rates_by_config, rollout_kpis
from shuntyard.analyses.query import Chosen, Connection, Scope
from shuntyard.rollout.criteria import Test, Within, needs_baseline, parse
from shuntyard.rollout.judge import Figures, Finding, judge
from shuntyard.rollout.phases import EVERYTHING, Phase, Rollout
from shuntyard.stats.ab import METRICS, AbResult, GroupResult, Question
from shuntyard.stats.ab import worst as worst_verdict
from shuntyard.stats.compare import Comparison
from shuntyard.stats.equivalence import WORST_FIRST
from shuntyard.stats.kpi import Kpi
from shuntyard.stats.margin import MEMORY, TIME, Margin
from shuntyard.stats.sample import Metric

_METRIC: dict[str, Metric] = {"execution_time": "time", "memory_usage": "memory"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which executions count: of these configurations, from `since` on, on machines with so many accelerators."""

    configs: tuple[str, ...]
    since: datetime
    devices: int


@dataclass(slots=True, kw_only=True)
class Evidence:
    """Measures criteria on one history as of `now` (UTC without a zone). `demoted` says when a configuration was last
    switched off: what ran before that does not count for it."""

    connection: Connection
    rollout: Rollout
    now: datetime
    repository: str = ""
    demoted: Mapping[str, datetime] = field(default_factory=dict)
    question: Question = field(default_factory=Question)
    _chosen: dict[Window, Chosen] = field(default_factory=dict)
    _kpis: dict[Window, dict[str, tuple[Kpi, ...]]] = field(default_factory=dict)
    _ab: dict[tuple[Window, Margin, Margin], AbResult] = field(default_factory=dict)

    def findings(self) -> dict[tuple[str, str], tuple[Finding, ...]]:
        """Every criterion of every phase, by (phase, subject)."""
        return {
            (phase.name, subject): tuple(
                judge(each, test, self._figures(phase, subject, test, each.days, each.devices))
                for each in phase.criteria
                for test in [parse(each.condition, everything=phase.everything, sure=each.sure)]
            )
            for phase in self.rollout.phases
            for subject in phase.subjects
        }

    def _figures(self, phase: Phase, subject: str, test: Test, days: int, devices: int) -> Figures:
        """What the history says of the subject. Read and compared are all the phase's configurations with the same
        window, once, so that Holm's correction spans all that may be promoted together."""
        start = self.now - timedelta(days=days)
        since = self._since(subject, start)
        together = self.rollout.configurations
        if subject != EVERYTHING:
            together = tuple(each for each in phase.configurations if self._since(each, start) == since)
        window = Window(configs=together, since=since, devices=devices)
        kpis = {kpi.name: kpi for kpi in self._measure(window).get(subject, ())}
        bare = Figures(since=since, runs=kpis["fallback_rate"].n if kpis else 0, kpis=kpis)
        if not needs_baseline(test):
            return bare
        result = self._compare(window, test)
        if subject == EVERYTHING:
            return replace(
                bare, groups=result.groups, time=result.time, memory=result.memory, verdict=result.verdict
            )  # fmt: skip
        groups = tuple(group for group in result.groups if group.config == subject)
        verdict = worst_verdict(group.verdict for group in groups) if groups else "inconclusive"
        return replace(
            bare, groups=groups, time=_worst(groups, "time"), memory=_worst(groups, "memory"), verdict=verdict
        )  # fmt: skip

    def _measure(self, window: Window) -> Mapping[str, tuple[Kpi, ...]]:
        """The KPIs of each configuration that ran, and of everything."""
        if window not in self._kpis:
            chosen, arm = self._choose(window), self.rollout.candidate
            found = {each.config: each for each in rates_by_config(chosen, arm=arm)}
            self._kpis[window] = {
                config: (each.success_rate, each.fallback_rate, each.error_rate) for config, each in found.items()
            }
            if window.configs == self.rollout.configurations:
                self._kpis[window][EVERYTHING] = rollout_kpis(chosen, ab=None, arm=arm, known=window.configs)
        return self._kpis[window]

    def _since(self, subject: str, start: datetime) -> datetime:
        return max(start, self.demoted.get(subject, start))

    def _choose(self, window: Window) -> Chosen:
        if window not in self._chosen:
            scope = Scope(
                since=window.since, until=self.now, repository=self.repository, pipelines=self.rollout.pipelines,
                configs=window.configs,
            )  # fmt: skip
            source = _OnDevices(self.connection, window.devices) if window.devices else self.connection
            self._chosen[window] = Chosen(source, scope)
        return self._chosen[window]

    def _compare(self, window: Window, test: Test) -> AbResult:
        margins = {metric: _margin(test, metric) for metric in METRICS}
        key = (window, margins["time"], margins["memory"])
        if key not in self._ab:
            asked = Question(
                baseline=self.rollout.baseline, candidate=self.rollout.candidate, time=margins["time"],
                memory=margins["memory"], alpha=self.question.alpha, power=self.question.power,
                warm_up=self.question.warm_up, seed=self.question.seed, resamples=self.question.resamples,
            )  # fmt: skip
            self._ab[key] = compare_arms(self._choose(window), asked)
        return self._ab[key]


class _OnDevices:
    """The history on machines with at least so many accelerators: its cursors see only those executions."""

    def __init__(self, connection: Connection, devices: int) -> None:
        self._connection, self._devices = connection, devices

    def cursor(self) -> Any:
        cursor = self._connection.cursor()
        cursor.execute(
            "CREATE TEMP TABLE narrowed AS SELECT * FROM executions WHERE hw_class <> 'cpu' AND hw_count >= $devices",
            {"devices": self._devices},
        )
        cursor.execute("CREATE TEMP VIEW executions AS FROM narrowed")
        return cursor

    def execute(self, query: str, parameters: Any = None, /) -> Any:
        return self.cursor().execute(query, parameters)


def _margin(test: Test, metric: Metric) -> Margin:
    if isinstance(test, Within) and _METRIC[test.quantity] == metric:
        return Margin.within(test.share)
    return TIME if metric == "time" else MEMORY


def _worst(groups: tuple[GroupResult, ...], metric: Metric) -> Comparison | None:
    """Of the comparisons of a configuration's rows the worst; among equal ones that with the fewest runs."""
    found = [group.time if metric == "time" else group.memory for group in groups]
    return min(found, key=lambda each: (WORST_FIRST.index(each.verdict), min(each.n_a, each.n_b)), default=None)
