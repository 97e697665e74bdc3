"""From a history to the status page: opens, asks, renders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shuntyard.errors import Problem, ShuntyardError
from shuntyard.nightly.cadence import read_pipelines
from shuntyard.nightly.experimental import experimental
from shuntyard.nightly.facts import facts
from shuntyard.nightly.gather import Asked, gather
from shuntyard.nightly.page import render
from shuntyard.nightly.view import View, view
from shuntyard.options import words
from shuntyard.store import Chosen, open_store

MOST_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The page, the same for programs, and the files of the history that could not be read."""

    html: str
    facts: dict[str, Any]
    view: View
    problems: tuple[Problem, ...]


def ask(
    *, pipelines: str, cadence: str, days: float, turn: float, repository: str, patterns: str, now: datetime
) -> Asked:
    """What is asked, from texts as people write them. Raises ShuntyardError that says what is not understood."""
    if not (1 <= days <= MOST_DAYS and float(days).is_integer()):
        raise ShuntyardError(f"{days:g} days cannot be shown", hint=f"write a whole number from 1 to {MOST_DAYS}")
    if not (0 <= turn <= 23 and float(turn).is_integer()):
        raise ShuntyardError(f"the hour {turn:g} is none", hint="write a whole number from 0 to 23, in UTC")
    found = tuple(words(patterns))
    experimental(found)
    return Asked(
        pipelines=read_pipelines(words(pipelines), words(cadence)),
        now=now,
        days=int(days),
        turn=int(turn),
        repository=repository,
        patterns=found,
    )


def build(where: str, asked: Asked) -> Status:
    """The status of the history at `where`. Raises ShuntyardError where it is out of reach or a library is missing."""
    place = open_store(where)
    # All of these pipelines' runs, however old: the first of each says from when on a missing one is missed.
    with place.history(Chosen(pipelines=tuple(each.name for each in asked.pipelines))) as history:
        nights = history.run(lambda connection: gather(connection, asked))
        problems = history.problems

    def shown(details: int) -> View:
        return view(nights, asked, where=place.where, problems=problems, details=details)

    whole = shown(asked.days)
    return Status(html=render(shown), facts=facts(whole), view=whole, problems=problems)
