"""Which nights there should have been. Pure: the moment is an argument.

Nothing is guessed from the runs: a pipeline that stopped a month ago would look as if it were never due. The days on
which one is due are said (daily, unless told otherwise), and before its first run in the history nothing is missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from shuntyard.errors import ShuntyardError
from shuntyard.nightly.night import ROLES, Pipeline, Role, State

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMED = {"daily": frozenset(range(7)), "weekdays": frozenset(range(5))}
_DAY = timedelta(days=1)


def night_of(moment: datetime, turn: int) -> date:
    """The night that a moment (UTC) belongs to: from the hour `turn` on, a run counts for the next day's night; 0
    keeps to the days as they are."""
    return (moment + timedelta(hours=(24 - turn) % 24)).date()


def end_of(day: date, turn: int) -> datetime:
    """When a night is over."""
    return datetime.combine(day, time()) + timedelta(hours=turn or 24)


def nights(now: datetime, days: int, turn: int) -> tuple[date, ...]:
    """The newest nights, the newest first; the first of them may not be over."""
    newest = night_of(now, turn)
    return tuple(newest - number * _DAY for number in range(days))


def absent(pipeline: Pipeline, day: date, *, first: date | None, now: datetime, turn: int) -> State:
    """What it means that a pipeline has no run in a night. `first` is the night of its first run in the history."""
    if first is None or day < first:
        return "unseen"
    if day.weekday() not in pipeline.expected:
        return "off"
    return "pending" if end_of(day, turn) > now else "missed"


def read_pipelines(names: Sequence[str], due: Sequence[str]) -> tuple[Pipeline, ...]:
    """The pipelines from `name` or `name=role`, and the days from `daily`, `weekdays`, `mon+thu` or `name=mon+thu`.

    Without a role the first pipeline is "source" and the others are "installed". Raises ShuntyardError.
    """
    if len(names) < 2 or len({name.partition("=")[0] for name in names}) < len(names):
        raise ShuntyardError("name two or more different pipelines", hint="such as nightly-rbe nightly-integration")
    found = []
    for number, text in enumerate(names):
        name, _, role = text.partition("=")
        found.append((name, _role(role or ROLES[min(number, 1)], text)))
    every, own = _due(due, {name for name, _ in found})
    return tuple(Pipeline(name=name, role=role, expected=own.get(name, every)) for name, role in found)


def _role(text: str, whole: str) -> Role:
    for role in ROLES:
        if text == role:
            return role
    raise ShuntyardError(f"the pipeline {whole!r} has no such role", hint="write name=source or name=installed")


def _due(texts: Sequence[str], names: set[str]) -> tuple[frozenset[int], dict[str, frozenset[int]]]:
    every, own = _NAMED["daily"], {}
    for text in texts:
        name, equals, days = text.rpartition("=")
        if equals and name not in names:
            raise ShuntyardError(f"{name!r} is none of the pipelines", hint=f"they are {', '.join(sorted(names))}")
        if equals:
            own[name] = _days(days)
        else:
            every = _days(days)
    return every, own


def _days(text: str) -> frozenset[int]:
    if text in _NAMED:
        return _NAMED[text]
    parts = text.lower().split("+")
    if not set(parts) <= set(WEEKDAYS):
        raise ShuntyardError(f"the days {text!r} are not understood", hint="write daily, weekdays, or such as mon+thu")
    return frozenset(WEEKDAYS.index(part) for part in parts)
