"""Rules and readings → alerts, and which actions are due. Pure: what was known before and the time are arguments.

good      the condition does not hold
pending   it holds, but not yet for as long, or in as many runs, as the rule asks
firing    it holds for so long; or it did, and since then nobody knows
resolved  it fired, and it is known to hold no more
unknown   nothing says whether it holds; that is told, and never taken for good
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from shuntyard.alerts.readings import Reading, Track
from shuntyard.alerts.rules import SEVERITIES, TELLING, Action, Place, Rule
from shuntyard.alerts.state import Entry, State, ended
from shuntyard.conditions import Condition

Status = Literal["firing", "resolved", "pending", "unknown", "good"]
WORST_FIRST: tuple[Status, ...] = ("firing", "resolved", "pending", "unknown", "good")
Kind = Literal["fire", "remind", "resolve"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A rule at a place, judged. `since`: it holds from then on (empty unless it fires or is pending); `held_runs`: in
    so many runs in a row. `threshold` is the value of the condition's right side. `blind`: it fires because it did, and
    whether it still holds is not known."""

    rule: Rule
    place: Place
    status: Status
    reading: Reading
    threshold: float | None = None
    since: str = ""
    held_runs: int = 0
    blind: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An action to carry out: because the alert fires, as a reminder of it, or because it is over."""

    alert: Alert
    action: Action
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The alerts, worst first, and the state that follows; `dropped` are entries whose rule is there no more."""

    alerts: tuple[Alert, ...]
    state: State
    dropped: tuple[Entry, ...] = ()


def evaluate(tracks: Sequence[Track], state: State, now: datetime) -> Evaluation:
    """Judges every track. Nothing that has been told changes here: `shuntyard.alerts.state.done` notes that."""
    alerts, after = [], replace(state, checked=now.isoformat())
    for track in tracks:
        alert, entry = _judge(track, state.of(track.rule, track.place), now)
        alerts.append(alert)
        after = after.put(entry)
    rules = {track.rule.id for track in tracks}
    gone = tuple(entry for entry in after.entries.values() if entry.rule not in rules)
    entries = {name: entry for name, entry in after.entries.items() if entry.rule in rules}
    return Evaluation(alerts=tuple(sorted(alerts, key=_order)), state=replace(after, entries=entries), dropped=gone)


def due(alert: Alert, entry: Entry, now: datetime) -> tuple[Due, ...]:
    """What is to be done about an alert: each action once a firing, reminders in time, and once that it is over."""
    rule = alert.rule
    if alert.status == "firing":
        new = [action for action in rule.actions if action not in entry.told]
        if alert.blind:  # what changes things acts on what is known
            new = [action for action in new if action in TELLING]
        old = [action for action in rule.actions if action in TELLING and _late(entry.told.get(action), rule, now)]
        return (
            *(Due(alert=alert, action=action, kind="fire") for action in new),
            *(Due(alert=alert, action=action, kind="remind") for action in old),
        )
    if alert.status == "resolved":
        known = [action for action in rule.actions if action in TELLING and action in entry.told]
        return tuple(Due(alert=alert, action=action, kind="resolve") for action in known)
    return ()


def settled(entry: Entry) -> Entry:
    """The entry once what was due is done: an alert that is over, and that all who knew of it know to be, is gone."""
    return ended(entry) if entry.over and not TELLING & entry.told.keys() else entry


def exit_code(alerts: Sequence[Alert]) -> int:
    """1 when an alert fires, else 0."""
    return int(any(alert.status == "firing" for alert in alerts))


def _judge(track: Track, entry: Entry, now: datetime) -> tuple[Alert, Entry]:
    rule, reading = track.rule, track.now
    holds = _holds(rule, reading)
    alert = Alert(
        rule=rule,
        place=track.place,
        status="good",
        reading=reading,
        threshold=_threshold(rule, reading),
        note=reading.note,
    )
    if holds is None:
        alert = replace(alert, status="unknown", note=_why_unknown(rule, reading))
        if entry.fires:
            return replace(alert, status="firing", since=entry.since, blind=True), entry
        return (replace(alert, status="resolved"), entry) if entry.over else (alert, entry)
    if not holds:
        if not entry.since:
            return alert, entry
        return replace(alert, status="resolved", since=entry.since), replace(entry, over=entry.over or now.isoformat())
    since, runs = _held(track, now)
    alert = replace(alert, held_runs=runs, since=since.isoformat())
    if entry.fires:
        return replace(alert, status="firing", since=entry.since), entry
    if not _long_enough(rule, since, runs, now):
        return (
            (replace(alert, status="resolved", since=entry.since), entry)
            if entry.over
            else (
                replace(alert, status="pending"),
                entry,
            )
        )
    if entry.over:  # it is back before anyone was told that it was over: who was told once knows already
        told: dict[str, str] = {name: when for name, when in entry.told.items() if name in TELLING}
        return replace(alert, status="firing", since=entry.since), replace(entry, over="", told=told)
    return replace(alert, status="firing"), replace(entry, since=since.isoformat())


def _holds(rule: Rule, reading: Reading) -> bool | None:
    if reading.n < rule.least and rule.question.quantity != "executions":
        return None
    if isinstance(rule.question, Condition):
        return rule.question.holds(*_values(rule, reading))
    return rule.question.holds(reading.verdict)


def _threshold(rule: Rule, reading: Reading) -> float | None:
    return rule.question.threshold(*_values(rule, reading)) if isinstance(rule.question, Condition) else None


def _values(rule: Rule, reading: Reading) -> tuple[dict[str, float], dict[str, float]]:
    name = rule.question.quantity
    values = {} if reading.value is None else {name: reading.value}
    return values, {} if reading.baseline is None else {name: reading.baseline}


def _why_unknown(rule: Rule, reading: Reading) -> str:
    if 0 < reading.n < rule.least:
        few = f"{reading.n} of the {rule.least} {reading.of} that a judgement takes"
        return f"{few}; {reading.note}" if reading.note else few
    return reading.note or "not measured"


def _held(track: Track, now: datetime) -> tuple[datetime, int]:
    """Since when the condition holds without a break, and in how many runs. An unknown run is no break."""
    since, runs = now, 0
    for point in reversed(track.before):
        holds = _holds(track.rule, point.reading)
        if holds is False:
            break
        if holds:
            since, runs = min(since, point.moment), runs + 1
    return since, max(runs, 1)  # it holds now, whichever run made it so


def _long_enough(rule: Rule, since: datetime, runs: int, now: datetime) -> bool:
    if rule.hold.seconds:
        return (now - since).total_seconds() >= rule.hold.seconds
    return runs >= rule.hold.runs


def _late(told: str | None, rule: Rule, now: datetime) -> bool:
    if not told or not rule.remind_s:
        return False
    return (now - datetime.fromisoformat(told)).total_seconds() >= rule.remind_s


def _order(alert: Alert) -> tuple[int, int, str, str]:
    place, severity = alert.place, SEVERITIES.index(alert.rule.severity)
    return WORST_FIRST.index(alert.status), severity, alert.rule.name, place.key


def clear(entry: Entry, now: datetime) -> Entry:
    """The alert as over, because somebody says so. It fires again with the next check that finds that it holds."""
    return replace(entry, over=entry.over or now.isoformat()) if entry.since else entry
