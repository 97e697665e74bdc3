"""resolve-stack: which PyTorch a stack means: the pinned one, whose version stands in one file, or its main branch."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import ShuntyardError

STACKS = ("pinned", "main")
PIN = re.compile(r"[0-9a-f]{40}|v?[0-9]+(\.[0-9]+){1,3}([a-z]+[0-9]+)?")

CONTRACT = Contract(
    name="resolve-stack",
    summary="Say which commit, tag or branch of PyTorch a stack means.",
    workspace=True,
    inputs=(
        Input(name="stack", type="choice", choices=STACKS, help="Which of the two stacks.", default="pinned"),
        Input(name="pin", help="The file that holds the pinned version or commit, alone.", default=".ci/pytorch.txt"),
        Input(name="upstream-ref", help="Another commit, tag or branch, whatever the stack; empty: none.", default=""),
    ),
    outputs=(
        Output(name="ref", help="What to check out: a commit, a tag such as v2.13.0, or main."),
        Output(name="version", help="The pin as the file has it; empty for main."),
    ),
    exits={0: "resolved", 2: "the file is missing, or holds no version or commit", 3: "a bug in Shuntyard"},
)


def run(inputs: Mapping[str, Value], _env: Mapping[str, str]) -> Done:
    if inputs["upstream-ref"]:
        return Done(outputs={"ref": str(inputs["upstream-ref"]), "version": ""})
    if inputs["stack"] == "main":
        return Done(outputs={"ref": "main", "version": ""})
    version = read_pin(Path(str(inputs["pin"])), Path.cwd())
    is_commit = len(version) == 40 and "." not in version
    ref = version if is_commit else f"v{version.removeprefix('v')}"
    print(f"pinned: {version}")
    return Done(outputs={"ref": ref, "version": version})


def read_pin(file: Path, start: Path) -> str:
    """The version or commit in the file, which is inside the checkout. Raises ShuntyardError."""
    path = (start / file).resolve()
    hint = "one line: a version such as 2.13.0, or a commit"
    if not path.is_relative_to(start.resolve()) or not path.is_file():
        raise ShuntyardError(f"there is no pin {file} in the checkout", hint=hint)
    lines = [line.split("#")[0].strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    said = [line for line in lines if line]
    if len(said) != 1 or not PIN.fullmatch(said[0]):
        raise ShuntyardError(f"the pin {file} holds no version", hint=hint)
    return said[0]


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
