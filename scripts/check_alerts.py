"""check-alerts: judges the history by the rules of alerts.yml, and acts on what fires."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shuntyard.ci import github
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS
from shuntyard.text import line
from shuntyard.verb import verb

ROOT = Path(__file__).resolve().parent.parent

CONTRACT = Contract(
    name="check-alerts",
    summary="Judge the history by the rules of alerts.yml: switch flags off, open issues, tell people.",
    inputs=(
        Input(name="history", default="", help="a folder, a URL such as s3://bucket/history, or mysql"),
        Input(name="hub", default="github", help="where flags, issues and proposals go: github, or local:FOLDER"),
        Input(name="alerts", default="", help="a file in your checkout instead of the toolkit's alerts.yml"),
        Input(name="state", default="", help="the file of what was told, by default beside the history"),
        Input(name="repository", default="", help="only this repository's history, as owner/name"),
        Input(name="log", default="", help="the rollout's audit log: a file, or a URL that keeps an object an entry"),
        Input(name="fail", type="boolean", default="false", help="fail when an alert fires, too"),
        Input(name="dry-run", type="boolean", default="false", help="change nothing; show what would be done"),
    ),
    outputs=(
        Output(name="firing", help="how many alerts fire"),
        Output(name="told", help="what was done about them, a line each"),
    ),
    exits={
        0: "judged, and everything that was due is done",
        1: "an action failed, the rules have problems, or an alert fires and `fail` is true",
        2: "wrong usage, or the history cannot be read",
        3: "a bug",
    },
    toolkit=True,
    libraries="history",
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    options = ["--json", "--root", str(ROOT), *(["--dry-run"] if inputs["dry-run"] else [])]
    for name in ("history", "hub", "alerts", "state", "repository", "log"):
        options += [f"--{name}={inputs[name]}"] if inputs[name] else []
    command = verb(ROOT, "alerts", "check", *options)
    done = subprocess.run(command, env=dict(env), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (EXIT_GOOD, EXIT_PROBLEMS) or not done.stdout.startswith("{"):
        print(done.stdout, end="")
        return Done(exit_code=done.returncode)
    found = json.loads(done.stdout)
    firing = [each for each in found["alerts"] if each["status"] == "firing"]
    failed = [each for each in found["acts"] if each["result"] == "failed"]
    told = [line(f"{each['alert']}, {each['where']}: {each['result']}: {each['told']}", 500) for each in found["acts"]]
    for text in [*(_says(each) for each in firing), *told]:
        print(github.annotation("warning", text, title="alert") if env.get("GITHUB_ACTIONS") else text)
    code = EXIT_PROBLEMS if failed or (firing and inputs["fail"]) else EXIT_GOOD
    return Done(outputs={"firing": str(len(firing)), "told": "\n".join(told)}, exit_code=code)


def _says(alert: Mapping[str, Any]) -> str:
    return line(f"{alert['alert']} fires for {alert['where']}: {alert['condition']}, measured {alert['value']}", 500)


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
