"""Every analysis over one scope, once: what the dashboard is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from shuntyard.analyses import kpis
from shuntyard.analyses.arms import compare_arms
from shuntyard.analyses.flakes import find_flakes, flaky_tests
from shuntyard.analyses.kpis import ConfigRates
from shuntyard.analyses.query import Chosen, Connection, Scope
from shuntyard.analyses.round_trip import RoundTrip, round_trips
from shuntyard.analyses.trends import Newest, Seek, Series, Trends, newest, row_series, trends
from shuntyard.dashboard import recent
from shuntyard.dashboard.recent import Day, Extent, Place, Recent
from shuntyard.human import count
from shuntyard.stats import changes
from shuntyard.stats.ab import AbResult, Question
from shuntyard.stats.flaky import Flake
from shuntyard.stats.kpi import Kpi

RUNS, ROWS, CASES = 60, 900, 400  # of the newest runs; what the page cannot show need not be read
_NO_SHIFTS = Trends(shifts=(), series=0, too_short=0)

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the dashboard is about. `now` is UTC without a zone, as history keeps times; `known` names the
    configurations that there are (empty: those that ran)."""

    scope: Scope
    now: datetime
    baseline: str = "shell"
    candidate: str = "python"
    known: tuple[str, ...] = ()
    seed: int = 1


class Early(Protocol):
    """Who draws what is known while the rest is sought: both take about as long."""

    def order_curves(self, series: Sequence[Series], found: Trends, odd: Sequence[Newest]) -> None:
        """Called from another thread."""

    def order_arms(self, ab: AbResult) -> None:
        """Not called where no configuration ran in both arms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that was found. `ab` is None where no configuration ran in both arms."""

    asked: Asked
    extent: Extent
    ab: AbResult | None = None
    rollout: tuple[Kpi, ...] = ()
    service: tuple[Kpi, ...] = ()
    rates: tuple[ConfigRates, ...] = ()
    flakes: tuple[Flake, ...] = ()
    series: tuple[Series, ...] = ()
    trends: Trends = _NO_SHIFTS
    newest: tuple[Newest, ...] = ()
    trips: tuple[RoundTrip, ...] = ()
    days: tuple[Day, ...] = ()
    places: tuple[Place, ...] = ()
    recent: Recent = field(default_factory=Recent)


def gather(
    connection: Connection,
    asked: Asked,
    *,
    tell: Tell,
    early: Early | None = None,
    seek: Seek = changes.of_many,
) -> Findings:
    """The findings; `early` is told some as soon as they are known. `seek` finds the change points."""
    chosen = Chosen(connection, asked.scope)
    found = recent.extent(chosen)
    if not found.executions:
        return Findings(asked=asked, extent=found)
    tell(f"{count(found.runs, 'run')}, {count(found.executions, 'execution')}, {count(found.cases, 'case result')}")
    series = row_series(chosen)
    with ThreadPoolExecutor(1, "trends") as other:
        seeking = other.submit(_seek, chosen, asked, series, seek, early)
        tell("comparing the arms")
        ab = _compare(chosen, asked)
        if early and ab.groups:
            early.order_arms(ab)
        tell("looking for flakes")
        flakes = tuple(find_flakes(chosen, today=asked.now.date()))
        tell("KPIs, round trips, newest runs")
        recent.prepare(chosen)
        findings = Findings(
            asked=asked,
            extent=found,
            ab=ab if ab.groups else None,
            rollout=kpis.rollout_kpis(chosen, ab=ab if ab.groups else None, arm=asked.candidate, known=asked.known),
            service=kpis.service_kpis(chosen, now=asked.now, flaky=flaky_tests(flakes)),
            rates=kpis.rates_by_config(chosen, arm=asked.candidate),
            flakes=flakes,
            series=series,
            trips=round_trips(chosen),
            days=recent.days(chosen),
            places=recent.places(chosen),
            recent=recent.recent(chosen, runs=RUNS, rows=ROWS, cases=CASES),
        )
        tell("change points")
        found_trends, odd = seeking.result()
        return replace(findings, trends=found_trends, newest=odd)


def _compare(chosen: Chosen, asked: Asked) -> AbResult:
    # The bootstrap is a check that the page does not show, and takes as long as all else of the comparison.
    return compare_arms(
        chosen, Question(baseline=asked.baseline, candidate=asked.candidate, seed=asked.seed, resamples=1)
    )


def _seek(
    chosen: Chosen, asked: Asked, series: tuple[Series, ...], seek: Seek, early: Early | None
) -> tuple[Trends, tuple[Newest, ...]]:
    found = trends(chosen, seed=asked.seed, cases=False, rows=series, seek=seek)
    odd = newest(chosen, rows=series)
    if early:
        early.order_curves(series, found, odd)
    return found, odd
