"""A repository on GitHub, through its REST API.

Every act looks for what an earlier one left (by its marker, its name, its branch) before it makes anything. So an act
may be repeated at any point: after a failure that hides whether a request worked, and by a job that runs again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from shuntyard.errors import ShuntyardError
from shuntyard.hub import Proposal, Reference
from shuntyard.hub.answers import maybe, number_of, text_of
from shuntyard.hub.api import Api, Patience, UncertainError
from shuntyard.hub.branch import Branches
from shuntyard.hub.faults import ForbiddenError, GoneError
from shuntyard.hub.login import read_login
from shuntyard.hub.marks import carries, marked
from shuntyard.hub.runs import job_rows, read_run

T = TypeVar("T")
_REPEATS = 3
ISSUES = "issues: write"
PULLS = "pull-requests: write"
VARIABLES = "variables: write"
ACTIONS = "actions: read"


def open_github(
    env: Mapping[str, str], repository: str = "", *, api: str = "", patience: Patience | None = None
) -> GitHubHub:
    """The repository that the environment names (see hub/login.py)."""
    return GitHubHub(Api(read_login(env, repository, api), patience or Patience()))


class GitHubHub:
    """See hub.Hub."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.root = f"/repos/{api.login.repository}"
        self._author: Callable[[dict[str, Any]], bool] | None = None

    # --- variables

    def variable(self, name: str) -> str | None:
        try:
            found = self.api.get(
                f"{self.root}/actions/variables/{quote(name)}", f"read the variable {name}", "variables: read"
            )
        except GoneError:
            return None
        return text_of(found, "value")

    def set_variable(self, name: str, value: str) -> None:
        self._again(lambda: self._set_variable(name, value))

    def _set_variable(self, name: str, value: str) -> None:
        content = {"name": name, "value": value}
        what = f"change the variable {name}"
        try:
            self.api.send("PATCH", f"{self.root}/actions/variables/{quote(name)}", what, VARIABLES, content)
        except GoneError:
            self.api.send("POST", f"{self.root}/actions/variables", what, VARIABLES, content, repeat=False)

    # --- issues and comments

    def open_issue(self, marker: str, title: str, body: str, labels: Sequence[str] = ()) -> Reference:
        return self._again(lambda: self._open_issue(marker, title, marked(marker, body), labels))

    def _open_issue(self, marker: str, title: str, text: str, labels: Sequence[str]) -> Reference:
        """Looks among the open issues with the first of the labels: some repositories have 20,000 without it."""
        chosen = {"labels": labels[0]} if labels else {}
        for issue in self.api.pages(f"{self.root}/issues", "list issues", ISSUES, state="open", **chosen):
            if "pull_request" not in issue and carries(marker, issue.get("body")) and self._own(issue):
                path = f"{self.root}/issues/{number_of(issue, 'number')}"
                return _reference(
                    self.api.send("PATCH", path, "renew an issue", ISSUES, {"body": text}).data, made=False
                )
        content = {"title": title[:256], "body": text, "labels": list(labels)}
        answer = self.api.send("POST", f"{self.root}/issues", "open an issue", ISSUES, content, repeat=False)
        return _reference(answer.data, made=True)

    def comment(self, number: int, marker: str, body: str) -> Reference:
        return self._again(lambda: self._comment(number, marker, marked(marker, body)))

    def _comment(self, number: int, marker: str, text: str) -> Reference:
        """Renews the oldest comment that carries the marker; later ones come from two jobs at one moment, and go."""
        path = f"{self.root}/issues/{number}/comments"
        what = f"comment on #{number}"
        every = self.api.pages(path, f"list the comments of #{number}", PULLS)
        found = [item for item in every if carries(marker, item.get("body")) and self._own(item)]
        for later in found[1:]:
            self._delete(f"{self.root}/issues/comments/{number_of(later, 'id')}")
        if not found:
            answer = self.api.send("POST", path, what, PULLS, {"body": text}, repeat=False)
        else:
            place = f"{self.root}/issues/comments/{number_of(found[0], 'id')}"
            answer = self.api.send("PATCH", place, what, PULLS, {"body": text})
        return Reference(number=number, address=text_of(answer.data, "html_url"), made=not found)

    def _delete(self, path: str) -> None:
        try:
            self.api.send("DELETE", path, "delete a second comment of the same marker", PULLS)
        except GoneError:
            return

    def _own(self, record: dict[str, Any]) -> bool:
        """Whether this token's user wrote it: what somebody else wrote is never overwritten, whatever it carries.

        The token of an app cannot ask who it is; then what any app wrote counts, and what a person wrote does not.
        """
        if self._author is None:
            try:
                login = text_of(self.api.get("/user", "see whose token this is", "metadata: read"), "login")
                self._author = lambda item: maybe(item, "user", "login") == login
            except ForbiddenError:
                self._author = lambda item: maybe(item, "user", "type") == "Bot"
        return self._author(record)

    # --- proposals

    def propose(self, proposal: Proposal) -> Reference:
        return self._again(lambda: self._propose(proposal))

    def _propose(self, proposal: Proposal) -> Reference:
        base = Branches(self.api, self.root).commit(proposal)
        owner = self.api.login.repository.split("/")[0]
        content = {"title": proposal.title[:256], "body": proposal.body}
        head = f"{owner}:{proposal.branch}"
        for pull in self.api.pages(
            f"{self.root}/pulls", "list pull requests", PULLS, state="open", head=head, base=base
        ):
            path = f"{self.root}/pulls/{number_of(pull, 'number')}"
            return _reference(self.api.send("PATCH", path, "renew a pull request", PULLS, content).data, made=False)
        content |= {"head": proposal.branch, "base": base}
        answer = self.api.send("POST", f"{self.root}/pulls", "open a pull request", PULLS, content, repeat=False)
        return _reference(answer.data, made=True)

    # --- runs

    def jobs(self, run_id: str, attempt: int) -> list[dict[str, Any]]:
        """Raises StillRunningError as long as the attempt has not ended."""
        if not run_id.isdecimal() or attempt < 1:
            raise ShuntyardError(f"{run_id[:50]!r} is no run of GitHub", hint="a run's number, such as 17352846012")
        path = f"{self.root}/actions/runs/{run_id}/attempts/{attempt}"
        run = read_run(self.api.get(path, f"read run {run_id}", ACTIONS))
        run.check_ended()
        return job_rows(run, self.api.pages(f"{path}/jobs", f"list the jobs of run {run_id}", ACTIONS, "jobs"))

    def _again(self, act: Callable[[], T]) -> T:
        """The act, from its start, while nobody knows whether the last request worked."""
        for _ in range(_REPEATS - 1):
            try:
                return act()
            except UncertainError:
                self.api.patience.pause(2.0)
        return act()


def _reference(data: Any, *, made: bool) -> Reference:
    return Reference(number=number_of(data, "number"), address=text_of(data, "html_url"), made=made)
