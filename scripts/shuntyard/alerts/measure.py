"""A history → the tracks of all rules: what each condition asks about, wherever it applies, now and at earlier runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shuntyard.alerts import quantities
from shuntyard.alerts.gauge import Frame, Gauge
from shuntyard.alerts.readings import Point, Reading, Track
from shuntyard.alerts.rules import Place, Rule, span
from shuntyard.analyses.query import Chosen, Connection, Scope
from shuntyard.stats.ab import Question

LOOK_BACK = timedelta(days=90)  # how far earlier runs and trends are looked for
MOST_POINTS = 30  # of one track: a condition is measured at no more runs than these, the newest
NOWHERE = "(none)"
_JUST_AFTER = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When and about what alerts are measured. `now` is UTC without a zone, as history keeps times. `known` are the
    configurations that there are; `after`: places of which only what started later counts; `standing`: places that a
    rule (by id) looks at even if nothing ran there, because an alert of them fires."""

    now: datetime
    question: Question = field(default_factory=Question)
    repository: str = ""
    known: tuple[str, ...] = ()
    after: Mapping[Place, datetime] = field(default_factory=dict)
    standing: Mapping[str, frozenset[Place]] = field(default_factory=dict)


class Meter:
    """One history on one occasion. Every window is read once, whichever rules ask about it."""

    def __init__(self, connection: Connection, occasion: Occasion) -> None:
        self._connection = connection
        self._occasion = occasion
        self._gauges: dict[tuple[datetime, float], Gauge] = {}
        scope = Scope(since=occasion.now - LOOK_BACK, until=occasion.now + _JUST_AFTER, repository=occasion.repository)
        self._ends: dict[Place, dict[tuple[str, ...], datetime]] = {}
        for run in Chosen(connection, scope).rows("alert_runs"):
            key = (run["repository"], run["pipeline"], run["provider"], run["run_id"], str(run["attempt"]))
            for place in _places(run["repository"], run["pipeline"], run["config"]):
                ends = self._ends.setdefault(place, {})
                ends[key] = max(run["last_began"], ends.get(key, run["last_began"]))

    def measure(self, rules: Sequence[Rule]) -> tuple[Track, ...]:
        """A track for each rule at each place where something ran in its window, and where one of its alerts fires."""
        return tuple(track for rule in rules for track in self._tracks(rule))

    def gauge(self, rule: Rule, moment: datetime | None = None) -> Gauge:
        """The gauge of the rule's window that ends at the moment; now, if none is given."""
        moment = moment or self._occasion.now
        key = (moment, rule.window_s)
        if key not in self._gauges:
            frame = Frame(
                since=moment - timedelta(seconds=rule.window_s),
                until=moment + _JUST_AFTER,
                long_ago=moment - LOOK_BACK,
                question=self._occasion.question,
                repository=self._occasion.repository,
                known=self._occasion.known,
            )
            self._gauges[key] = Gauge(self._connection, frame, self._occasion.after)
        return self._gauges[key]

    def _tracks(self, rule: Rule) -> Iterable[Track]:
        now = self._occasion.now
        oldest = now - timedelta(seconds=rule.window_s)
        seen = {place for place, ends in self._ends.items() if place.per == rule.per and max(ends.values()) >= oldest}
        places = sorted(seen | self._occasion.standing.get(rule.id, frozenset()))
        if rule.per == "all":
            places = [Place(per="all")]
        if not places:
            note = f"no {rule.per} ran in the last {span(rule.window_s)}"
            yield Track(rule=rule, place=Place(per=rule.per, name=NOWHERE), now=Reading(note=note))
        for place in places:
            points = (Point(moment=end, reading=self._read(rule, place, end)) for end in self._runs(rule, place))
            yield Track(rule=rule, place=place, now=self._read(rule, place, now), before=tuple(points))

    def _runs(self, rule: Rule, place: Place) -> Sequence[datetime]:
        """The ends of the runs that the rule's `for` is about, oldest first."""
        after = self._occasion.after.get(place, datetime.min)
        ends = sorted(end for end in self._ends.get(place, {}).values() if end > after)
        if rule.hold.seconds:
            start = self._occasion.now - timedelta(seconds=rule.hold.seconds)
            recent = [end for end in ends if end > start]
            return [*(end for end in ends if end <= start), *recent][-min(len(recent) + 1, MOST_POINTS) :]
        return ends[-min(rule.hold.runs, MOST_POINTS) :] if rule.hold.runs > 1 else []

    def _read(self, rule: Rule, place: Place, moment: datetime) -> Reading:
        return quantities.read(self.gauge(rule, moment), place, rule.question.quantity)


def _places(repository: str, pipeline: str, config: str) -> Iterable[Place]:
    yield Place(per="all")
    yield Place(per="pipeline", name=pipeline, repository=repository)
    if config:
        yield Place(per="configuration", name=config)
