"""Workflow runs and their jobs, from GitHub's records. Pure.

Source: docs.github.com, "List jobs for a workflow run attempt".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from shuntyard.hub.answers import maybe, number_of, text_of
from shuntyard.hub.faults import StillRunningError

TEST_STEP = "run-shard"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRun:
    """One attempt of a run. `head_repository` is where its commit comes from, empty where that is deleted; `started_at`
    is when the attempt began, in UTC without a zone."""

    number: int
    attempt: int
    repository: str
    status: str
    event: str
    head_sha: str
    head_repository: str
    head_branch: str
    url: str
    started_at: datetime | None

    def check_ended(self) -> None:
        """Raises StillRunningError for a run that has not ended."""
        if self.status != "completed":
            told = f"run {self.number}, attempt {self.attempt}, has not ended: it is {self.status[:30]}"
            raise StillRunningError(told, hint="ask again when it has")


def read_run(data: Any) -> WorkflowRun:
    """A run from GitHub's record. Raises ShuntyardError when it is none."""
    return WorkflowRun(
        number=number_of(data, "id"),
        attempt=number_of(data, "run_attempt"),
        repository=text_of(data, "repository", "full_name"),
        status=text_of(data, "status"),
        event=text_of(data, "event"),
        head_sha=text_of(data, "head_sha"),
        head_repository=maybe(data, "head_repository", "full_name"),
        head_branch=maybe(data, "head_branch"),
        url=text_of(data, "html_url"),
        started_at=moment(data.get("run_started_at")),
    )


def job_rows(run: WorkflowRun, jobs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of shuntyard.columns.JOBS, first queued first. `pipeline` is the workflow's name, which is all that GitHub
    knows: shuntyard.jobs finds out which pipeline a job belongs to.

    A re-run of failed jobs lists those that had passed once more, as they were: what ended before the attempt began is
    left out. Skipped jobs never had a machine, so they are left out as well.
    """
    rows = []
    for job in jobs:
        completed = moment(job.get("completed_at"))
        carried = run.attempt > 1 and completed and run.started_at and completed < run.started_at
        if carried or job.get("conclusion") == "skipped":
            continue
        rows.append(_row(run, job, completed))
    return sorted(rows, key=lambda row: (row["created_at"] or datetime.max, row["job"]))


def _row(run: WorkflowRun, job: Mapping[str, Any], completed: datetime | None) -> dict[str, Any]:
    labels = job.get("labels")
    started = moment(job.get("started_at"))
    setup, test = _times(job.get("steps"), started)
    return {
        "provider": "github",
        "repository": run.repository,
        "run_id": str(run.number),
        "attempt": run.attempt,
        "pipeline": maybe(job, "workflow_name"),
        "job": text_of(job, "name"),
        "runner": " ".join(
            sorted(label for label in labels if isinstance(label, str)) if isinstance(labels, list) else ()
        ),
        "created_at": moment(job.get("created_at")),
        "started_at": started,
        "completed_at": completed,
        "setup_s": setup,
        "test_s": test,
    }


def _times(steps: Any, started: datetime | None) -> tuple[float | None, float | None]:
    """Seconds from the job's start to the step that runs the tests, and of that step; None where there is none.

    A composite action is one step to GitHub, so the step holds what the action does around the tests: setting up a
    Python and uploading the results. Times are whole seconds.
    """
    for step in steps if isinstance(steps, list) else ():
        if TEST_STEP in maybe(step, "name") and maybe(step, "conclusion") != "skipped":
            begin, end = moment(step.get("started_at")), moment(step.get("completed_at"))
            if begin and end and started:
                return max((begin - started).total_seconds(), 0.0), max((end - begin).total_seconds(), 0.0)
    return None, None


def moment(text: Any) -> datetime | None:
    """An ISO 8601 time as UTC without a zone; None for anything else, and for GitHub's year 1, which means never."""
    try:
        parsed = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
        found = parsed.astimezone(timezone.utc).replace(tzinfo=None) if parsed.tzinfo else None
        return found if found and found.year > 1 else None
    except (ValueError, OverflowError):
        return None
