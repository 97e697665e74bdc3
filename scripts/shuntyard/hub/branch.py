"""Puts a proposal's files on its branch, as one commit, through Git's data API. Nothing is ever force-pushed.

A branch that is there already grows by one commit whose content is the default branch's with the proposal's files.
Where the default branch has moved on, the commit merges it, so that the pull request shows those files and nothing
else. Every commit ends in a trailer that says whose it is; a branch with commits of anybody else is left as it is.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from shuntyard.errors import ShuntyardError
from shuntyard.hub import Proposal
from shuntyard.hub.answers import maybe, number_of, text_of
from shuntyard.hub.api import Api, UncertainError
from shuntyard.hub.faults import GoneError
from shuntyard.hub.paths import check_branch, check_files

CONTENTS = "contents: write"
FILE = "100644"


def trailer(branch: str) -> str:
    """The last line of a commit that the toolkit made for this branch."""
    return f"Shuntyard-Proposal: {branch}"


class Branches:
    """The branches of one repository; `root` is its path, `/repos/owner/name`."""

    def __init__(self, api: Api, root: str) -> None:
        self.api = api
        self.root = root

    def commit(self, proposal: Proposal) -> str:
        """Commits the proposal's files to its branch; gives the name of the default branch.

        Raises ShuntyardError when nothing would change, or when somebody else has committed to the branch.
        """
        check_branch(proposal.branch)
        check_files(proposal.files)
        base = text_of(self.api.get(self.root, "read the repository", "contents: read"), "default_branch")
        if proposal.branch == base:
            raise ShuntyardError(f"{base} is the default branch", hint="propose on a branch of its own")
        tip = self._tip(base)
        if tip is None:
            raise ShuntyardError(f"the branch {base} is empty", hint="a proposal needs a commit to stand on")
        before, content = self._tree(tip), self._new_tree(tip, proposal)
        if content == before:
            raise ShuntyardError(f"{base} has these files already", hint="there is nothing to propose")
        head = self._tip(proposal.branch)
        if head is None:
            made = self._new_commit(proposal, content, [tip])
            self._create(proposal.branch, made)
        else:
            self._grow(proposal, base, tip, head, content)
        return base

    def _grow(self, proposal: Proposal, base: str, tip: str, head: str, content: str) -> None:
        """Adds a commit to a branch that is there, unless its content is the proposal's already."""
        compared = self._compare(base, proposal.branch)
        others = [item for item in compared["commits"] if not _ours(item, proposal.branch)]
        if others or number_of(compared, "total_commits") > len(compared["commits"]):
            who = maybe(others[0], "commit", "author", "name") if others else ""
            raise ShuntyardError(
                f"the branch {proposal.branch} has commits of others{f' ({who})' if who else ''}, and stays as it is",
                hint="merge or close its pull request and delete the branch; then propose again",
            )
        behind = number_of(compared, "behind_by") > 0
        if not behind and self._tree(head) == content:
            return
        made = self._new_commit(proposal, content, [head, tip] if behind else [head])
        place = f"{self.root}/git/refs/heads/{quote(proposal.branch)}"
        what = f"move the branch {proposal.branch}"
        self.api.send("PATCH", place, what, CONTENTS, {"sha": made, "force": False})

    def _compare(self, base: str, branch: str) -> dict[str, Any]:
        path = f"{self.root}/compare/{quote(base, safe='')}...{quote(branch, safe='')}"
        found = self.api.get(path, f"compare {branch} with {base}", "contents: read", per_page=100)
        if not isinstance(found, dict) or not isinstance(found.get("commits"), list):
            raise ShuntyardError("GitHub's answer has no list of commits", hint="check GITHUB_API_URL")
        return found

    def _tip(self, branch: str) -> str | None:
        """The branch's newest commit; None where there is no such branch."""
        path = f"{self.root}/git/ref/heads/{quote(branch)}"
        try:
            return text_of(self.api.get(path, f"read the branch {branch}", "contents: read"), "object", "sha")
        except GoneError:
            return None

    def _tree(self, commit: str) -> str:
        path = f"{self.root}/git/commits/{commit}"
        return text_of(self.api.get(path, "read a commit", "contents: read"), "tree", "sha")

    def _new_tree(self, base: str, proposal: Proposal) -> str:
        """A tree of the commit's files with the proposal's in their places. Making it twice makes one."""
        entries = [
            {"path": path, "mode": FILE, "type": "blob", "content": text} for path, text in proposal.files.items()
        ]
        body = {"base_tree": self._tree(base), "tree": entries}
        return text_of(self.api.send("POST", f"{self.root}/git/trees", "write files", CONTENTS, body).data, "sha")

    def _new_commit(self, proposal: Proposal, tree: str, parents: list[str]) -> str:
        message = f"{proposal.title}\n\n{trailer(proposal.branch)}"
        body = {"message": message, "tree": tree, "parents": parents}
        return text_of(self.api.send("POST", f"{self.root}/git/commits", "commit", CONTENTS, body).data, "sha")

    def _create(self, branch: str, commit: str) -> None:
        what = f"make the branch {branch}"
        body = {"ref": f"refs/heads/{branch}", "sha": commit}
        try:
            self.api.send("POST", f"{self.root}/git/refs", what, CONTENTS, body, repeat=False)
        except UncertainError:
            raise
        except ShuntyardError as error:
            if "already exists" in error.message:  # another job was faster: look at what it made
                raise UncertainError(error.message, hint=error.hint) from None
            raise


def _ours(commit: Any, branch: str) -> bool:
    return maybe(commit, "commit", "message").rstrip().endswith(trailer(branch))
