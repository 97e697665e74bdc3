"""A history → the runs that decide about the pin."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime

from shuntyard.analyses.query import Chosen, Connection, Scope
from shuntyard.errors import ShuntyardError
from shuntyard.nightly.attempts import Attempt, Facts, attempts, shards
from shuntyard.pinning.decide import UpstreamRun

ANY = "any"


def gather(
    connection: Connection, *, pipeline: str, axis: str, value: str, since: datetime, repository: str
) -> tuple[UpstreamRun, ...]:
    """The runs since a moment (UTC without a zone), each as its newest attempt left the rows with `axis` = `value`; all
    of its rows where `value` is ANY. `repository` chooses where the history has the pipeline of several."""
    chosen = Chosen(connection, Scope(since=since, pipelines=(pipeline,)))
    runs = chosen.rows("nightly_runs", since=since, pipelines=[pipeline], repository="")
    names = sorted({str(run["repository"]) for run in runs})
    if len(names) > 1:
        if repository not in names:
            told = ", ".join(names[:5])
            raise ShuntyardError(f"the history has {pipeline} of several repositories: {told}", hint="name one of them")
        runs = [run for run in runs if run["repository"] == repository]
    rows: dict[str, list[Facts]] = defaultdict(list)
    for row in chosen.rows("nightly_rows", keys=[run["run_key"] for run in runs]) if runs else []:
        rows[row["run_key"]].append(row)
    newest: dict[str, Attempt] = {}
    for each in attempts(runs):
        newest.setdefault(each.run_id, each)
    return tuple(_tested(each, rows, axis, value) for each in newest.values())


def _tested(attempt: Attempt, rows: dict[str, list[Facts]], axis: str, value: str) -> UpstreamRun:
    parts = [part for row in shards(attempt, rows, {}).rows for part in row if _fits(part, axis, value)]
    worst = max(parts, key=lambda part: part["badness"], default=None)
    return UpstreamRun(
        run_id=attempt.run_id,
        began=attempt.began,
        outcome=str(worst["outcome"]) if worst else "",
        row=str(worst["row_id"]) if worst else "",
        url=str(attempt.parts[0]["url"] or ""),
    )


def _fits(part: Facts, axis: str, value: str) -> bool:
    return value == ANY or str(json.loads(part["row_values"] or "{}").get(axis, "")) == value
