"""Tags, labels and runs of a repository on GitHub, through its REST API.

Two tokens: the job's own reads, comments, unlabels and cancels; that of an App or a bot account makes and moves tags,
because what a job's own token pushes starts no workflow (docs.github.com, "Triggering a workflow from a workflow").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from shuntyard.errors import ShuntyardError
from shuntyard.hub import Reference
from shuntyard.hub.answers import maybe, number_of, text_of
from shuntyard.hub.api import Api, Patience, UncertainError
from shuntyard.hub.branch import CONTENTS
from shuntyard.hub.faults import GoneError
from shuntyard.hub.github import PULLS, GitHubHub
from shuntyard.hub.login import read_login
from shuntyard.hub.tags import Pull

RUNS = "actions: write"
WRITERS = ("admin", "write")  # GitHub tells "maintain" as write and "triage" as read
_GONE, _THERE = "reference does not exist", "already exists"


def open_tags(
    env: Mapping[str, str], repository: str = "", token: str = "", *, api: str = "", patience: Patience | None = None
) -> GitHubTags:
    """The repository that the environment names (see hub/login.py); `token` is the App's, empty where there is none."""
    own = Api(read_login(env, repository, api), patience or Patience())
    tagger = Api(replace(own.login, token=token.strip()), own.patience) if token.strip() else None
    return GitHubTags(own, tagger)


class GitHubTags:
    """See hub.tags.Tags."""

    def __init__(self, api: Api, tagger: Api | None) -> None:
        self.api = api
        self.tagger = tagger
        self.root = f"/repos/{api.login.repository}"

    def pull(self, number: int) -> Pull:
        found = self.api.get(f"{self.root}/pulls/{int(number)}", f"read pull request {number}", PULLS)
        labels = found.get("labels")
        base = text_of(found, "base", "repo", "full_name")
        return Pull(
            number=number_of(found, "number"),
            open=text_of(found, "state") == "open",
            head=text_of(found, "head", "sha"),
            own=maybe(found, "head", "repo", "full_name").lower() == base.lower(),
            labels=frozenset(maybe(each, "name") for each in labels if isinstance(labels, list)) - {""},
        )

    def may_write(self, login: str) -> bool:
        path = f"{self.root}/collaborators/{quote(login, safe='')}/permission"
        try:
            found = self.api.get(path, f"see what {login} may do", "metadata: read")
        except GoneError:
            return False
        return text_of(found, "permission") in WRITERS

    def tag(self, name: str) -> str | None:
        try:
            found = self.api.get(f"{self.root}/git/ref/tags/{quote(name)}", f"read the tag {name}", "contents: read")
        except GoneError:
            return None
        return text_of(found, "object", "sha")

    def put_tag(self, name: str, commit: str) -> None:
        if self.tagger is None:
            raise ShuntyardError(
                f"the tag {name} cannot be made: the secret CIFLOW_TOKEN is missing",
                hint="a tag made with the job's own token starts no workflows; pass a token of a GitHub App or a bot "
                "account with 'Contents: read and write' as the secret CIFLOW_TOKEN of the calling workflow",
            )
        place, what = f"{self.root}/git/refs/tags/{quote(name)}", f"move the tag {name}"
        try:
            self.tagger.send("PATCH", place, what, CONTENTS, {"sha": commit, "force": True})
            return
        except ShuntyardError as error:
            if _GONE not in error.message.lower() and not isinstance(error, GoneError):
                raise
        body = {"ref": f"refs/tags/{name}", "sha": commit}
        try:
            self.tagger.send("POST", f"{self.root}/git/refs", f"make the tag {name}", CONTENTS, body, repeat=False)
        except ShuntyardError as error:
            made_after_all = isinstance(error, UncertainError) or _THERE in error.message.lower()
            if not made_after_all or self.tag(name) != commit:
                raise

    def delete_tag(self, name: str) -> None:
        place = f"{self.root}/git/refs/tags/{quote(name)}"
        try:
            self.api.send("DELETE", place, f"delete the tag {name}", CONTENTS)
        except ShuntyardError as error:
            if _GONE not in error.message.lower() and not isinstance(error, GoneError):
                raise

    def cancel(self, tag: str) -> int:
        path, what = f"{self.root}/actions/runs", f"list the runs of {tag}"
        runs = self.api.pages(path, what, RUNS, "workflow_runs", branch=tag, event="push")
        going = [run for run in runs if maybe(run, "head_branch") == tag and maybe(run, "status") != "completed"]
        count = 0
        for run in going:
            number = number_of(run, "id")
            try:
                self.api.send("POST", f"{path}/{number}/cancel", f"cancel run {number}", RUNS)
                count += 1
            except ShuntyardError as error:
                if "(409)" not in error.message:  # it ended in the meantime
                    raise
        return count

    def remove_label(self, number: int, label: str) -> None:
        path = f"{self.root}/issues/{int(number)}/labels/{quote(label, safe='')}"
        try:
            self.api.send("DELETE", path, f"take the label {label} off #{number}", PULLS)
        except GoneError:
            return

    def comment(self, number: int, marker: str, body: str) -> Reference:
        return GitHubHub(self.api).comment(number, marker, body)
