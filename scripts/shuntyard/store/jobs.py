"""Brings what the provider knows of jobs into a history: once a run has ended; asking again changes nothing."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa

from shuntyard.errors import ShuntyardError
from shuntyard.hub import Hub
from shuntyard.hub.faults import GoneError, StillRunningError
from shuntyard.jobs import by_pipeline
from shuntyard.store import Store
from shuntyard.store.arrow import ARROW, schema_of
from shuntyard.store.key import RunId
from shuntyard.store.layout import CASE_COLUMNS, EXECUTION_COLUMNS, JOB_COLUMNS, RUNS
from shuntyard.store.relations import SQL
from shuntyard.store.tables import RunTables

INSTANCE = ":jobs"  # no instance can be called so: the list's key is never that of a run
PROVIDER = "github"


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A run whose jobs the history does not have. `units` are the ids of its units."""

    run: RunId
    started_at: datetime
    sha: str
    units: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Filled:
    """What became of the runs that were asked for: jobs added, runs still running, gone, or without a job of theirs."""

    runs: int = 0
    jobs: int = 0
    running: int = 0
    gone: int = 0
    foreign: int = 0


def fill(
    store: Store,
    hub_of: Callable[[str], Hub],
    *,
    since: datetime | None = None,
    runs: Sequence[str] = (),
    tell: Callable[[str], None] = print,
) -> Filled:
    """Asks the hub of each repository for the jobs of runs that lack them, and appends them.

    `since` (UTC, without a zone) and `runs` (ids) narrow the runs. Raises ShuntyardError where the provider or the
    store refuses; what was appended before stays, and the next call goes on from there.
    """
    done = Filled()
    groups: dict[tuple[str, str, int], list[Missing]] = defaultdict(list)
    for item in missing(store, since, runs):
        groups[item.run.repository, item.run.run_id, item.run.attempt].append(item)
    hubs: dict[str, Hub] = {}
    for (repository, run_id, attempt), items in groups.items():
        hub = hubs.setdefault(repository, hub_of(repository))
        try:
            rows = hub.jobs(run_id, attempt)
        except StillRunningError as error:
            done.running += len(items)
            tell(error.message)
            continue
        except GoneError as error:
            done.gone += len(items)
            tell(error.message)
            continue
        _append(store, rows, items, done, tell)
    return done


def _append(
    store: Store, rows: list[dict[str, Any]], items: Sequence[Missing], done: Filled, tell: Callable[[str], None]
) -> None:
    parts = by_pipeline(rows, {item.run.pipeline: item.units for item in items})
    for item in items:
        own = parts[item.run.pipeline]
        if not own:
            done.foreign += 1
            tell(f"run {item.run.run_id}: no job is of the pipeline {item.run.pipeline}")
            continue
        if store.append(tables(item, own)) == "differs":
            raise ShuntyardError(f"the history has other jobs of run {item.run.run_id}", hint="they stay as they are")
        done.runs += 1
        done.jobs += len(own)


def missing(store: Store, since: datetime | None = None, runs: Sequence[str] = ()) -> list[Missing]:
    """The runs of GitHub that have no jobs in the history, oldest first."""
    question = (SQL / "history_jobs_missing.sql").read_text(encoding="utf-8")
    values = {"provider": PROVIDER, "since": since, "runs": list(runs)}
    with store.history() as history:
        found = history.run(lambda connection: connection.execute(question, values).fetchall())
    return [
        Missing(
            run=RunId(
                provider=provider,
                repository=repository,
                pipeline=pipeline,
                instance="",
                run_id=run_id,
                attempt=attempt,
            ),
            started_at=started_at,
            sha=sha or "",
            units=tuple(units),
        )
        for provider, repository, run_id, attempt, pipeline, started_at, sha, units in found
    ]


def tables(item: Missing, rows: Sequence[Mapping[str, Any]]) -> RunTables:
    """The jobs of a run as tables: a list of their own, which belongs to the month of the run."""
    run = replace(item.run, instance=INSTANCE)
    digest = hashlib.blake2b(repr([sorted(row.items()) for row in rows]).encode(), digest_size=16).hexdigest()
    about = {
        "run_key": run.key,
        "instance": run.instance,
        "sha": item.sha,
        "run_started_at": item.started_at,
        "digest": digest,
    }
    full = [{**row, **about, "position": position} for position, row in enumerate(rows)]
    arrays = [pa.array([row[name] for row in full], ARROW[kind]) for name, kind in JOB_COLUMNS.items()]
    return RunTables(
        id=run,
        started_at=item.started_at,
        digest=digest,
        runs=schema_of(RUNS).empty_table(),
        executions=schema_of(EXECUTION_COLUMNS).empty_table(),
        cases=schema_of(CASE_COLUMNS).empty_table(),
        jobs=pa.Table.from_arrays(arrays, schema=schema_of(JOB_COLUMNS)),
    )
