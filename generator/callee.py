"""What a `uses:` names: a workflow or action of the toolkit, of the repository it stands in, or of somebody else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

COMMIT = re.compile(r"[0-9a-f]{40}")
VERSION_TAG = re.compile(r"v[0-9][A-Za-z0-9.+-]*")

Kind = Literal["workspace", "self", "toolkit", "elsewhere", "docker"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """`workspace` is `./path`, `self` is `$/path`; others name a repository. `path` is below its repository's root."""

    text: str
    kind: Kind
    repository: str = ""
    path: str = ""
    ref: str = ""

    @property
    def is_workflow(self) -> bool:
        """Whether it names a workflow file, as a job's `uses:` does."""
        return self.path.startswith(".github/workflows/")

    @property
    def is_commit(self) -> bool:
        return COMMIT.fullmatch(self.ref) is not None

    def files(self) -> tuple[str, ...]:
        """The files that it may mean, below its repository's root."""
        if self.is_workflow:
            return (self.path,)
        return tuple(f"{self.path}/{name}".removeprefix("/") for name in ("action.yml", "action.yaml"))


def parse(text: str, toolkit: str) -> Reference:
    """`toolkit` is the toolkit's own repository, as owner/name; GitHub compares it without regard to case."""
    if text.startswith("docker://"):
        return Reference(text=text, kind="docker")
    if text.startswith(("./", "$/")):
        return Reference(text=text, kind="workspace" if text[0] == "." else "self", path=text[2:].strip("/"))
    name, _, ref = text.partition("@")
    owner, _, rest = name.partition("/")
    repository, _, path = rest.partition("/")
    full = f"{owner}/{repository}"
    kind: Kind = "toolkit" if full.lower() == toolkit.lower() else "elsewhere"
    return Reference(text=text, kind=kind, repository=full, path=path.strip("/"), ref=ref)
