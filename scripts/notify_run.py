"""notify-run: tells people that a run of a pipeline went bad, or recovered."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from shuntyard.ci import github
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS
from shuntyard.store import load

CONTRACT = Contract(
    name="notify-run",
    summary="Tells people that a run of a pipeline went bad or recovered, with what failed and what it looks like.",
    inputs=(
        Input(name="report", help="the report.json of the run, or the folder that it is in"),
        Input(
            name="when", type="choice", choices=("failure", "change", "always"), default="failure",
            help="failure: each bad run; change: the first bad and the first good one, by the history; or always",
        ),
        Input(name="role", type="choice", choices=("source", "installed"), default="source", help="what it tests"),
        Input(name="history", default="", help="where the run before is looked up: a folder, a URL or mysql"),
        Input(name="experimental", default="", help="rows that never make a run bad, as axis=value: rocm=7.2.0"),
        Input(name="format", type="choice", choices=("text", "markdown"), default="text", help="what is sent"),
        Input(name="required", type="boolean", default="false", help="fail when nobody is named who could be told"),
        Input(
            name="urls", default="", secret="NOTIFY_URLS",  # noqa: S106 (the secret's name)
            help="optional; who is told, as Apprise addresses separated by spaces",
        ),
    ),
    outputs=(
        Output(name="event", help="what is told: failed, went bad, still bad, recovered, passed; empty for nothing"),
        Output(name="told", help="how many addresses were reached"),
        Output(name="title", help="the title of the message, empty when there was nothing to tell"),
    ),
    exits={
        0: "told, at least one address; or there was nothing to tell, or nobody to tell it to",
        1: "there was something to tell, and no address was reached",
        2: "wrong usage, a report or a history that cannot be read, or `required` without NOTIFY_URLS",
        3: "a bug",
    },
    toolkit=True,
    libraries="history",
)  # fmt: skip


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    """Judges the run, tells it where that is due, and says who was not reached; never where they are."""
    tell = load("shuntyard.nightly.tell")
    texts = {name: str(inputs[name]) for name in ("when", "role", "history", "urls")}
    marked = inputs["format"] == "markdown"
    told = tell.tell(
        Path(str(inputs["report"])),
        patterns=str(inputs["experimental"]),
        markdown=marked,
        required=bool(inputs["required"]),
        **texts,
    )
    if told.markdown:
        github.write_summary(env, told.markdown)
    print(told.text)
    for text in told.problems:
        print(github.annotation("warning", text, title="not told") if env.get("GITHUB_ACTIONS") else text)
    outputs = {"event": told.event, "told": str(told.reached), "title": told.title}
    lost = told.addresses and not told.reached
    return Done(outputs=outputs, exit_code=EXIT_PROBLEMS if lost else EXIT_GOOD)


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
