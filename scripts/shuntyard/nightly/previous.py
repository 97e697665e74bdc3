"""The run before: what a pipeline came to last, by its stable rows, from a history."""

from __future__ import annotations

from datetime import datetime, timedelta

from shuntyard.analyses.query import Chosen, Connection, Scope
from shuntyard.nightly.experimental import Experimental
from shuntyard.nightly.gather import newest_outcome
from shuntyard.report import Report
from shuntyard.store import Chosen as Runs
from shuntyard.store import open_store
from shuntyard.store.tables import moment

LOOK_BACK = timedelta(days=90)


def outcome_before(where: str, report: Report, test: Experimental, now: datetime) -> str | None:
    """The outcome of the newest other run of the report's pipeline (and instance) that began no later; None where the
    history has none of the last 90 days. The report's own run may be in the history already."""
    starts = [start for row in report.rows for run in row.runs if (start := moment(run.started_at))]
    began = min(starts, default=None) or moment(report.generated_at) or now
    since = began - LOOK_BACK
    with open_store(where).history(Runs(since=since, pipelines=(report.pipeline,))) as history:
        return history.run(lambda connection: _ask(connection, report, test, began, since))


def _ask(connection: Connection, report: Report, test: Experimental, began: datetime, since: datetime) -> str | None:
    own = (report.run.run_id, report.run.attempt)
    repository = report.run.repository
    chosen = Chosen(connection, Scope(since=since, repository=repository, pipelines=(report.pipeline,)))
    runs = [
        run
        for run in chosen.rows("nightly_runs", pipelines=[report.pipeline], since=since, repository=repository)
        if run["instance"] == report.instance and (run["run_id"], run["attempt"]) != own and run["began"] <= began
    ]
    return newest_outcome(chosen, runs, test)
