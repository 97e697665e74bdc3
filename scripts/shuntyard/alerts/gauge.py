"""Measures what conditions ask about, over one window of a history; each analysis runs once, and only if asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar, cast

from shuntyard.alerts.rules import Place
from shuntyard.analyses.arms import compare_arms
from shuntyard.analyses.flakes import find_flakes, flaky_tests
from shuntyard.analyses.kpis import rates_by_config, rollout_kpis, service_kpis
from shuntyard.analyses.query import Chosen, Connection, Scope
from shuntyard.stats import kpi
from shuntyard.stats.ab import AbResult, GroupResult, Question
from shuntyard.stats.kpi import Kpi

T = TypeVar("T")
EVERYTHING = Place(per="all")
RATES = ("success_rate", "fallback_rate", "error_rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a gauge looks at: executions from `since` on and before `until`; for trends, from `long_ago` on. `known` are
    the configurations that there are; `question` is the A/B's."""

    since: datetime
    until: datetime
    long_ago: datetime
    question: Question
    repository: str = ""
    known: tuple[str, ...] = ()


class Gauge:
    """One window of a history. `after` holds places that look back no further than a moment of their own."""

    def __init__(self, connection: Connection, frame: Frame, after: Mapping[Place, datetime] | None = None) -> None:
        self._connection = connection
        self.frame = frame
        self._after = after or {}
        self._made: dict[Any, Any] = {}

    def chosen(self, place: Place, *, long: bool = False) -> Chosen:
        """The executions of the place in the window."""
        return self._once(("chosen", place, long), lambda: Chosen(self._connection, self._scope(place, long)))

    def runs(self, place: Place) -> list[dict[str, Any]]:
        """The rows of sql/alert_runs.sql for the place."""
        if place == EVERYTHING or place in self._after:
            return self._once(("runs", place), lambda: self.chosen(place).rows("alert_runs"))
        return [run for run in self.runs(EVERYTHING) if _took_part(run, place)]

    def ab(self, place: Place) -> AbResult:
        """The A/B that speaks for the place. A configuration is judged beside the others, corrected for their number;
        one that looks back less far than they do is judged by itself."""
        alone = place.per != "configuration" or place in self._after
        judged = place if alone else EVERYTHING
        return self._once(("ab", judged), lambda: compare_arms(self.chosen(judged), self.frame.question))

    def groups(self, place: Place) -> Sequence[GroupResult]:
        """The A/B's groups at the place."""
        return [each for each in self.ab(place).groups if place.per != "configuration" or each.config == place.name]

    def _scope(self, place: Place, long: bool) -> Scope:
        since = self.frame.long_ago if long else self.frame.since
        scope = Scope(
            since=max(since, self._after.get(place, since)),
            until=self.frame.until,
            repository=place.repository or self.frame.repository,
        )
        if place.per == "configuration":
            return replace(scope, configs=(place.name,))
        return replace(scope, pipelines=(place.name,)) if place.per == "pipeline" else scope

    def _once(self, what: object, make: Callable[[], T]) -> T:
        if what not in self._made:
            self._made[what] = make()
        return cast(T, self._made[what])

    def kpis(self, place: Place) -> dict[str, Kpi]:
        """The rollout's shares. Where nothing was ever asked of an arm, those of everything that ran."""
        arms = {arm for run in self.runs(place) for arm in run["arms"]}
        arm = "" if arms == {""} else self.frame.question.candidate
        if place.per == "configuration" and place not in self._after:
            return self._rates(arm).get(place.name) or {name: _no_rate(name) for name in RATES}
        known = self.frame.known if place.per == "all" else ()
        made = self._once(
            ("kpis", place), lambda: rollout_kpis(self.chosen(place), ab=None, arm=arm, known=known if arm else ())
        )
        return {each.name: each for each in made}

    def _rates(self, arm: str) -> dict[str, dict[str, Kpi]]:
        """The rates of every configuration, by its name: one look at all of them takes as long as at one."""

        def make() -> dict[str, dict[str, Kpi]]:
            found = rates_by_config(self.chosen(EVERYTHING), arm=arm)
            return {each.config: {name: getattr(each, name) for name in RATES} for each in found}

        return self._once(("rates", arm), make)

    def service(self, place: Place, *, flakes: bool) -> dict[str, Kpi]:
        """The test service's figures."""

        def make() -> Sequence[Kpi]:
            chosen = self.chosen(place)
            found = find_flakes(chosen, today=self.frame.until.date()) if flakes else []
            return service_kpis(chosen, now=self.frame.until, flaky=flaky_tests(found))

        return {each.name: each for each in self._once(("service", place, flakes), make)}


def _took_part(run: Mapping[str, Any], place: Place) -> bool:
    if place.per == "configuration":
        return bool(run["config"] == place.name)
    return (run["repository"], run["pipeline"]) == (place.repository, place.name)


def _no_rate(name: str) -> Kpi:
    return kpi.unknown(name, "share", "executions", kpi.WATCHED, "no executions of this arm")
