"""What every hub does, on GitHub's API over HTTP and in a folder alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.hub import Hub, Proposal
from shuntyard.hub.api import Patience
from shuntyard.hub.github import open_github
from shuntyard.hub.local import LocalHub
from tests.scripts.hub.fake_github import REPO, TOKEN, Yard, serving


class Bench:
    """A hub, and a look at what it keeps."""

    def __init__(self, hub: Hub, yard: Yard | None, folder: Path) -> None:
        self.hub, self.yard, self.folder = hub, yard, folder

    def issues(self) -> list[dict[str, object]]:
        if self.yard:
            return self.yard.issues
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob("issues/*.json"))]

    def comments(self, number: int) -> list[str]:
        if self.yard:
            return [item["body"] for item in self.yard.comments if item["issue"] == number]
        return [item["body"] for item in json.loads((self.folder / f"comments/{number}.json").read_text())]

    def close(self, number: int) -> None:
        if self.yard:
            next(item for item in self.yard.issues if item["number"] == number)["state"] = "closed"
            return
        path = self.folder / f"issues/{number}.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "state": "closed"}))

    def proposed(self, number: int) -> dict[str, str]:
        if self.yard:
            pull = next(item for item in self.yard.pulls if item["number"] == number)
            head, base = (self.yard.files(self.yard.refs[name]) for name in (pull["branch"], "main"))
            return {path: text for path, text in head.items() if base.get(path) != text}
        files: dict[str, str] = json.loads((self.folder / f"pulls/{number}.json").read_text())["files"]
        return files


@pytest.fixture(params=["github", "local"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "local":
        yield Bench(LocalHub(tmp_path / "hub"), None, tmp_path / "hub")
        return
    with serving() as yard:
        environment = {"GH_TOKEN": TOKEN, "GITHUB_REPOSITORY": REPO, "GITHUB_API_URL": yard.base}
        yield Bench(open_github(environment, patience=Patience(between_writes_s=0)), yard, tmp_path)


def test_a_variable_is_made_then_changed(bench: Bench) -> None:
    assert bench.hub.variable("SHUNTYARD_FLAGS") is None
    bench.hub.set_variable("SHUNTYARD_FLAGS", "docs_test=off")
    assert bench.hub.variable("SHUNTYARD_FLAGS") == "docs_test=off"
    bench.hub.set_variable("SHUNTYARD_FLAGS", "docs_test=on")
    assert bench.hub.variable("SHUNTYARD_FLAGS") == "docs_test=on"


def test_an_issue_is_opened_once_and_renewed(bench: Bench) -> None:
    first = bench.hub.open_issue("alert fallback_rate", "Fallbacks", "6 %", ["alert"])
    again = bench.hub.open_issue("alert fallback_rate", "Fallbacks", "7 %", ["alert"])
    other = bench.hub.open_issue("alert error_rate", "Errors", "2 %", ["alert"])
    assert (first.made, again.made, other.made) == (True, False, True)
    assert first.number == again.number != other.number
    assert first.address == again.address
    (kept, _) = bench.issues()
    assert kept["labels"] == ["alert"] and str(kept["body"]).endswith("\n7 %")


def test_a_closed_issue_stays_closed_and_a_new_one_is_opened(bench: Bench) -> None:
    first = bench.hub.open_issue("alert", "A", "one")
    bench.close(first.number)
    second = bench.hub.open_issue("alert", "A", "two")
    assert second.made and second.number != first.number
    assert [issue["state"] for issue in bench.issues()] == ["closed", "open"]


def test_a_marker_within_a_body_is_not_the_marker(bench: Bench) -> None:
    bench.hub.open_issue("one", "A", "quotes <!-- shuntyard: two -->")
    assert bench.hub.open_issue("two", "B", "body").made


def test_one_comment_a_marker(bench: Bench) -> None:
    number = bench.hub.open_issue("i", "A", "one").number
    made = bench.hub.comment(number, "report ab", "first")
    renewed = bench.hub.comment(number, "report ab", "second")
    other = bench.hub.comment(number, "report docs", "third")
    assert (made.made, renewed.made, other.made) == (True, False, True)
    assert made.number == renewed.number == number
    assert [body.partition("\n")[2] for body in bench.comments(number)] == ["second", "third"]


def test_a_comment_needs_something_to_comment_on(bench: Bench) -> None:
    with pytest.raises(ShuntyardError):
        bench.hub.comment(77, "m", "text")


def test_a_proposal_is_made_then_renewed(bench: Bench) -> None:
    proposal = Proposal(
        branch="shuntyard/promote-docs",
        title="Promote docs_test",
        body="why",
        files={"matrices/suites.yml": "flag: false\n"},
    )
    first = bench.hub.propose(proposal)
    files = {"matrices/suites.yml": "flag: false\n", "docs/new.md": "text\n"}
    again = bench.hub.propose(Proposal(branch=proposal.branch, title="Promote", body="why", files=files))
    assert (first.made, again.made) == (True, False) and first.number == again.number
    assert bench.proposed(first.number) == files


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a//b", "a/./b", ".git/config", "a\\b", "", "a/.git/b"])
def test_a_proposal_stays_within_the_repository(bench: Bench, path: str) -> None:
    with pytest.raises(ShuntyardError, match="no path within"):
        bench.hub.propose(Proposal(branch="b", title="t", body="", files={path: "x"}))


@pytest.mark.parametrize("branch", ["", "-x", "a..b", "a b", "refs/../x", "x.lock", "/x", "x/", "a~1"])
def test_a_proposal_has_a_branch_that_git_takes(bench: Bench, branch: str) -> None:
    with pytest.raises(ShuntyardError, match="no name for a branch"):
        bench.hub.propose(Proposal(branch=branch, title="t", body="", files={"a": "x"}))


def test_a_proposal_without_files_is_none(bench: Bench) -> None:
    with pytest.raises(ShuntyardError, match="without files"):
        bench.hub.propose(Proposal(branch="b", title="t", body="", files={}))


def test_jobs_of_a_run_that_nobody_knows(bench: Bench) -> None:
    with pytest.raises(ShuntyardError):
        bench.hub.jobs("404", 1)
    with pytest.raises(ShuntyardError):
        bench.hub.jobs("../secrets", 1)


def test_a_long_body_is_cut_and_keeps_its_marker(bench: Bench) -> None:
    bench.hub.open_issue("m", "A", "x" * 100_000)
    assert not bench.hub.open_issue("m", "A", "y" * 100_000).made
    (issue,) = bench.issues()
    assert len(str(issue["body"])) == 65_536 and "does not fit" in str(issue["body"])[-100:]
