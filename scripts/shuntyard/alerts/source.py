"""What actions ask the history besides the figures, gathered beforehand: where they come from, what slowed, what flips.

Acting happens when the history is closed again: an act must never be repeated because a file of it was damaged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from shuntyard.alerts import context, profile
from shuntyard.alerts.context import Context
from shuntyard.alerts.evaluate import Alert, Evaluation, due
from shuntyard.alerts.gauge import Gauge
from shuntyard.alerts.measure import Meter
from shuntyard.alerts.profile import Profile
from shuntyard.alerts.rules import key
from shuntyard.analyses.flakes import find_flakes
from shuntyard.stats.ab import Question
from shuntyard.stats.flaky import Flake


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """See tools.Source; each by the alert's rules.key."""

    contexts: dict[str, Context] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    found_flakes: dict[str, list[Flake]] = field(default_factory=dict)

    def context(self, alert: Alert) -> Context:
        return self.contexts.get(_key(alert), Context())

    def profile(self, alert: Alert) -> Profile:
        return self.profiles.get(_key(alert), Profile(before="before", after="after"))

    def flakes(self, alert: Alert) -> list[Flake]:
        return self.found_flakes.get(_key(alert), [])

    def configurations(self, alert: Alert) -> tuple[str, ...]:
        return (alert.place.name,) if alert.place.per == "configuration" else self.context(alert).configurations


def gather(meter: Meter, evaluation: Evaluation, question: Question, now: datetime) -> Facts:
    """The facts that the due actions need. `now` is UTC without a zone."""
    facts = Facts()
    for alert in evaluation.alerts:
        needed = due(alert, evaluation.state.of(alert.rule, alert.place), now)
        if not needed:
            continue
        gauge = meter.gauge(alert.rule)
        facts.contexts[_key(alert)] = context.context(gauge.chosen(alert.place))
        actions = {each.action for each in needed if each.kind != "resolve"}
        if "investigate_and_optimize" in actions:
            facts.profiles[_key(alert)] = _profile(gauge, alert, question, now)
        if "quarantine" in actions:
            chosen = gauge.chosen(alert.place, long=True)  # flips are rare: they are looked for further back
            facts.found_flakes[_key(alert)] = find_flakes(chosen, today=now.date(), days=alert.rule.days)
    return facts


def _profile(gauge: Gauge, alert: Alert, question: Question, now: datetime) -> Profile:
    """Between the arms where both ran; else from the first run in which the condition held."""
    if gauge.groups(alert.place):
        return profile.between_arms(gauge.chosen(alert.place), question.baseline, question.candidate)
    began = {(run["repository"], run["run_id"], run["attempt"]): run["began"] for run in gauge.runs(alert.place)}
    starts = sorted(began.values())
    moment = starts[-min(alert.held_runs or 1, len(starts))] if starts else now
    return profile.since(gauge.chosen(alert.place, long=True), moment)


def _key(alert: Alert) -> str:
    return key(alert.rule, alert.place)
