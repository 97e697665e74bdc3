"""resolve-stack: which PyTorch a stack means: the pinned one, whose version stands in one file, or its main branch."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from shuntyard import handover
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.pinning.pin import read_pin
from shuntyard.shards.planfile import KIND, UPSTREAM

STACKS = ("pinned", "main")

CONTRACT = Contract(
    name="resolve-stack",
    summary="Say which commit, tag or branch of PyTorch a stack means.",
    workspace=True,
    inputs=(
        Input(name="stack", type="choice", choices=STACKS, help="Which of the two stacks.", default="pinned"),
        Input(name="pin", help="The file that holds the pinned version or commit, alone.", default=".ci/pytorch.txt"),
        Input(name="plan", help="What plan-shards handed over: the commit that it planned for counts.", default=""),
        Input(name="upstream-ref", help="Another commit, tag or branch, whatever the stack; empty: none.", default=""),
    ),
    outputs=(
        Output(name="ref", help="What to check out: a commit, a tag such as v2.13.0, or main."),
        Output(name="version", help="The pin as the file has it; empty for main."),
    ),
    exits={0: "resolved", 2: "the file is missing, or holds no version or commit", 3: "a bug in Shuntyard"},
)


def run(inputs: Mapping[str, Value], _env: Mapping[str, str]) -> Done:
    planned = handover.read(Path(str(inputs["plan"])), kind=KIND).facts.get(UPSTREAM, "") if inputs["plan"] else ""
    if planned:  # every job of a run tests one commit, however far main has moved since
        return Done(outputs={"ref": planned, "version": ""})
    if inputs["upstream-ref"]:
        return Done(outputs={"ref": str(inputs["upstream-ref"]), "version": ""})
    if inputs["stack"] == "main":
        return Done(outputs={"ref": "main", "version": ""})
    version = read_pin(Path(str(inputs["pin"])), Path.cwd())
    is_commit = len(version) == 40 and "." not in version
    ref = version if is_commit else f"v{version.removeprefix('v')}"
    print(f"pinned: {version}")
    return Done(outputs={"ref": ref, "version": version})


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
