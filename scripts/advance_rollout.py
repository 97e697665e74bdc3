"""advance-rollout: switches on the configurations whose success criteria are met, phase after phase."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from shuntyard.ci import github
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.options import words
from shuntyard.verb import verb

ROOT = Path(__file__).resolve().parent.parent

CONTRACT = Contract(
    name="advance-rollout",
    summary="Switch on the configurations whose success criteria are met over the window, phase after phase.",
    inputs=(
        Input(name="history", default="", help="a folder, a URL such as s3://bucket/history, or mysql"),
        Input(name="hub", default="github", help="whose flags change: github, or local:FOLDER"),
        Input(
            name="mode",
            type="choice",
            choices=("variable", "propose"),
            default="variable",
            help="the repository variable, at once; or a pull request to the toolkit's own matrices/suites.yml",
        ),
        Input(name="release", default="", help="configurations that the variable keeps off and that may go on again"),
        Input(name="repository", default="", help="only this repository's history, as owner/name"),
        Input(name="log", default="", help="the audit log: a file, or a URL that keeps an object for each entry"),
        Input(name="dry-run", type="boolean", default="false", help="change nothing; say what would be changed"),
    ),
    outputs=(
        Output(name="promoted", help="the configurations that were switched on, separated by spaces"),
        Output(name="told", help="what should be looked at, a line each"),
    ),
    exits={0: "done, perhaps nothing", 1: "the matrices have problems", 2: "refused, or wrong usage", 3: "a bug"},
    toolkit=True,
    libraries="history",
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    options = [f"--{inputs['mode']}", "--hub", str(inputs["hub"]), "--json", "--root", str(ROOT)]
    for name in ("history", "repository", "log"):
        options += [f"--{name}", str(inputs[name])] if inputs[name] else []
    for config in words(str(inputs["release"])):
        options += ["--release", config]
    options += ["--dry-run"] if inputs["dry-run"] else []
    command = verb(ROOT, "rollout", "advance", *options)
    done = subprocess.run(command, env=dict(env), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        print(done.stdout, end="")
        return Done(exit_code=done.returncode)
    found = json.loads(done.stdout)
    promoted = [each["config"] for each in found["promoted"] if each["changed"]]
    print(f"{'would switch' if found['dry_run'] else 'switched'} on: {' '.join(promoted) or 'nothing'}")
    for told in found["told"]:
        print(github.annotation("warning", told, title="rollout") if env.get("GITHUB_ACTIONS") else told)
    return Done(outputs={"promoted": " ".join(promoted), "told": "\n".join(found["told"])})


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
