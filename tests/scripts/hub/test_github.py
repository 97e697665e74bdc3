"""GitHub's API over HTTP: whose writing it changes, how it proposes, what never leaves it."""

from __future__ import annotations

import json
import logging
import pickle

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.hub import Proposal
from shuntyard.hub.github import GitHubHub
from tests.scripts.hub.fake_github import REPO, SOMEBODY, TOKEN, Yard

PROPOSAL = Proposal(
    branch="shuntyard/x", title="Change it", body="because", files={"matrices/suites.yml": "flag: false\n"}
)


def told(error: pytest.ExceptionInfo[ShuntyardError]) -> str:
    return f"{error.value.message} | {error.value.hint}"


# --- whose it is


def test_what_somebody_else_wrote_is_never_overwritten(hub: GitHubHub, yard: Yard) -> None:
    issue = hub.open_issue("m", "t", "mine")
    quotation = {"id": 1, "issue": issue.number, "user": SOMEBODY, "body": "<!-- shuntyard: m -->\nlook at this"}
    yard.comments.append({**quotation, "html_url": "https://x.test/c/1"})
    assert hub.comment(issue.number, "m", "text").made
    assert yard.comments[0]["body"].endswith("look at this") and len(yard.comments) == 2


def test_an_apps_token_cannot_ask_who_it_is(hub: GitHubHub, yard: Yard) -> None:
    yard.app = True
    issue = hub.open_issue("m", "t", "one")
    yard.issues.append({**yard.issues[0], "user": SOMEBODY, "number": 9})
    assert not hub.open_issue("m", "t", "two").made
    assert issue.number == 1 and yard.issues[0]["body"].endswith("two") and yard.issues[1]["body"].endswith("one")


def test_a_server_that_fails_does_not_make_everybody_an_app(hub: GitHubHub, yard: Yard) -> None:
    hub.open_issue("m", "t", "one")
    hub._author = None
    yard.fail("GET /user", 500, times=99)
    with pytest.raises(ShuntyardError, match="see whose token this is"):
        hub.open_issue("m", "t", "two")


def test_second_comments_of_a_marker_go(hub: GitHubHub, yard: Yard) -> None:
    issue = hub.open_issue("m", "t", "b")
    hub.comment(issue.number, "m", "one")
    yard.comments += [{**yard.comments[0], "id": 500}, {**yard.comments[0], "id": 501}]
    yard.fail("DELETE .*/500", 404)
    assert not hub.comment(issue.number, "m", "two").made
    assert [(item["id"], item["body"][-3:]) for item in yard.comments] == [(100, "two"), (500, "one")]


@pytest.mark.parametrize("size", [1, 7, 100])
def test_every_page_is_read(hub: GitHubHub, yard: Yard, size: int) -> None:
    yard.page = size
    issue = hub.open_issue("m", "t", "b")
    for index in range(20):
        hub.comment(issue.number, f"other {index}", "text")
    hub.comment(issue.number, "m", "one")
    assert not hub.comment(issue.number, "m", "two").made and len(yard.comments) == 21


def test_a_list_is_not_followed_to_another_host(hub: GitHubHub, yard: Yard) -> None:
    headers = {"Link": '<http://127.0.0.2:1/steal?page=2>; rel="next"'}
    yard.fail("GET .*/issues", 200, body=[], headers=headers)
    with pytest.raises(ShuntyardError, match=r"Not Found \(404\)"):
        hub.open_issue("m", "t", "b")
    assert yard.requests[-1] == "GET /steal?page=2"  # asked of the API's own host


# --- proposals


def test_a_proposal_is_one_commit(hub: GitHubHub, yard: Yard) -> None:
    files = {"matrices/suites.yml": "flag: false\n", ".github/workflows/a b.yml": "on: push\n"}
    hub.propose(Proposal(branch="x", title="T", body="", files=files))
    commit = yard.commits[yard.refs["x"]]
    assert commit["parents"] == [yard.refs["main"]] and commit["message"] == "T\n\nShuntyard-Proposal: x"
    assert yard.files(yard.refs["x"]) == {"README.md": "hello\n", **files}


def test_the_same_proposal_again_commits_nothing(hub: GitHubHub, yard: Yard) -> None:
    hub.propose(PROPOSAL)
    before = dict(yard.refs)
    assert not hub.propose(PROPOSAL).made and yard.refs == before


