"""Which commits another repository has: the newest of a branch at a moment, and how two of them lie to each other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import quote

from shuntyard.errors import ShuntyardError
from shuntyard.hub.answers import maybe, number_of, text_of
from shuntyard.hub.faults import GoneError

READ = "contents: read"
Lie = Literal["ahead", "behind", "diverged", "identical", "unknown"]
LIES: tuple[Lie, ...] = ("ahead", "behind", "diverged", "identical")


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """How a commit lies to another: `commits` are those that only it has."""

    lie: Lie
    commits: int = 0


class Commits(Protocol):
    """One repository, read only. Methods raise ShuntyardError where the provider refuses or stays away."""

    def newest(self, branch: str, before: datetime) -> str:
        """The branch's newest commit that was made before the moment (UTC without a zone)."""

    def between(self, base: str, head: str) -> Between:
        """How `head` lies to `base`, both commits or tags; "unknown" where the repository lacks one of them."""


class Getter(Protocol):
    """What is needed of hub.api.Api: this file imports no library."""

    def get(self, path: str, what: str, permission: str, **parameters: str | int) -> Any:
        """The JSON at a path."""


class GitHubCommits:
    """See Commits. `repository` is owner/name."""

    def __init__(self, api: Getter, repository: str) -> None:
        self.api = api
        self.root = f"/repos/{repository}"

    def newest(self, branch: str, before: datetime) -> str:
        until = f"{before.isoformat(timespec='seconds')}Z"
        what = f"list the commits of {branch}"
        found = self.api.get(f"{self.root}/commits", what, READ, sha=branch, until=until, per_page=1)
        if not isinstance(found, list) or not found:
            raise ShuntyardError(f"{branch} has no commit before {until}", hint="check upstream-branch")
        return text_of(found[0], "sha")

    def between(self, base: str, head: str) -> Between:
        path = f"{self.root}/compare/{quote(base, safe='')}...{quote(head, safe='')}"
        try:
            found = self.api.get(path, f"compare {head[:12]} with {base[:12]}", READ, per_page=1)
        except GoneError:
            return Between(lie="unknown")
        lie = maybe(found, "status")
        if lie not in LIES:
            raise ShuntyardError("GitHub's answer does not compare", hint="check GITHUB_API_URL")
        return Between(lie=lie, commits=number_of(found, "ahead_by"))


class LocalCommits:
    """See Commits: one branch, in `upstream.json`, a list of {sha, at}, the oldest first; for tests and rehearsals."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "upstream.json"

    def newest(self, branch: str, before: datetime) -> str:
        made = [str(each["sha"]) for each in self._read() if _moment(str(each["at"])) < before]
        if not made:
            raise ShuntyardError(f"{branch} has no commit before {before}", hint=f"see {self.file}")
        return made[-1]

    def between(self, base: str, head: str) -> Between:
        places = {str(each["sha"]): index for index, each in enumerate(self._read())}
        if base not in places or head not in places:
            return Between(lie="unknown")
        ahead = places[head] - places[base]
        return Between(lie="identical" if not ahead else "ahead" if ahead > 0 else "behind", commits=max(ahead, 0))

    def _read(self) -> list[Mapping[str, Any]]:
        try:
            found: list[Mapping[str, Any]] = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ShuntyardError(f"{self.file} cannot be read: {error}") from error
        return found


def _moment(text: str) -> datetime:
    """An ISO 8601 time in UTC, with or without its zone, as UTC without one."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment
