"""fetch-jobs: what the CI provider knows of earlier runs' jobs, into the history: queue, set-up, test, report."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import ShuntyardError
from shuntyard.hub.choose import GITHUB, open_hub
from shuntyard.options import words
from shuntyard.store import load, open_store

CONTRACT = Contract(
    name="fetch-jobs",
    summary="Asks GitHub for the jobs of runs that the history has, so that it knows where their minutes went.",
    inputs=(
        Input(name="history", default="", help="a folder or a URL such as s3://bucket/history"),
        Input(name="mysql", type="boolean", default="false", help="instead the database that SHUNTYARD_DB_* name"),
        Input(name="days", type="number", default="30", help="how far back runs are looked for"),
        Input(name="runs", default="", help="ids of runs, separated by spaces; empty takes all that lack their jobs"),
    ),
    outputs=(Output(name="added", help="how many runs' jobs were added"),),
    exits={
        0: "added, or nothing to add; runs that still run are asked for the next time",
        2: "wrong usage, or GitHub or the history refuses or cannot be reached",
        3: "a bug",
    },
    toolkit=True,
    libraries="history",
    permissions={"actions": "read"},
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    """Fills the history from the provider."""
    where = "mysql" if inputs["mysql"] else str(inputs["history"])
    if not where:
        raise ShuntyardError("no history is named", hint="pass history: a folder or URL, or mysql: true")
    since = datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(days=float(inputs["days"]))
    store = open_store(where)
    jobs = load("shuntyard.store.jobs")
    done = jobs.fill(
        store,
        lambda repository: open_hub(GITHUB, env, repository),
        since=since,
        runs=words(str(inputs["runs"])),
    )
    print(f"{done.jobs:,} jobs of {done.runs:,} runs added; {done.running:,} still run, {done.gone:,} are gone")
    return Done(outputs={"added": str(done.runs)})


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
