"""ciflow-tags as a job runs it: an event's file, a folder or GitHub's API, and nothing of the pull request."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.scripts.ciflow.test_event import payload
from tests.scripts.hub.fake_github import REPO, TOKEN, Yard, serving
from tests.scripts.hub.test_tags import record, run
from tests.scripts.runner_samples import script_env

pytestmark = pytest.mark.slow

A, B = "a" * 40, "b" * 40
LABEL, TAG = "ciflow/spyre", "ciflow/spyre/12"


def step(
    place: Path, action: str, head: str, sender: str = "writer", env: Any = None, **inputs: str
) -> tuple[int, dict[str, str], str]:
    """One job for one event."""
    event = payload(
        action=action,
        pull_request={"number": 12, "head": {"sha": head}},
        label={"name": LABEL},
        sender={"login": sender},
    )
    place.mkdir(exist_ok=True)
    (place / "event.json").write_text(json.dumps(event))
    github = {"GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_EVENT_PATH": str(place / "event.json")}
    environment = script_env({"labels": LABEL, **inputs}, {**github, "GITHUB_REPOSITORY": REPO, **(env or {})})
    command = [sys.executable, str(ROOT / "scripts" / "ciflow_tags.py"), "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert TOKEN not in done.stdout + done.stderr
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


def stand(place: Path, *, head: str = A, repository: str = "stranger/r", labels: tuple[str, ...] = (LABEL,)) -> None:
    """How the pull request stands, in the folder."""
    (place / "hub" / "pulls").mkdir(parents=True, exist_ok=True)
    about = {"number": 12, "state": "open", "head": head, "head_repository": repository, "labels": list(labels)}
    (place / "hub" / "pulls" / "12.json").write_text(json.dumps(about))
    (place / "hub" / "people.json").write_text('{"writer": "write", "triager": "read"}')


def tags(place: Path) -> dict[str, str]:
    file = place / "hub" / "tags.json"
    found: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    return found


def comments(place: Path) -> str:
    file = place / "hub" / "comments" / "12.json"
    return "\n".join(each["body"] for each in json.loads(file.read_text())) if file.exists() else ""


def test_the_life_of_a_forks_label(tmp_path: Path) -> None:
    here = {"local": str(tmp_path / "hub")}
    stand(tmp_path)
    code, outputs, said = step(tmp_path, "labeled", A, "triager", **here)
    assert (code, outputs["tags"], tags(tmp_path)) == (0, "", {}), said
    assert "waits: `triager` may not write" in comments(tmp_path)

    assert step(tmp_path, "labeled", A, "writer", **here)[1]["tags"] == TAG
    assert tags(tmp_path) == {TAG: A} and "starts the tests of `aaaaaaaaaaaa`" in comments(tmp_path)
    assert "waits" not in comments(tmp_path)

    stand(tmp_path, head=B)  # a push, with the label still on
    (tmp_path / "hub" / "runs.json").write_text(json.dumps([{"id": 1, "tag": TAG, "status": "queued"}]))
    code, outputs, _ = step(tmp_path, "synchronize", B, "stranger", **here)
    assert (code, outputs["tags"], tags(tmp_path)) == (0, "", {})
    assert "1 of its runs are cancelled" in outputs["told"]
    assert json.loads((tmp_path / "hub" / "pulls" / "12.json").read_text())["labels"] == []
    assert "label again after looking at the new commit" in comments(tmp_path)
    assert step(tmp_path, "synchronize", B, "stranger", **here)[2].strip() == "nothing to do"


def test_a_branch_of_the_repository_itself(tmp_path: Path) -> None:
    here = {"local": str(tmp_path / "hub")}
    stand(tmp_path, repository=REPO)
    step(tmp_path, "labeled", A, "triager", **here)
    assert tags(tmp_path) == {TAG: A}
    stand(tmp_path, repository=REPO, head=B)
    step(tmp_path, "synchronize", B, **here)
    assert tags(tmp_path) == {TAG: B} and comments(tmp_path) == ""
    stand(tmp_path, repository=REPO, head=B, labels=())
    step(tmp_path, "unlabeled", B, **here)
    assert tags(tmp_path) == {}


def test_a_dry_run_says_what_it_would_do(tmp_path: Path) -> None:
    stand(tmp_path)
    code, outputs, _ = step(tmp_path, "labeled", A, local=str(tmp_path / "hub"), **{"dry-run": "true"})
    assert (code, tags(tmp_path)) == (0, {}) and f"would: tag {TAG} aaaaaaaaaaaa" in outputs["told"]


def test_another_event_is_wrong_usage(tmp_path: Path) -> None:
    stand(tmp_path)
    code, _, said = step(tmp_path, "labeled", A, env={"GITHUB_EVENT_NAME": "pull_request"}, local=str(tmp_path / "hub"))
    assert code == 2 and "not pull_request_target" in said
    code, _, said = step(tmp_path, "labeled", A, local=str(tmp_path / "hub"), labels="ciflow/$(id)")
    assert code == 2 and "no name" in said


# --- against GitHub's API


def on_github(yard: Yard) -> dict[str, str]:
    yard.pulls.append(record("stranger/r", LABEL))
    yard.people["writer"] = "write"
    return {"GITHUB_API_URL": yard.base, "GH_TOKEN": TOKEN}


def test_on_github(tmp_path: Path) -> None:
    with serving() as yard:
        env = on_github(yard)
        code, outputs, said = step(tmp_path, "labeled", A, env=env, token=TOKEN)
        assert (code, outputs["tags"], yard.tags) == (0, TAG, {TAG: A}), said
        yard.pulls[0]["head"]["sha"] = B
        yard.runs[1] = run(1, "in_progress")
        code, _, said = step(tmp_path, "synchronize", B, "stranger", env=env, token=TOKEN)
        assert (code, yard.tags, yard.pulls[0]["labels"], yard.runs[1]["status"]) == (0, {}, [], "completed"), said
        assert len(yard.comments) == 1 and "label again" in yard.comments[0]["body"]


def test_without_the_secret_the_error_says_what_it_is_for(tmp_path: Path) -> None:
    with serving() as yard:
        code, _, said = step(tmp_path, "labeled", A, env=on_github(yard))
        assert code == 2 and "CIFLOW_TOKEN is missing" in said and "starts no workflows" in said
        assert yard.tags == {}
        stranger = step(tmp_path, "labeled", A, "stranger", env={"GITHUB_API_URL": yard.base, "GH_TOKEN": TOKEN})
        assert stranger[0] == 0 and yard.tags == {}  # waiting takes no App
