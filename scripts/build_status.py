"""build-status: both nightlies side by side, night by night, and who caught what."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

from shuntyard.ci import github
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS
from shuntyard.store import load

CONTRACT = Contract(
    name="build-status",
    summary="Shows two pipelines side by side per night: outcomes, missed nights, and which of them caught what.",
    inputs=(
        Input(name="history", help="a folder, a URL such as s3://bucket/history, or mysql"),
        Input(
            name="pipelines", default="nightly-rbe nightly-integration",
            help="two or more, as name or name=source|installed; the first builds from source unless it says otherwise",
        ),
        Input(name="days", type="number", default="30", help="how many nights to show"),
        Input(name="cadence", default="daily", help="when they are due: daily, weekdays, mon+thu, or name=mon+thu"),
        Input(name="turn", type="number", default="0", help="the UTC hour from which a run counts for the next night"),
        Input(name="repository", default="", help="only this repository, as owner/name"),
        Input(name="experimental", default="", help="rows that change no colour, as axis=value: rocm=7.2.0"),
        Input(name="output", default="", help="the page to write, by default below the runner's temporary folder"),
    ),
    outputs=(
        Output(name="html", help="the path of the page"),
        Output(name="figures", help="the path of the same figures as JSON"),
        Output(name="answer", help="bad, open, good, or none when nothing ran"),
        Output(name="class", help="what the newest night is, such as packaging error"),
    ),
    exits={
        0: "the page is written",
        1: "the page is written, without the files of the history that cannot be read; it names them",
        2: "wrong usage, a history that cannot be reached, or a library that is missing",
        3: "a bug",
    },
    toolkit=True,
    libraries="history",
)  # fmt: skip


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    """Builds, writes both files, tells what could not be read."""
    build, write = load("shuntyard.nightly.build"), load("shuntyard.dashboard.build")
    asked = build.ask(
        **{name: str(inputs[name]) for name in ("pipelines", "cadence", "repository")},
        **{name: float(inputs[name]) for name in ("days", "turn")},
        patterns=str(inputs["experimental"]),
        now=datetime.now(timezone.utc).replace(tzinfo=None),
    )
    made = build.build(str(inputs["history"]), asked)
    default = Path(env.get("RUNNER_TEMP") or ".shuntyard", "shuntyard", "status", "index.html")
    page = Path(str(inputs["output"] or default))
    write.write(page, made.html)
    write.write(page.with_suffix(".json"), json.dumps(made.facts, indent=1, allow_nan=False) + "\n")
    print(made.view.sentence)
    for problem in made.problems[:10]:
        text = f"{problem.where()}: {problem.message}"
        print(github.annotation("warning", text, title="not on the page") if env.get("GITHUB_ACTIONS") else text)
    outputs = {"html": str(page), "figures": str(page.with_suffix(".json")), "answer": made.view.tone}
    outputs["class"] = made.view.newest
    return Done(outputs=outputs, exit_code=EXIT_PROBLEMS if made.problems else EXIT_GOOD)


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
