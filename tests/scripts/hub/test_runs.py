"""Runs and jobs from GitHub's records."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from shuntyard.columns import JOBS
from shuntyard.errors import ShuntyardError
from shuntyard.hub.faults import StillRunningError
from shuntyard.hub.github import GitHubHub
from shuntyard.hub.runs import moment
from tests.scripts.hub.fake_github import REPO, Yard

RUN = {
    "id": 77,
    "run_attempt": 1,
    "status": "completed",
    "event": "pull_request",
    "head_sha": "c0ffee",
    "head_branch": "topic",
    "html_url": "https://x.test/runs/77",
    "repository": {"full_name": REPO},
    "head_repository": {"full_name": REPO},
    "run_started_at": "2026-11-22T05:00:00Z",
}


def step(name: str, begin: str, end: str) -> dict[str, Any]:
    times = {"started_at": f"2026-11-22T{begin}Z", "completed_at": f"2026-11-22T{end}Z"}
    return {"name": name, "conclusion": "success", **times}


TEST: dict[str, Any] = {
    "name": "call / test docs_test",
    "workflow_name": "CI",
    "labels": ["linux", "gpu", "self-hosted"],
    "conclusion": "success",
    "created_at": "2026-11-22T05:00:20Z",
    "started_at": "2026-11-22T05:03:20Z",
    "completed_at": "2026-11-22T05:30:00Z",
    "steps": [step("Set up job", "05:03:20", "05:03:22"), step("Run $/actions/run-shard", "05:04:00", "05:29:30")],
}
SELECT: dict[str, Any] = {
    "name": "call / select",
    "workflow_name": "CI",
    "labels": ["ubuntu-24.04"],
    "conclusion": "success",
    "created_at": "2026-11-22T05:00:00Z",
    "started_at": "2026-11-22T05:00:05Z",
    "completed_at": "2026-11-22T05:00:15Z",
    "steps": [step("Run $/actions/select-rows", "05:00:06", "05:00:14")],
}
SKIPPED: dict[str, Any] = {**SELECT, "name": "call / gate", "conclusion": "skipped", "labels": []}


def test_jobs_as_rows(hub: GitHubHub, yard: Yard) -> None:
    yard.runs[77], yard.jobs[77, 1], yard.page = RUN, [TEST, SELECT, SKIPPED], 2
    select, test = hub.jobs("77", 1)
    assert list(test) == list(JOBS)
    assert test == {
        "provider": "github",
        "repository": REPO,
        "run_id": "77",
        "attempt": 1,
        "pipeline": "CI",
        "job": "call / test docs_test",
        "runner": "gpu linux self-hosted",
        "created_at": datetime(2026, 11, 22, 5, 0, 20),
        "started_at": datetime(2026, 11, 22, 5, 3, 20),
        "completed_at": datetime(2026, 11, 22, 5, 30),
        "setup_s": 40.0,
        "test_s": 1530.0,
    }
    assert select["job"] == "call / select" and select["setup_s"] is None and select["test_s"] is None


def test_what_a_rerun_only_repeats_is_left_out(hub: GitHubHub, yard: Yard) -> None:
    later = {**TEST, "created_at": "2026-11-22T07:00:05Z", "started_at": "2026-11-22T07:00:09Z"}
    later["completed_at"] = "2026-11-22T07:10:00Z"
    yard.runs[77] = {**RUN, "run_started_at": "2026-11-22T07:00:00Z"}
    yard.jobs[77, 2] = [SELECT, later]
    (row,) = hub.jobs("77", 2)
    assert row["job"] == "call / test docs_test" and row["attempt"] == 2


def test_a_run_that_goes_on_has_no_jobs_yet(hub: GitHubHub, yard: Yard) -> None:
    yard.runs[77] = {**RUN, "status": "in_progress"}
    with pytest.raises(StillRunningError, match="run 77, attempt 1, has not ended: it is in_progress"):
        hub.jobs("77", 1)


@pytest.mark.parametrize(
    "damage",
    [
        {"labels": None},
        {"labels": [1, "a"]},
        {"steps": None},
        {"steps": [3, None]},
        {"started_at": None},
        {"created_at": "x"},
    ],
)
def test_a_record_with_holes_is_still_a_job(hub: GitHubHub, yard: Yard, damage: dict[str, Any]) -> None:
    yard.runs[77], yard.jobs[77, 1] = RUN, [{**TEST, **damage}]
    (row,) = hub.jobs("77", 1)
    assert row["job"] == TEST["name"]


@pytest.mark.parametrize("run_id", ["", "x", "7/../8", "-1"])
def test_a_number_that_is_none(hub: GitHubHub, yard: Yard, run_id: str) -> None:
    with pytest.raises(ShuntyardError, match="no run of GitHub"):
        hub.jobs(run_id, 1)
    assert yard.requests == []


@pytest.mark.parametrize("text", [None, "", "x", "2026-11-22T05:00:00", "0001-01-01T00:00:00Z", 7])
def test_no_moment(text: object) -> None:
    assert moment(text) is None
