"""The state machine of alerts: told once for each firing, never while pending, and unknown is never good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuntyard.alerts.evaluate import Alert, Due, Evaluation, Kind, clear, due, evaluate, exit_code, settled
from shuntyard.alerts.readings import Point, Reading, Track
from shuntyard.alerts.rules import TELLING, Action, Hold, Place, Rule
from shuntyard.alerts.state import State, closed, done
from shuntyard.alerts.verdicts import parse

NOW = datetime(2026, 11, 22, 12, 0)
PLACE = Place(per="configuration", name="distributed")
DAY = timedelta(days=1)


def rule(condition: str = "fallback_rate > 5%", **fields: object) -> Rule:
    bare = Rule(name="High Fallback Rate", question=parse(condition), actions=("disable_feature_flag", "notify"))
    return replace(bare, **fields)  # type: ignore[arg-type]


def reading(rate: float | None, n: int = 100) -> Reading:
    return Reading(value=rate, n=n if rate is not None else 0, note="" if rate is not None else "no executions")


def track(now: float | None, before: Sequence[float | None] = (), *, of: Rule | None = None, n: int = 100) -> Track:
    """A track whose runs were a day apart, the newest a day ago."""
    points = [
        Point(moment=NOW - DAY * (len(before) - index), reading=reading(value, n)) for index, value in enumerate(before)
    ]
    return Track(rule=of or rule(), place=PLACE, now=reading(now, n), before=tuple(points))


def only(evaluation: Evaluation) -> Alert:
    (alert,) = evaluation.alerts
    return alert


@pytest.mark.parametrize(
    ("value", "status", "code"), [(0.2, "firing", 1), (0.01, "good", 0), (0.05, "good", 0), (None, "unknown", 0)]
)
def test_status_of_a_rule_that_fires_at_once(value: float | None, status: str, code: int) -> None:
    evaluation = evaluate([track(value)], State(), NOW)
    alert = only(evaluation)
    assert (alert.status, exit_code(evaluation.alerts)) == (status, code)
    assert alert.threshold == 0.05
    assert bool(evaluation.state.entries) == (status == "firing")


def test_unknown_says_why() -> None:
    assert only(evaluate([track(None)], State(), NOW)).note == "no executions"
    few = only(evaluate([track(0.5, n=4, of=rule(least=20))], State(), NOW))
    assert (few.status, few.note) == ("unknown", "4 of the 20 executions that a judgement takes")


@pytest.mark.parametrize(
    ("before", "status", "runs"),
    [
        ([0.2, 0.2, 0.2], "firing", 3),
        ([0.0, 0.2, 0.2], "pending", 2),
        ([0.2, 0.2, 0.0], "pending", 1),  # it holds now, though not at the end of the newest run
        ([0.2, None, 0.2], "pending", 2),  # what is not known neither counts nor breaks
        ([None, None, None], "pending", 1),
    ],
)
def test_for_runs(before: list[float | None], status: str, runs: int) -> None:
    alert = only(evaluate([track(0.2, before, of=rule(hold=Hold(runs=3)))], State(), NOW))
    assert (alert.status, alert.held_runs) == (status, runs)


@pytest.mark.parametrize(
    ("before", "status", "days"),
    [([0.2, 0.2], "firing", 2), ([0.0, 0.2], "pending", 1), ([0.2, 0.0], "pending", 0), ([0.0, 0.2, 0.2], "firing", 2)],
)
def test_for_a_time(before: list[float | None], status: str, days: int) -> None:
    alert = only(evaluate([track(0.2, before, of=rule(hold=Hold(seconds=2 * 86_400.0)))], State(), NOW))
    assert (alert.status, alert.since) == (status, (NOW - days * DAY).isoformat())


def test_a_condition_that_does_not_hold_now_is_not_pending_for_what_was() -> None:
    assert only(evaluate([track(0.0, [0.2, 0.2], of=rule(hold=Hold(runs=2)))], State(), NOW)).status == "good"


def test_what_fired_and_is_not_known_now_still_fires_and_switches_nothing() -> None:
    first = evaluate([track(0.2)], State(), NOW)
    second = evaluate([track(None)], first.state, NOW + DAY)
    alert = only(second)
    assert (alert.status, alert.blind, exit_code(second.alerts)) == ("firing", True, 1)
    actions = {each.action for each in due(alert, second.state.of(alert.rule, PLACE), NOW + DAY)}
    assert actions == {"notify"}


def test_a_verdict_is_asked_for_by_name() -> None:
    asked = rule("verdict == regressed")
    for verdict, status in (("regressed", "firing"), ("inconclusive", "good"), (None, "unknown")):
        found = Track(rule=asked, place=PLACE, now=Reading(verdict=verdict, n=20))
        assert only(evaluate([found], State(), NOW)).status == status


def test_reminders_come_in_time_and_only_from_what_tells() -> None:
    asked = rule(remind_s=3 * 86_400.0)
    state = check(State(), [track(0.2, of=asked)], NOW).state
    assert check(state, [track(0.2, of=asked)], NOW + 2 * DAY).told == []
    later = check(state, [track(0.2, of=asked)], NOW + 3 * DAY)
    assert later.told == [("notify", "remind")]
    assert check(later.state, [track(0.2, of=asked)], NOW + 4 * DAY).told == []
    never = check(State(), [track(0.2, of=rule(remind_s=0.0))], NOW).state
    assert check(never, [track(0.2, of=rule(remind_s=0.0))], NOW + 400 * DAY).told == []


def test_what_comes_back_before_it_was_told_as_over_is_told_as_nothing_new() -> None:
    state = check(State(), [track(0.2)], NOW).state
    over = evaluate([track(0.0)], state, NOW + DAY)  # the check is killed here
    assert only(over).status == "resolved"
    back = check(over.state, [track(0.2)], NOW + 2 * DAY)
    assert back.told == [("disable_feature_flag", "fire")]  # the flag may have been switched on again


def test_cleared_is_over_and_told_once() -> None:
    state = check(State(), [track(0.2)], NOW).state
    entry = state.of(rule(), PLACE)
    cleared = check(state.put(clear(entry, NOW)), [track(None)], NOW + DAY)
    assert (cleared.told, cleared.state.entries) == ([("notify", "resolve")], {})


def test_an_entry_whose_rule_is_gone_is_named_and_forgotten() -> None:
    state = check(State(), [track(0.2)], NOW).state
    other = track(0.0, of=replace(rule(), name="Another"))
    evaluation = evaluate([other], state, NOW + DAY)
    assert [entry.name for entry in evaluation.dropped] == ["High Fallback Rate"]
    assert evaluation.state.entries == {}


# --- any course of events


@dataclass
class Told:
    state: State
    told: list[tuple[Action, Kind]]
    alert: Alert


def check(state: State, tracks: Sequence[Track], now: datetime, failing: frozenset[str] = frozenset()) -> Told:
    """One check whose actions succeed, but for those that fail."""
    evaluation = evaluate(tracks, state, now)
    state = evaluation.state
    told: list[tuple[Action, Kind]] = []
    for alert in evaluation.alerts:
        entry = state.of(alert.rule, alert.place)
        for each in due(alert, entry, now):
            if each.action in failing:
                continue
            told.append((each.action, each.kind))
            entry = _after(each, entry, now)
        state = state.put(settled(entry))
    return Told(state, told, evaluation.alerts[0])


def _after(each: Due, entry, now):  # type: ignore[no-untyped-def]
    return closed(entry, each.action) if each.kind == "resolve" else done(entry, each.action, now.isoformat())


VALUES = st.sampled_from([0.2, 0.2, 0.0, 0.0, None])
COURSES = st.lists(st.tuples(VALUES, st.frozensets(st.sampled_from(["notify", "disable_feature_flag"]))), max_size=25)


@settings(max_examples=300, deadline=None)
@given(COURSES, st.integers(1, 3))
def test_an_alert_is_told_once_for_each_firing_and_never_while_pending(
    course: list[tuple[float | None, frozenset[str]]], runs: int
) -> None:
    asked = rule(hold=Hold(runs=runs), remind_s=0.0)
    state, known, past = State(), False, []
    for step, (value, failing) in enumerate(course):
        past.append(value)
        found = check(state, [track(value, past[-runs:] if runs > 1 else [], of=asked)], NOW + DAY * step, failing)
        if found.alert.status in ("pending", "good", "unknown"):
            assert found.told == []
        for action, kind in found.told:
            if action not in TELLING:
                assert kind == "fire"
                continue
            assert kind == ("resolve" if known else "fire"), "told twice, or over before it was told"
            known = not known
        if value is None and state.entries:
            assert found.alert.status in ("firing", "resolved"), "unknown was taken for good"
        state = found.state
        assert all(entry.since for entry in state.entries.values())


@settings(max_examples=100, deadline=None)
@given(st.lists(VALUES, min_size=2, max_size=6), st.randoms())
def test_the_order_of_rules_does_not_matter(values: list[float | None], chance) -> None:  # type: ignore[no-untyped-def]
    tracks = [track(value, of=replace(rule(), name=f"rule {index}")) for index, value in enumerate(values)]
    shuffled = list(tracks)
    chance.shuffle(shuffled)
    assert evaluate(tracks, State(), NOW) == evaluate(shuffled, State(), NOW)
