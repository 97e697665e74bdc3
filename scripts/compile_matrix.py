"""compile-matrix: check a caller's own matrix file, and expand it into what runners read."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.verb import verb

ROOT = Path(__file__).resolve().parent.parent

CONTRACT = Contract(
    name="compile-matrix",
    summary="Check a matrix file of your own, and expand it into what runners read.",
    inputs=(Input(name="matrix", help="The file's path in your checkout, such as .ci/matrix.yml."),),
    outputs=(Output(name="compiled", help="The compiled matrix, for select-rows."),),
    exits={
        0: "compiled",
        1: "the file has problems, shown as annotations on it",
        2: "an input is wrong",
        3: "a bug in Shuntyard",
    },
    workspace=True,
    toolkit=True,
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    target = Path(tempfile.mkdtemp(dir=env.get("RUNNER_TEMP"))) / "compiled.json"
    style = "github" if env.get("GITHUB_ACTIONS") else "text"
    options = ["--output", str(target), "--format", style, "--root", str(ROOT)]
    command = verb(ROOT, "compile", *options, "--", str(inputs["matrix"]))
    code = subprocess.run(command, env=dict(env), check=False).returncode
    return Done(outputs={"compiled": str(target)} if code == 0 else {}, exit_code=code)


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
