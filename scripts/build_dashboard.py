"""build-dashboard: one self-contained page from the history, for an artifact or for a site."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

from shuntyard.ci import github
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS, ShuntyardError
from shuntyard.options import words
from shuntyard.store import load

CONTRACT = Contract(
    name="build-dashboard",
    summary="Makes one HTML page from the history: KPIs, A/B verdicts, trends, flakes, hardware and runs.",
    inputs=(
        Input(name="history", help="a folder, a URL such as s3://bucket/history, or mysql"),
        Input(name="output", default="", help="the page to write, by default below the runner's temporary folder"),
        Input(name="since", type="number", default="90", help="how many days to look back"),
        Input(name="repository", default="", help="only this repository, as owner/name"),
        Input(name="pipelines", default="", help="only these pipelines, separated by spaces"),
        Input(name="baseline", default="shell", help="the arm to compare with"),
        Input(name="candidate", default="python", help="the arm to judge"),
        Input(name="known", default="", help="the configurations that there are, for the coverage; those that ran"),
    ),
    outputs=(
        Output(name="html", help="the path of the page"),
        Output(name="figures", help="the path of the same figures as JSON"),
        Output(name="answer", help="bad, open, good, or none when nothing ran"),
    ),
    exits={
        0: "the page is written",
        1: "the page is written, without the files of the history that cannot be read; it names them",
        2: "wrong usage, a history that cannot be reached, or a library that is missing",
        3: "a bug",
    },
    toolkit=True,
    libraries="history",
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    """Builds, writes both files, tells what could not be read."""
    names = ("dashboard.build", "dashboard.facts", "dashboard.gather", "analyses.query")
    build, facts, gather, query = (load(f"shuntyard.{name}") for name in names)
    if not 0 < (days := float(inputs["since"])) <= 36_500:
        raise ShuntyardError(f"input 'since' is {days:g}", hint="write a number of days, such as 90")
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    about = {"repository": str(inputs["repository"]), "pipelines": tuple(words(str(inputs["pipelines"])))}
    scope = query.Scope(since=now - timedelta(days=days), **about)
    arms = {name: str(inputs[name]) for name in ("baseline", "candidate")}
    made = build.build(
        str(inputs["history"]),
        gather.Asked(scope=scope, now=now, known=tuple(words(str(inputs["known"]))), **arms),
        tell=lambda text: print(text, flush=True),
    )
    default = Path(env.get("RUNNER_TEMP") or ".shuntyard", "shuntyard", "dashboard", "index.html")
    page, figures = Path(str(inputs["output"] or default)), facts.facts(made.findings, made.problems)
    build.write(page, made.html)
    build.write(page.with_suffix(".json"), json.dumps(figures, indent=1, allow_nan=False) + "\n")
    for problem in made.problems[:10]:
        text = f"{problem.where()}: {problem.message}"
        print(github.annotation("warning", text, title="not in the dashboard") if env.get("GITHUB_ACTIONS") else text)
    outputs = {"html": str(page), "figures": str(page.with_suffix(".json")), "answer": figures["answer"]["tone"]}
    return Done(outputs=outputs, exit_code=EXIT_PROBLEMS if made.problems else EXIT_GOOD)


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
