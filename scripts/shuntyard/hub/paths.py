"""Which files and branches a proposal may name. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shuntyard.errors import ShuntyardError

_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


def check_branch(branch: str) -> None:
    """Raises ShuntyardError for a name that Git would refuse or that could mean another ref."""
    if not _BRANCH.fullmatch(branch) or ".." in branch or branch.endswith((".lock", ".")) or len(branch) > 200:
        raise ShuntyardError(f"{branch[:100]!r} is no name for a branch", hint="such as shuntyard/rollout-docs_test")


def check_files(paths: Iterable[str]) -> None:
    """Raises ShuntyardError for a path that leaves the repository, and when there is no path at all."""
    found = list(paths)
    if not found:
        raise ShuntyardError("a proposal without files", hint="name at least one file that changes")
    for path in found:
        parts = path.split("/")
        if "\\" in path or "\0" in path or any(part in ("", ".", "..", ".git") for part in parts):
            raise ShuntyardError(f"{path[:200]!r} is no path within a repository", hint="such as matrices/suites.yml")
