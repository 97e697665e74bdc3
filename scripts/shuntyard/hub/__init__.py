"""The provider that keeps a repository: its variables, issues, comments, pull requests and lists of jobs.

Rollouts and alerts act through this protocol, so that the same code acts on GitHub (`hub/github.py`) and on a folder of
this machine (`hub/local.py`), where everything that it did can be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What an act made or found: `address` is where a person looks at it, `made` whether it is new."""

    number: int
    address: str
    made: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A pull request to make or renew: `files` are whole texts by path within the repository."""

    branch: str
    title: str
    body: str
    files: Mapping[str, str]


class Hub(Protocol):
    """One repository. Every method raises ShuntyardError where the provider refuses or stays away, never half-done
    silently; what the error says never holds a token."""

    def variable(self, name: str) -> str | None:
        """The value of a repository variable, None where there is none."""

    def set_variable(self, name: str, value: str) -> None:
        """Makes or changes a repository variable."""

    def open_issue(self, marker: str, title: str, body: str, labels: Sequence[str] = ()) -> Reference:
        """Opens an issue, or renews the body of the open one that carries the marker."""

    def comment(self, number: int, marker: str, body: str) -> Reference:
        """Makes the one comment that carries the marker on an issue or pull request, or renews it."""

    def propose(self, proposal: Proposal) -> Reference:
        """Commits the files to the branch, made from the default branch, and opens or renews its pull request."""

    def jobs(self, run_id: str, attempt: int) -> list[dict[str, Any]]:
        """The run's jobs, as rows of `shuntyard.columns.JOBS`."""