def test_a_proposal_follows_the_default_branch(hub: GitHubHub, yard: Yard) -> None:
    hub.propose(PROPOSAL)
    first = yard.refs["shuntyard/x"]
    main = yard.commit("main", {"README.md": "changed\n"}, "by a person")
    hub.propose(PROPOSAL)
    head = yard.refs["shuntyard/x"]
    assert yard.commits[head]["parents"] == [first, main]
    assert yard.files(head) == {"README.md": "changed\n", "matrices/suites.yml": "flag: false\n"}
    assert not any('"force": true' in request for request in yard.requests)


def test_a_file_that_a_renewed_proposal_lacks_goes_back(hub: GitHubHub, yard: Yard) -> None:
    hub.propose(Proposal(branch="x", title="T", body="", files={"a.txt": "1", "b.txt": "2"}))
    hub.propose(Proposal(branch="x", title="T", body="", files={"b.txt": "3"}))
    assert yard.files(yard.refs["x"]).get("a.txt") is None and yard.files(yard.refs["x"])["b.txt"] == "3"


def test_somebody_elses_commits_are_left_alone(hub: GitHubHub, yard: Yard) -> None:
    hub.propose(PROPOSAL)
    head = yard.commit("shuntyard/x", {"notes.md": "mine\n"}, "my own work")
    with pytest.raises(ShuntyardError, match="commits of others"):
        hub.propose(Proposal(branch="shuntyard/x", title="T", body="", files={"b": "c"}))
    assert yard.refs["shuntyard/x"] == head


def test_a_push_at_the_same_moment_wins(hub: GitHubHub, yard: Yard) -> None:
    """Between the look and the move of the branch somebody pushes: GitHub refuses what is no fast-forward."""
    hub.propose(PROPOSAL)
    yard.fail("PATCH .*/git/refs", 422, body={"message": "Update is not a fast forward"})
    with pytest.raises(ShuntyardError, match="not a fast forward"):
        hub.propose(Proposal(branch="shuntyard/x", title="T", body="", files={"b": "c"}))


def test_a_branch_made_at_the_same_moment_is_looked_at_again(hub: GitHubHub, yard: Yard) -> None:
    yard.fail("POST .*/git/refs", 422, body={"message": "Reference already exists"}, after=True)
    assert hub.propose(PROPOSAL).made and len(yard.pulls) == 1


def test_what_is_there_already_is_not_proposed(hub: GitHubHub, yard: Yard) -> None:
    with pytest.raises(ShuntyardError, match="has these files already"):
        hub.propose(Proposal(branch="x", title="T", body="", files={"README.md": "hello\n"}))
    with pytest.raises(ShuntyardError, match="is the default branch"):
        hub.propose(Proposal(branch="main", title="T", body="", files={"README.md": "x"}))
    assert set(yard.refs) == {"main"} and not yard.pulls


# --- the token


def test_the_token_is_sent_and_never_told(
    hub: GitHubHub, yard: Yard, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    yard.fail(
        "GET .*/variables",
        403,
        body={"message": f"no access for {TOKEN}"},
        headers={"X-Accepted-GitHub-Permissions": TOKEN},
    )
    yard.fail("GET .*/actions/runs", 404, body={"message": "x" * 285 + TOKEN})
    errors = []
    for act in (lambda: hub.variable("A"), lambda: hub.jobs("7", 1)):
        with pytest.raises(ShuntyardError) as error:
            act()
        errors.append(told(error) + repr(error.value) + str(error.value.args))
    assert "no access for ***" in errors[0]
    output = "".join(capfd.readouterr()) + caplog.text + "".join(errors) + repr(hub.api.login)
    assert TOKEN not in output and TOKEN[:20] not in output
    assert all(login.endswith(TOKEN) for _, login in yard.logins)


def test_an_answer_that_echoes_the_token_is_cleaned(hub: GitHubHub, yard: Yard) -> None:
    yard.fail("GET .*/variables", 200, body=json.dumps({"value": f"a {TOKEN} b"}))
    assert hub.variable("A") == "a *** b"


def test_a_login_does_not_show_its_token() -> None:
    from shuntyard.hub.login import read_login  # noqa: PLC0415

    login = read_login({"GH_TOKEN": TOKEN, "GITHUB_REPOSITORY": REPO})
    assert TOKEN not in repr(login) and TOKEN not in str(login)
    assert pickle.loads(pickle.dumps(login)) == login
