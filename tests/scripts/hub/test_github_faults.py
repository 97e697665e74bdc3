"""GitHub's API over HTTP when it fails, limits, and refuses."""

from __future__ import annotations

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.hub import Proposal
from shuntyard.hub.api import Patience
from shuntyard.hub.github import GitHubHub, open_github
from tests.scripts.hub.conftest import NOW
from tests.scripts.hub.fake_github import REPO, TOKEN, Yard

PROPOSAL = Proposal(
    branch="shuntyard/x", title="Change it", body="because", files={"matrices/suites.yml": "flag: false\n"}
)


# --- faults of the server


def test_a_failing_server_is_asked_again(hub: GitHubHub, yard: Yard, pauses: list[float]) -> None:
    yard.variables["A"] = "1"
    yard.fail("GET .*variables", 502, times=2, body="<html>bad gateway</html>")
    assert hub.variable("A") == "1"
    assert pauses == [1.0, 2.0]


def test_a_server_that_keeps_failing_is_given_up(hub: GitHubHub, yard: Yard, pauses: list[float]) -> None:
    yard.fail("GET", 503, times=99)
    with pytest.raises(ShuntyardError) as error:
        hub.variable("A")
    assert "it answers 503 (3 tries)" in error.value.message and pauses == [1.0, 2.0]


def test_a_connection_that_breaks_is_tried_again(hub: GitHubHub, yard: Yard, pauses: list[float]) -> None:
    yard.variables["A"] = "1"
    yard.fail("GET", 0, times=1)
    assert hub.variable("A") == "1" and len(pauses) == 1


def test_nobody_listens(yard: Yard) -> None:
    patience = Patience(tries=2, pause=lambda _: None)
    gone = open_github({"GH_TOKEN": TOKEN, "GITHUB_REPOSITORY": REPO}, api="http://127.0.0.1:9", patience=patience)
    with pytest.raises(ShuntyardError, match="the connection is refused"):
        gone.variable("A")


def test_no_answer_in_time(yard: Yard) -> None:
    import socket  # noqa: PLC0415

    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        patience = Patience(tries=1, timeout_s=1)
        slow = open_github({"GH_TOKEN": TOKEN, "GITHUB_REPOSITORY": REPO}, api=address, patience=patience)
        with pytest.raises(ShuntyardError, match="does not answer in time"):
            slow.variable("A")


@pytest.mark.parametrize("body", ["{nonsense", "hello", "[1, 2", '{"value": 7}', "[]", "null", "[" * 100_000])
def test_an_answer_that_is_not_githubs(hub: GitHubHub, yard: Yard, body: str) -> None:
    yard.fail("GET .*variables", 200, times=99, body=body)
    with pytest.raises(ShuntyardError):
        hub.variable("A")


@pytest.mark.parametrize("body", ['{"a": 1}', "[1]", '"x"', '[{"body": null}, 3]'])
def test_a_list_that_is_none(hub: GitHubHub, yard: Yard, body: str) -> None:
    yard.fail("GET .*/comments", 200, times=99, body=body)
    with pytest.raises(ShuntyardError, match="a page that is no list"):
        hub.comment(1, "m", "text")


@pytest.mark.parametrize("after", [False, True], ids=["it was not done", "it was done"])
@pytest.mark.parametrize("status", [502, 0])
def test_a_post_that_fails_never_makes_two(hub: GitHubHub, yard: Yard, status: int, after: bool) -> None:
    """A 502 hides whether the request worked: the act starts over, and finds what was made."""
    yard.fail("POST .*/issues$", status, after=after)
    issue = hub.open_issue("m", "title", "body")
    yard.fail("POST .*/comments", status, after=after)
    hub.comment(issue.number, "m", "text")
    yard.fail("POST .*/variables", status, after=after)
    hub.set_variable("V", "1")
    yard.fail("POST .*/git/refs", status, after=after)
    yard.fail("POST .*/pulls", status, after=after)
    hub.propose(PROPOSAL)
    assert (len(yard.issues), len(yard.comments), len(yard.pulls)) == (1, 1, 1)
    assert yard.variables == {"V": "1"} and set(yard.refs) == {"main", "shuntyard/x"}


def test_a_post_that_never_works_is_given_up(hub: GitHubHub, yard: Yard) -> None:
    yard.fail("POST", 500, times=99)
    with pytest.raises(ShuntyardError, match="it answers 500"):
        hub.open_issue("m", "title", "body")
    assert sum(request.startswith("POST") for request in yard.requests) == 3


# --- rate limits


def test_a_primary_limit_is_waited_for(hub: GitHubHub, yard: Yard, pauses: list[float]) -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-limit": "5000", "x-ratelimit-reset": str(int(NOW) + 30)}
    yard.fail("POST", 403, body={"message": "API rate limit exceeded for installation"}, headers=headers)
    hub.open_issue("m", "title", "body")
    assert pauses == [31.0] and len(yard.issues) == 1


def test_a_secondary_limit_says_how_long(hub: GitHubHub, yard: Yard, pauses: list[float]) -> None:
    body = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
    yard.fail("POST", 403, body=body, headers={"Retry-After": "7"})
    yard.fail("POST", 429, body=body)
    hub.open_issue("m", "title", "body")
    assert pauses == [7.0, 60.0]


