"""apply-patches: apply patches of one checkout to another, all of them or none."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.patches import apply_patches, below, find_patches
from shuntyard.text import line

CONTRACT = Contract(
    name="apply-patches",
    summary="Apply patches of one checkout to another, all of them or none.",
    workspace=True,
    inputs=(
        Input(
            name="patches", help="Patterns, one a line; each one's files in sorted order.", default="patches/*.patch"
        ),
        Input(name="target", help="The folder that the paths in the patches start from.", default="."),
    ),
    outputs=(
        Output(name="applied", help="How many patches were applied."),
        Output(name="patches", help="Their files, as a JSON list."),
    ),
    exits={
        0: "all applied, or there was none",
        1: "one does not apply; it is named, and nothing is changed",
        2: "a wrong input",
        3: "a bug in Shuntyard",
    },
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    checkout = Path.cwd()
    target = below(checkout, str(inputs["target"]))
    patches = find_patches(str(inputs["patches"]), checkout)
    names = [path.relative_to(checkout.resolve()).as_posix() for path in patches]
    if patches:
        apply_patches(patches, target, checkout, env)
        print(*(f"applied {line(name, 500)}" for name in names), sep="\n")
    else:
        print(f"no patch to apply: nothing matches {line(' '.join(str(inputs['patches']).split()), 500)}")
    return Done(outputs={"applied": str(len(patches)), "patches": json.dumps(names)})


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
