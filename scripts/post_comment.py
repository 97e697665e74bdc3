"""post-comment: a finished pull-request run's reports, posted by a run that may write."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from shuntyard.ci import github
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS, ShuntyardError
from shuntyard.hub.choose import GITHUB, open_hub
from shuntyard.text import line

CONTRACT = Contract(
    name="post-comment",
    summary="Posts the reports that a finished pull-request run left in its artifacts, as one comment each.",
    inputs=(
        Input(name="run-id", default="", help="the run; empty takes the one that this workflow_run event is about"),
        Input(name="reports", default="*-report", help="the pattern of the artifacts' names"),
    ),
    outputs=(Output(name="posted", help="how many comments were posted or renewed"),),
    exits={
        0: "posted, or nothing to post",
        1: "a report is unreadable, or claims a pull request that is not its own",
        2: "wrong usage, or GitHub refuses or cannot be reached",
        3: "a bug",
    },
    toolkit=True,
    libraries="history",
    permissions={"actions": "read", "pull-requests": "write"},
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    """Posts, and tells what became of each artifact."""
    run_id = str(inputs["run-id"]) or triggering_run(env.get("GITHUB_EVENT_PATH", ""))
    hub = open_hub(GITHUB, env)
    posted = importlib.import_module("shuntyard.hub.post").post_reports(hub, run_id, str(inputs["reports"]))
    if not posted:
        print(f"run {run_id} left no artifact like {inputs['reports']}")
    for item in posted:
        text = f"{line(item.artifact) or 'nothing'}: {item.address or line(f'not posted, {item.why}', 500)}"
        print(github.annotation("warning", text) if item.bad and env.get("GITHUB_ACTIONS") else text)
    count = sum(1 for item in posted if item.address)
    bad = any(item.bad for item in posted)
    return Done(outputs={"posted": str(count)}, exit_code=EXIT_PROBLEMS if bad else EXIT_GOOD)


def triggering_run(event: str) -> str:
    """The number of the run that a workflow_run event is about, from the event's file."""
    hint = "call this from a workflow with `on: workflow_run`, or pass run-id"
    try:
        record = json.loads(Path(event).read_text(encoding="utf-8")) if event else {}
        number = record["workflow_run"]["id"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ShuntyardError("no run is named, and the event is about none", hint=hint) from error
    return str(number)


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