def test_a_wait_that_is_too_long_says_when_to_come_back(hub: GitHubHub, yard: Yard, pauses: list[float]) -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) + 2400)}
    yard.fail("GET", 403, body={"message": "API rate limit exceeded"}, headers=headers)
    with pytest.raises(ShuntyardError) as error:
        hub.variable("A")
    assert "used up for 40 min" in error.value.message
    assert error.value.hint == "run this again after 2026-11-18 11:47 UTC"
    assert pauses == []


def test_limits_without_end_are_not_waited_for_without_end(hub: GitHubHub, yard: Yard, pauses: list[float]) -> None:
    yard.fail("GET", 429, times=99, headers={"Retry-After": "50"})
    with pytest.raises(ShuntyardError, match="rate limit"):
        hub.variable("A")
    assert pauses == [50.0, 50.0]


def test_a_refusal_that_mentions_no_limit_is_no_limit(hub: GitHubHub, yard: Yard, pauses: list[float]) -> None:
    yard.fail("GET", 403, body={"message": "Forbidden"}, headers={"x-ratelimit-remaining": "4999"})
    with pytest.raises(ShuntyardError, match="Forbidden"):
        hub.variable("A")
    assert pauses == []


# --- permissions

INTEGRATION = {"message": "Resource not accessible by integration", "documentation_url": "https://docs.test"}


@pytest.mark.parametrize(
    ("request_", "act", "wanted"),
    [
        ("POST .*/issues$", lambda hub: hub.open_issue("m", "t", "b"), "`permissions: {issues: write}`"),
        ("GET .*/comments", lambda hub: hub.comment(1, "m", "b"), "`permissions: {pull-requests: write}`"),
        ("PATCH .*/variables", lambda hub: hub.set_variable("A", "b"), "'Variables: read and write'"),
        ("POST .*/variables", lambda hub: hub.set_variable("A", "b"), "own token cannot have it"),
        ("GET .*/variables", lambda hub: hub.variable("A"), "'Variables: read-only'"),
        ("POST .*/git/trees", lambda hub: hub.propose(PROPOSAL), "`permissions: {contents: write}`"),
        ("POST .*/pulls", lambda hub: hub.propose(PROPOSAL), "`permissions: {pull-requests: write}`"),
        ("GET .*/runs", lambda hub: hub.jobs("7", 1), "`permissions: {actions: read}`"),
    ],
)
def test_a_missing_permission_is_named_with_how_to_grant_it(
    hub: GitHubHub, yard: Yard, request_: str, act: object, wanted: str
) -> None:
    yard.fail(request_, 403, body=INTEGRATION, headers={"X-Accepted-GitHub-Permissions": "issues=write"}, times=9)
    with pytest.raises(ShuntyardError) as error:
        act(hub)  # type: ignore[operator]
    assert wanted in error.value.hint and "issues=write" in error.value.hint
    assert "Resource not accessible" in error.value.message


def test_pull_requests_by_workflows_can_be_forbidden(hub: GitHubHub, yard: Yard) -> None:
    body = {"message": "GitHub Actions is not permitted to create or approve pull requests."}
    yard.fail("POST .*/pulls", 403, body=body)
    with pytest.raises(ShuntyardError, match="not permitted") as error:
        hub.propose(PROPOSAL)
    assert "Allow GitHub Actions to create" in error.value.hint


def test_workflow_files_take_a_permission_of_their_own(hub: GitHubHub, yard: Yard) -> None:
    told_ = "refusing to allow a GitHub App to create or update workflow `x.yml` without `workflows` permission"
    yard.fail("POST .*/git/refs", 422, body={"message": told_})
    with pytest.raises(ShuntyardError) as error:
        hub.propose(PROPOSAL)
    assert "'Workflows: read and write'" in error.value.hint


def test_a_login_that_is_none(yard: Yard) -> None:
    wrong = open_github({"GITHUB_TOKEN": "wrong", "GITHUB_REPOSITORY": REPO}, api=yard.base)
    with pytest.raises(ShuntyardError) as error:
        wrong.variable("A")
    assert "Bad credentials" in error.value.message and "renew GH_TOKEN" in error.value.hint


def test_a_repository_that_is_not_there(yard: Yard) -> None:
    lost = open_github({"GH_TOKEN": TOKEN, "GITHUB_REPOSITORY": "o/other"}, api=yard.base)
    with pytest.raises(ShuntyardError) as error:
        lost.open_issue("m", "t", "b")
    assert "Not Found (404)" in error.value.message and "private repository" in error.value.hint


def test_what_validation_says_is_passed_on(hub: GitHubHub, yard: Yard) -> None:
    body = {"message": "Validation Failed", "errors": [{"message": "name is taken"}, "odd", {"code": "x"}]}
    yard.fail("POST .*/issues$", 422, body=body)
    with pytest.raises(ShuntyardError, match=r"Validation Failed; name is taken; odd; \{\"code\": \"x\"\} \(422\)"):
        hub.open_issue("m", "t", "b")
