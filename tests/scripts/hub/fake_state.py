"""What the stand-in for GitHub keeps: a repository's issues, pull requests, commits, runs; and faults on demand."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Fault:
    """An answer instead of the true one, for the next `times` requests that match; `after` does the act first."""

    pattern: str
    status: int
    body: Any = field(default_factory=lambda: {"message": "Server Error"})
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    after: bool = False


@dataclass
class Yard:
    """What the repository holds. `requests` are `VERB /path?query`, in order; `logins` what they were sent with."""

    variables: dict[str, str] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    refs: dict[str, str] = field(default_factory=dict)
    commits: dict[str, dict[str, Any]] = field(default_factory=dict)
    trees: dict[str, dict[str, str]] = field(default_factory=dict)
    runs: dict[int, dict[str, Any]] = field(default_factory=dict)
    jobs: dict[tuple[int, int], list[dict[str, Any]]] = field(default_factory=dict)
    artifacts: dict[int, list[tuple[str, bytes]]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    app: bool = False
    page: int = 100
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    base: str = ""

    def __post_init__(self) -> None:
        self.commit("main", {"README.md": "hello\n", "matrices/suites.yml": "flag: true\n"}, "first")

    def fail(self, pattern: str, status: int, **details: Any) -> None:
        self.faults.append(Fault(pattern, status, **details))

    def commit(self, branch: str, files: dict[str, str], message: str, parents: list[str] | None = None) -> str:
        """Commits files on top of a branch, as a person would push them."""
        head = self.refs.get(branch)
        parents = parents if parents is not None else ([head] if head else [])
        tree = {**(self.files(head) if head else {}), **files}
        sha = self.store({"tree": self.tree(tree), "parents": parents, "message": message})
        self.refs[branch] = sha
        return sha

    def tree(self, files: dict[str, str]) -> str:
        sha = _sha(files)
        self.trees[sha] = files
        return sha

    def store(self, commit: dict[str, Any]) -> str:
        sha = _sha({**commit, "count": len(self.commits)})
        self.commits[sha] = commit
        return sha

    def files(self, commit: str) -> dict[str, str]:
        return self.trees[self.commits[commit]["tree"]]

    def ancestors(self, commit: str) -> set[str]:
        found, waiting = set(), [commit]
        while waiting:
            sha = waiting.pop()
            if sha not in found:
                found.add(sha)
                waiting += self.commits[sha]["parents"]
        return found

    def number(self) -> int:
        return len(self.issues) + len(self.pulls) + 1


def _sha(content: Any) -> str:
    return hashlib.sha1(json.dumps(content, sort_keys=True).encode()).hexdigest()
