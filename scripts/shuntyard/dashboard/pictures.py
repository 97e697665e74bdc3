"""All pictures of the page: which there are, and what was drawn for each. Asks the pen as early as it can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol

from shuntyard.analyses.trends import Newest, Series, Trends
from shuntyard.dashboard import bars, curves, lines, strips
from shuntyard.dashboard.curves import Card, Curve
from shuntyard.dashboard.gather import Asked, Findings
from shuntyard.dashboard.lines import Label
from shuntyard.dashboard.strips import Strip
from shuntyard.stats.ab import AbResult
from shuntyard.stats.compare import Comparison
from shuntyard.stats.sample import Metric

GROUPS, FLAKES, TRIPS = 200, 150, 60  # of each, the worst; the page tells how many it leaves out
Drawn = tuple[str, ...]


class Draws(Protocol):
    """What is needed of `draw.Pen`."""

    def draw(self, vega: Mapping[str, Any], cells: int) -> Future[Drawn]:
        """The pictures of a specification."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Markup for `<svg>` elements, by what it shows; what is not there could not be drawn, for want of figures."""

    cards: tuple[Card, ...] = ()
    curves: Mapping[tuple[int, Metric], str] = field(default_factory=dict)  # by card
    labels: Mapping[tuple[int, Metric], tuple[Label, ...]] = field(default_factory=dict)  # of the curves
    days: tuple[str, str] = ("", "")  # wide, narrow
    axes: Mapping[Metric, str] = field(default_factory=dict)
    arms: Mapping[tuple[str, Metric], str] = field(default_factory=dict)  # by group, "" for all together
    kpis: Mapping[str, str] = field(default_factory=dict)
    flakes: Drawn = ()
    trips: Mapping[int, str] = field(default_factory=dict)  # by place in Findings.trips


class Sketches:
    """Takes orders while the analyses run (it is a gather.Early), and for the rest when they are done. An analysis that
    is run again, because a file was damaged, orders again; what is drawn last counts."""

    def __init__(self, pen: Draws, asked: Asked) -> None:
        self._pen = pen
        self._asked = asked
        self._cards: tuple[Card, ...] = ()
        self._shown: dict[tuple[int, Metric], Curve] = {}
        self._curves: Future[Drawn] | None = None
        self._arms: list[tuple[list[tuple[str, Metric]], Future[Drawn]]] = []
        self._axes: dict[Metric, Future[Drawn]] = {}

    def order_curves(self, series: Sequence[Series], found: Trends, odd: Sequence[Newest]) -> None:
        """Curves of every card that the page has room for."""
        arms = {"baseline": self._asked.baseline, "candidate": self._asked.candidate}
        self._cards = curves.cards(series, found.shifts, odd, **arms)
        self._shown = {
            (number, curve.metric): curve
            for number, card in enumerate(self._cards[: curves.MOST_CARDS])
            for curve in card.curves
        }
        self._curves = self._pen.draw(lines.vega(list(self._shown.values()), **arms), len(self._shown))

    def order_arms(self, ab: AbResult) -> None:
        """The strips of the A/B and the scale above them, one scale a metric."""
        shown = ab.groups[:GROUPS]
        self._arms.clear()
        every: dict[Metric, dict[str, Comparison]] = {
            "time": {"": ab.time, **{group.group: group.time for group in shown}},
            "memory": {"": ab.memory, **{group.group: group.memory for group in shown}},
        }
        for metric, found in every.items():
            domain = strips.ratio_domain(list(found.values()))
            drawn = {
                (group, metric): strip for group, each in found.items() if (strip := strips.of_comparison(each, domain))
            }
            self._arms.append((list(drawn), self._strips(list(drawn.values()), "log")))
            self._axes[metric] = self._pen.draw(strips.axis(domain, strips.ratio_ticks(domain)), 1)

    def finish(self, findings: Findings) -> Pictures:
        """Orders the rest, and waits for all of it."""
        span = lines.span(list(self._shown.values()))
        days = [self._days(findings, *size) for size in (bars.WIDE, bars.NARROW)]
        kpis = {kpi.name: strip for kpi in (*findings.rollout, *findings.service) if (strip := strips.of_kpi(kpi))}
        flakes = strips.of_flakes(findings.flakes[:FLAKES])
        trips = {place: found for place, trip in enumerate(findings.trips[:TRIPS]) if (found := bars.segments(trip))}
        orders = (
            self._strips(list(kpis.values()), "linear"),
            self._strips(flakes, "sqrt"),
            self._pen.draw(bars.trips_vega(list(trips.values())), len(trips)),
        )
        drawn_kpis, drawn_flakes, drawn_trips = (order.result() for order in orders)
        return Pictures(
            cards=self._cards,
            curves=dict(zip(self._shown, self._curves.result() if self._curves else (), strict=True)),
            labels={place: lines.labels(curve, *span) for place, curve in self._shown.items()},
            days=("".join(days[0].result()), "".join(days[1].result())),
            axes={metric: "".join(axis.result()) for metric, axis in self._axes.items()},
            arms={key: found for keys, order in self._arms for key, found in zip(keys, order.result(), strict=True)},
            kpis=dict(zip(kpis, drawn_kpis, strict=True)),
            flakes=drawn_flakes,
            trips=dict(zip(trips, drawn_trips, strict=True)),
        )

    def _strips(self, shown: Sequence[Strip], scale: strips.Scale) -> Future[Drawn]:
        return self._pen.draw(strips.vega(shown, scale), len(shown))

    def _days(self, findings: Findings, width: int, most: int) -> Future[Drawn]:
        if not findings.days:
            return self._pen.draw({}, 0)
        shown = bars.bins(findings.days, findings.days[0].day, findings.days[-1].day, most)
        return self._pen.draw(bars.days_vega(shown, width), 1)
