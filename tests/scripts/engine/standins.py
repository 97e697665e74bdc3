"""A stand-in for docker or podman: keeps each command line and environment, and answers what it was told to."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DIGEST = "sha256:" + "d" * 64
_PROGRAM = """#!{python} -SE
import json, os, sys
argv = sys.argv[1:]
files = [open(item[11:]).read() for item in argv if item.startswith("--env-file=")]
with open({log!r}, "a") as log:
    log.write(json.dumps({{"argv": argv, "env": dict(os.environ), "files": files}}) + "\\n")
answers = json.load(open({answers!r}))
for start, (code, text) in answers.items():
    if " ".join(argv).startswith(start):
        print(text, file=sys.stderr if code else sys.stdout)
        sys.exit(code)
"""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the stand-in. `files` are what its --env-file options held at that time."""

    argv: list[str]
    env: dict[str, str]
    files: list[str]


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """`env` finds it on PATH, and nothing else but this machine's coreutils."""

    folder: Path
    env: Mapping[str, str]

    def calls(self) -> list[Call]:
        log = self.folder / "log"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return [Call(**json.loads(line)) for line in lines]

    def commands(self) -> list[str]:
        """The first word of each call."""
        return [call.argv[0] for call in self.calls()]


def stand_in(folder: Path, *names: str, answers: Mapping[str, tuple[int, str]] | None = None) -> StandIn:
    """Programs of these names. `answers` are exit code and text by how a command line begins; else it is silent."""
    inspected = json.dumps([{"RepoDigests": [f"registry.example/team/image@{DIGEST}"], "Id": "sha256:" + "1" * 64}])
    known = {"version": (0, "28.2.2"), "info": (0, "5.4.0"), "image inspect": (0, inspected), **(answers or {})}
    replies = dict(sorted(known.items(), key=lambda item: -len(item[0])))
    (folder / "answers").write_text(json.dumps(replies), encoding="utf-8")
    programs = folder / "bin"
    programs.mkdir()
    for name in names:
        text = _PROGRAM.format(python=sys.executable, log=str(folder / "log"), answers=str(folder / "answers"))
        (programs / name).write_text(text, encoding="utf-8")
        (programs / name).chmod(0o755)
    return StandIn(folder=folder, env={"PATH": str(programs), "HOME": "/home/of/the/client", "INPUT_PASSWORD": "hush"})
