"""Tags, labels and runs: what a folder and GitHub's API both do, and what only GitHub can do wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.hub.api import Patience
from shuntyard.hub.commits import Between, Commits, GitHubCommits, LocalCommits
from shuntyard.hub.faults import GoneError
from shuntyard.hub.githubtags import GitHubTags, open_tags
from shuntyard.hub.localtags import LocalTags
from shuntyard.hub.tags import Pull, Tags
from tests.scripts.hub.fake_github import REPO, TOKEN, Yard, serving

A, B = "a" * 40, "b" * 40
TAG, LABEL = "ciflow/spyre/12", "ciflow/spyre"
APP = TOKEN  # the stand-in knows one token; who sent which is in yard.logins


def record(repository: str | None = "stranger/r", *labels: str) -> dict[str, object]:
    repo = {"full_name": repository} if repository else None
    return {
        "number": 12,
        "state": "open",
        "branch": "topic",
        "head": {"sha": A, "repo": repo},
        "base": {"repo": {"full_name": REPO}},
        "labels": [{"name": name} for name in labels],
    }


def run(number: int, status: str, tag: str = TAG) -> dict[str, object]:
    return {"id": number, "status": status, "head_branch": tag}


@pytest.fixture
def yard() -> Iterator[Yard]:
    with serving() as running:
        running.pulls.append(record("stranger/r", LABEL, "bug"))
        running.people |= {"writer": "write", "owner": "admin", "triager": "read", "nobody": "none"}
        running.runs |= {1: run(1, "queued"), 2: run(2, "in_progress"), 3: run(3, "completed")}
        running.runs[4] = run(4, "queued", "ciflow/spyre/1")
        yield running


def github(yard: Yard, token: str = APP) -> GitHubTags:
    patience = Patience(tries=2, between_writes_s=0, timeout_s=5, pause=lambda _: None, now=lambda: 0.0)
    return open_tags({"GH_TOKEN": TOKEN, "GITHUB_REPOSITORY": REPO}, token=token, api=yard.base, patience=patience)


def local(folder: Path) -> LocalTags:
    hub = LocalTags(folder, REPO)
    (folder / "pulls").mkdir(parents=True)
    about = {"state": "open", "head": A, "head_repository": "stranger/r", "labels": [LABEL, "bug"]}
    (folder / "pulls" / "12.json").write_text(json.dumps(about))
    (folder / "people.json").write_text(json.dumps({"writer": "write", "owner": "admin", "triager": "read"}))
    runs = [run(1, "queued"), run(2, "in_progress"), run(3, "completed"), run(4, "queued", "ciflow/spyre/1")]
    told = [{"id": each["id"], "status": each["status"], "tag": each["head_branch"]} for each in runs]
    (folder / "runs.json").write_text(json.dumps(told))
    return hub


@pytest.fixture(params=["github", "local"])
def tags(request: pytest.FixtureRequest, yard: Yard, tmp_path: Path) -> Tags:
    return github(yard) if request.param == "github" else local(tmp_path / "hub")


def test_a_pull_request_as_it_stands(tags: Tags) -> None:
    assert tags.pull(12) == Pull(number=12, open=True, head=A, own=False, labels=frozenset({LABEL, "bug"}))
    with pytest.raises(GoneError):
        tags.pull(13)


@pytest.mark.parametrize(
    ("login", "may"), [("writer", True), ("owner", True), ("triager", False), ("stranger", False), ("bot[bot]", False)]
)
def test_who_may_write(tags: Tags, login: str, may: bool) -> None:
    assert tags.may_write(login) is may


def test_a_tag_is_made_moved_and_deleted(tags: Tags) -> None:
    assert tags.tag(TAG) is None
    tags.put_tag(TAG, A)
    assert tags.tag(TAG) == A
    tags.put_tag(TAG, B)
    tags.put_tag(TAG, B)
    assert tags.tag(TAG) == B
    tags.delete_tag(TAG)
    tags.delete_tag(TAG)
    assert tags.tag(TAG) is None


def test_the_tags_runs_are_cancelled_and_no_others(tags: Tags) -> None:
    assert tags.cancel(TAG) == 2
    assert tags.cancel(TAG) == 0
    assert tags.cancel("ciflow/spyre/1") == 1


def test_a_label_is_taken_off(tags: Tags) -> None:
    tags.remove_label(12, LABEL)
    tags.remove_label(12, LABEL)
    assert tags.pull(12).labels == {"bug"}


def test_a_comment_is_renewed(tags: Tags) -> None:
    assert tags.comment(12, "m", "one").made
    assert not tags.comment(12, "m", "two").made


# --- GitHub alone


@pytest.mark.parametrize(("repository", "own"), [(REPO, True), (REPO.upper(), True), ("x/r", False), (None, False)])
def test_whose_branch_it_is(yard: Yard, repository: str | None, own: bool) -> None:
    yard.pulls[:] = [record(repository)]
    assert github(yard).pull(12).own is own


def test_tags_are_made_with_the_apps_token_and_all_else_with_the_jobs(yard: Yard) -> None:
    with serving() as other:
        hub = github(yard)
        own, app = hub.api, github(other).api
        split = GitHubTags(own, app)
        split.put_tag(TAG, A)
        split.remove_label(12, LABEL)
        split.cancel(TAG)
        assert TAG in other.tags and TAG not in yard.tags
        assert [text.split()[0] for text in other.requests] == ["PATCH", "POST"]


def test_without_the_apps_token_no_tag_is_made(yard: Yard) -> None:
    with pytest.raises(ShuntyardError, match="the secret CIFLOW_TOKEN is missing") as error:
        github(yard, "").put_tag(TAG, A)
    assert "starts no workflows" in error.value.hint and yard.tags == {}
    yard.tags[TAG] = A
    github(yard, "").delete_tag(TAG)  # deleting starts nothing, so it needs no App
    assert yard.tags == {}


def test_a_tag_that_was_made_after_all(yard: Yard) -> None:
    yard.fail("POST .*/git/refs", 502, after=True)
    github(yard).put_tag(TAG, A)
    assert yard.tags == {TAG: A}


def test_a_tag_that_was_not_made_is_said(yard: Yard) -> None:
    yard.fail("POST .*/git/refs", 502)
    with pytest.raises(ShuntyardError, match="cannot be reached to make the tag"):
        github(yard).put_tag(TAG, A)


def test_workflow_files_take_a_permission_of_their_own(yard: Yard) -> None:
    told = "refusing to allow a GitHub App to create or update workflow `x.yml` without `workflows` permission"
    yard.fail("POST .*/git/refs", 422, body={"message": told})
    with pytest.raises(ShuntyardError) as error:
        github(yard).put_tag(TAG, A)
    assert "'Workflows: read and write'" in error.value.hint


@pytest.mark.parametrize(
    ("request_", "act", "wanted"),
    [
        ("DELETE .*/git/refs", lambda hub: hub.delete_tag(TAG), "contents: write"),
        ("DELETE .*/labels", lambda hub: hub.remove_label(12, LABEL), "pull-requests: write"),
        ("POST .*/cancel", lambda hub: hub.cancel(TAG), "actions: write"),
        ("PATCH .*/git/refs", lambda hub: hub.put_tag(TAG, A), "contents: write"),
    ],
)
def test_a_missing_permission_is_named(
    yard: Yard, request_: str, act: Callable[[GitHubTags], object], wanted: str
) -> None:
    yard.tags[TAG] = A
    yard.fail(request_, 403, body={"message": "Resource not accessible by integration"}, times=9)
    with pytest.raises(ShuntyardError) as error:
        act(github(yard))
    assert wanted in error.value.hint


def test_a_run_that_ended_in_the_meantime(yard: Yard) -> None:
    yard.fail("POST .*/runs/1/cancel", 409, body={"message": "Cannot cancel a workflow run that is completed."})
    assert github(yard).cancel(TAG) == 1


# --- commits of another repository


@pytest.fixture(params=["github", "local"])
def commits(request: pytest.FixtureRequest, yard: Yard, tmp_path: Path) -> tuple[Commits, list[str]]:
    """Three commits, made at 1, 2 and 3 o'clock."""
    shas = [yard.commit("main", {"n": str(number)}, f"commit {number}") for number in range(3)]
    times = [f"2026-11-22T0{number}:00:00" for number in (1, 2, 3)]
    yard.dates |= dict(zip(shas, times, strict=True))
    zones = ("", "Z", "+00:00")
    told = [{"sha": sha, "at": at + zone} for sha, at, zone in zip(shas, times, zones, strict=True)]
    (tmp_path / "upstream.json").write_text(json.dumps(told))
    chosen: Commits = GitHubCommits(github(yard).api, REPO) if request.param == "github" else LocalCommits(tmp_path)
    return chosen, shas


def test_the_newest_commit_at_a_moment(commits: tuple[Commits, list[str]]) -> None:
    found, shas = commits
    assert found.newest("main", datetime(2026, 11, 22, 2, 30)) == shas[1]
    assert found.newest("main", datetime(2026, 11, 23)) == shas[2]
    with pytest.raises(ShuntyardError, match="no commit before"):
        found.newest("main", datetime(2026, 11, 22, 0, 30))


def test_how_commits_lie(commits: tuple[Commits, list[str]]) -> None:
    found, (one, two, three) = commits
    assert found.between(one, three) == Between(lie="ahead", commits=2)
    assert found.between(three, two) == Between(lie="behind")
    assert found.between(two, two) == Between(lie="identical")
    assert found.between("v2.13.0", two) == Between(lie="unknown")
