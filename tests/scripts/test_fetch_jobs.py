"""fetch-jobs as a process, from an API over HTTP into a history."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shuntyard.store import open_store
from tests.scripts.hub.fake_github import REPO, TOKEN, Yard, serving
from tests.scripts.hub.test_runs import RUN, SELECT, TEST
from tests.scripts.store.samples import make_report, make_run

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "fetch_jobs.py"


@pytest.fixture
def yard() -> Iterator[Yard]:
    with serving() as running:
        yield running


def step(yard: Yard, tmp_path: Path, **inputs: str) -> tuple[int, str, str]:
    """Exit code, the output `added`, everything printed."""
    given = {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
    github = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": REPO, "GITHUB_API_URL": yard.base, "GH_TOKEN": TOKEN}
    history = {"INPUT_HISTORY": str(tmp_path / "history"), "INPUT_DAYS": "36500"}
    environment = {"PATH": os.environ["PATH"], **github, **history, **given}
    command = [sys.executable, str(SCRIPT), "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert TOKEN not in done.stdout + done.stderr
    return done.returncode, json.loads(done.stdout)["added"] if done.stdout else "", done.stdout + done.stderr


def test_from_the_api_to_the_history(yard: Yard, tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "history"))
    for run_id in ("77", "78", "79"):
        store.append(make_run(make_report(run_id)))
    yard.runs[77], yard.jobs[77, 1] = RUN, [SELECT, TEST]
    yard.runs[78] = {**RUN, "id": 78, "status": "queued"}
    code, added, printed = step(yard, tmp_path)
    assert (code, added) == (0, "1"), printed
    assert "2 jobs of 1 runs added; 1 still run, 1 are gone" in printed
    with store.history() as history:
        rows = history.connection.execute("SELECT pipeline, job, test_s FROM jobs ORDER BY created_at").fetchall()
    assert rows == [
        ("python-runner-ab", "call / select", None),
        ("python-runner-ab", "call / test docs_test", 1530.0),
    ]
    yard.requests.clear()
    assert step(yard, tmp_path)[:2] == (0, "0")
    assert not any("runs/77" in request for request in yard.requests), "what is there is not asked for again"


def test_a_missing_permission_is_named(yard: Yard, tmp_path: Path) -> None:
    open_store(str(tmp_path / "history")).append(make_run())
    yard.fail("GET .*/runs/77", 403, body={"message": "Resource not accessible by integration"})
    code, _, printed = step(yard, tmp_path)
    assert code == 2 and "permissions: {actions: read}" in printed


def test_no_history_is_named(yard: Yard, tmp_path: Path) -> None:
    assert step(yard, tmp_path, history="")[0] == 2


def test_the_contract_needs_no_library() -> None:
    done = subprocess.run([sys.executable, "-SE", SCRIPT, "--contract"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and json.loads(done.stdout)["permissions"] == {"actions": "read"}
