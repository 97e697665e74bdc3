"""What tags that follow labels need of a provider: a pull request as it stands, tags, labels, runs, who may write.

`hub/githubtags.py` does it on GitHub, `hub/localtags.py` in a folder of this machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from shuntyard.hub import Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A pull request as it stands now. `head` is its newest commit; `own` says that its branch is in the repository
    itself, where only who may write can push."""

    number: int
    open: bool
    head: str
    own: bool
    labels: frozenset[str]


class Tags(Protocol):
    """One repository. Every method raises ShuntyardError where the provider refuses or stays away."""

    def pull(self, number: int) -> Pull:
        """The pull request as it stands. Raises GoneError for a number that is none."""

    def may_write(self, login: str) -> bool:
        """Whether somebody may push to the repository; False for whom it does not know."""

    def tag(self, name: str) -> str | None:
        """The commit that a tag is at, None where there is no such tag."""

    def put_tag(self, name: str, commit: str) -> None:
        """Makes the tag, or moves it."""

    def delete_tag(self, name: str) -> None:
        """Deletes the tag; one that is gone is no fault."""

    def cancel(self, tag: str) -> int:
        """Cancels the runs that pushing the tag started and that have not ended; gives how many."""

    def remove_label(self, number: int, label: str) -> None:
        """Takes a label off; one that is off is no fault."""

    def comment(self, number: int, marker: str, body: str) -> Reference:
        """As hub.Hub.comment."""
