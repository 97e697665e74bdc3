"""From a history to the dashboard: opens, asks, draws, renders. Every outside thing is in a file of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from shuntyard.analyses.query import Chosen, Connection, Scope
from shuntyard.dashboard import page, recent
from shuntyard.dashboard.draw import Pen
from shuntyard.dashboard.gather import Asked, Findings, gather
from shuntyard.dashboard.pictures import Sketches
from shuntyard.dashboard.recent import Extent
from shuntyard.dashboard.view import View, view
from shuntyard.dashboard.worker import Worker
from shuntyard.errors import Problem
from shuntyard.stats.changes import Change
from shuntyard.store import Chosen as Runs
from shuntyard.store import Store, open_store

if TYPE_CHECKING:
    from shuntyard.store.relations import History

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """The page, what it was made of, and the files of the history that could not be read."""

    html: str
    findings: Findings
    problems: tuple[Problem, ...]


def build(where: str, asked: Asked, *, tell: Tell) -> Dashboard:
    """The dashboard of the history at `where`. Raises ShuntyardError where it is out of reach or a library missing."""
    place = open_store(where)
    tell(f"reading the history at {place.where}")
    with Pen() as pen, Worker("seek") as seeker:
        sketches = Sketches(pen, asked)
        with place.history(Runs(since=_since(asked), pipelines=asked.scope.pipelines)) as history:
            findings, problems = _ask(history, asked, tell, sketches, seeker)
        elsewhere = Extent() if findings.extent.executions else _elsewhere(place)
        tell("drawing")
        pictures = sketches.finish(findings)
    tell("writing the page")

    def shown(share: float) -> View:
        return view(findings, pictures, where=place.where, elsewhere=elsewhere, problems=problems, share=share)

    return Dashboard(html=page.render(shown), findings=findings, problems=problems)


def _ask(
    history: History, asked: Asked, tell: Tell, sketches: Sketches, seeker: Worker
) -> tuple[Findings, tuple[Problem, ...]]:
    def seek(wanted: Sequence[tuple[Sequence[float], float]], seed: int, alpha: float) -> list[tuple[Change, ...]]:
        found = seeker.ask([wanted, seed, alpha])
        return [tuple(Change(**change) for change in changes) for changes in found]

    def analyse(connection: Connection) -> Findings:
        return gather(connection, asked, tell=tell, early=sketches, seek=seek)

    # A history is many small files, and each question reads all of their footers: kept, they are read once.
    history.connection.execute("SET parquet_metadata_cache = true")
    return history.run(analyse), history.problems


def _elsewhere(place: Store) -> Extent:
    """What there is outside the scope, to say so rather than to show an empty page."""
    with place.history() as history:
        return history.run(lambda connection: recent.extent(Chosen(connection, Scope())))


def _since(asked: Asked) -> datetime | None:
    """Runs that started a little before the scope may have executions in it."""
    return asked.scope.since - timedelta(days=2) if asked.scope.since else None


def write(path: Path, text: str) -> None:
    """Writes a file under another name first and then renames it, so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    temporary.replace(path)
