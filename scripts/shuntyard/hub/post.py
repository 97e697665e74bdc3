"""Posts the reports of a finished pull-request run as comments on its pull request.

A run of a pull request, a fork's above all, can write nothing; so it leaves `report.json` and `comment.json` in an
artifact, and a run of the default branch posts them. None of that is trusted: the text is made here, from the report's
data; and the pull request that `comment.json` names must be open at the commit and the repository of the run, as GitHub
itself tells them. Nothing of the pull request is checked out or run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from shuntyard import comment, wire
from shuntyard.errors import ShuntyardError
from shuntyard.hub.answers import maybe
from shuntyard.hub.artifacts import Parcel, fetch
from shuntyard.hub.faults import GoneError
from shuntyard.hub.github import ACTIONS, PULLS, GitHubHub
from shuntyard.hub.runs import WorkflowRun, read_run
from shuntyard.report import SCHEMA, Report

REPORT = "report.json"
EVENT = "pull_request"
MEMBERS = {comment.NOTICE: 10_000, REPORT: 64 * 1024 * 1024}


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What became of one artifact: the comment's `address`, or `why` there is none. `bad` says that somebody should
    look at it: a report that cannot be read, or a claim that is not true."""

    artifact: str
    address: str = ""
    why: str = ""
    bad: bool = False


def post_reports(hub: GitHubHub, run_id: str, pattern: str) -> list[Posted]:
    """Posts every report among the run's artifacts. Raises ShuntyardError where GitHub refuses or stays away."""
    if not run_id.isdecimal():
        raise ShuntyardError(f"{run_id[:50]!r} is no run of GitHub", hint="a run's number, such as 17352846012")
    run = read_run(hub.api.get(f"{hub.root}/actions/runs/{run_id}", f"read run {run_id}", ACTIONS))
    if run.event != EVENT:
        return [Posted(artifact="", why=f"run {run_id} is of the event {run.event[:50]}, not {EVENT}")]
    return [_post(hub, run, parcel) for parcel in fetch(hub.api, run_id, pattern, MEMBERS)]


def _post(hub: GitHubHub, run: WorkflowRun, parcel: Parcel) -> Posted:
    if parcel.problem:
        return Posted(artifact=parcel.name, why=parcel.problem, bad=True)
    if comment.NOTICE not in parcel.files or REPORT not in parcel.files:
        return Posted(artifact=parcel.name, why=f"it has no {comment.NOTICE} with a {REPORT}")
    try:
        notice = wire.decode(comment.Notice, _json(parcel.files[comment.NOTICE]))
        report = _report(parcel.files[REPORT])
    except (ValueError, RecursionError) as error:
        return Posted(artifact=parcel.name, why=f"it is not understood: {str(error)[:300]}", bad=True)
    stranger = _stranger(hub, run, notice)
    if stranger:
        why, bad = stranger
        return Posted(artifact=parcel.name, why=why, bad=bad)
    body = comment.render(report, url=run.url, sha=run.head_sha)
    made = hub.comment(notice.number, comment.marker(report), body)
    return Posted(artifact=parcel.name, address=made.address)


def _stranger(hub: GitHubHub, run: WorkflowRun, notice: comment.Notice) -> tuple[str, bool] | None:
    """Why the run does not belong to the pull request that it names, and whether that is suspicious; else None."""
    if notice.run_id != str(run.number):
        return f"it says that it is of run {notice.run_id[:30]!r}, and it is of run {run.number}", True
    try:
        pull = hub.api.get(f"{hub.root}/pulls/{int(notice.number)}", f"read pull request {notice.number}", PULLS)
    except GoneError:
        return f"there is no pull request {notice.number}", True
    if not run.head_repository or maybe(pull, "head", "repo", "full_name") != run.head_repository:
        return f"pull request {notice.number} is not from the repository of this run", True
    if maybe(pull, "head", "ref") != run.head_branch:
        return f"pull request {notice.number} is not from the branch of this run", True
    if maybe(pull, "head", "sha") != run.head_sha:
        return f"pull request {notice.number} has moved on since {run.head_sha[:12]}", False
    return None


def _report(content: bytes) -> Report:
    record = _json(content)
    schema = record.get("schema", SCHEMA) if isinstance(record, dict) else SCHEMA
    if schema != SCHEMA:
        raise ValueError(f"the report has schema {str(schema)[:20]}; this version of Shuntyard reads {SCHEMA}")
    return wire.decode(Report, record)


def _json(content: bytes) -> Any:
    return json.loads(content.decode("utf-8"), parse_constant=_refuse)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"the number {name}")
