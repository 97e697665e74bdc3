"""report-hud: tells PyTorch's cross-repository relay what a downstream run came to, for its HUD."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

from shuntyard import relay
from shuntyard.ci import github
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS
from shuntyard.hud_calls import Wanted, bodies, planned_commit, read_dispatch, read_report, write_test_runs

CONTRACT = Contract(
    name="report-hud",
    summary="Tells PyTorch's cross-repository relay how a run stands, so that its HUD shows it.",
    inputs=(
        Input(name="status", type="choice", choices=("in_progress", "completed"), help="how the run stands"),
        Input(name="report", default="", help="report.json or its folder; names the rows, verdict and tests"),
        Input(name="conclusion", default="", help="what the run came to, where no report says it, such as cancelled"),
        Input(
            name="job-name", default="", help="the job's name on the HUD; by default the pipeline's, or the job's own"
        ),
        Input(
            name="each", type="choice", choices=("run", "row"), default="run", help="one callback a run, or one a row"
        ),
        Input(name="plan", default="{}", help="for each row in progress: the plan that was selected"),
        Input(name="commit", default="", help="of a nightly or periodic run: the upstream commit that it tested"),
        Input(name="event", default="", help="nightly or periodic; a dispatched run says neither"),
        Input(name="plans", default="", help="the run's plans: a scheduled run is a nightly one of their commit"),
        Input(name="callback-url", default="", help="the relay's address, as its maintainers give it"),
        Input(name="artifact-url", default="", help="where the results can be seen"),
        Input(name="test-runs", default="", help="a file to write every test run to, one JSON object a line"),
        Input(name="dry-run", type="boolean", default="false", help="print the callbacks and send nothing"),
    ),
    outputs=(Output(name="sent", help="how many callbacks the relay took"),),
    exits={
        0: "sent; or the relay is down, or ignores this repository, which is not the run's fault",
        1: "the relay refuses a callback",
        2: "wrong usage, or the job may not say who it is",
        3: "a bug",
    },
    permissions={"id-token": "write"},
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    """Makes the callbacks, then sends or shows them."""
    texts = {name: str(value) for name, value in inputs.items()}
    report = read_report(Path(texts["report"])) if texts["report"] else None
    if report and texts["test-runs"]:
        print(f"{write_test_runs(report, Path(texts['test-runs'])):,} test runs in {texts['test-runs']}")
    now = datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
    commit, event = texts["commit"], texts["event"]
    if texts["plans"] and not commit and not event and env.get("GITHUB_EVENT_NAME") == "schedule":
        commit, event = planned_commit(Path(texts["plans"])), "nightly"
    dispatch = read_dispatch(commit, event, env.get("GITHUB_EVENT_PATH", ""))
    calls = bodies(Wanted.read(texts, env), dispatch, report, now)
    if inputs["dry-run"]:
        print(json.dumps(calls, indent=2))
        return Done(outputs={"sent": "0"})
    sender = relay.Sender(texts["callback-url"], env, time.sleep)
    states = []
    for index, body in enumerate(calls):
        if index and len(calls) > 50:  # the relay takes 60 a minute of a repository
            time.sleep(1.1)
        done = sender.send(body)
        states.append(done.state)
        text = f"{body['workflow']['job_name']}: {done.state}, {done.told}"
        print(github.annotation("warning", text) if done.state != "taken" and env.get("GITHUB_ACTIONS") else text)
    code = EXIT_PROBLEMS if "refused" in states else EXIT_GOOD
    return Done(outputs={"sent": str(states.count("taken"))}, exit_code=code)


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
