"""ingest-results: makes one result of test results that others wrote, for analyse-results and append-history."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from shuntyard.ci import github
from shuntyard.contract import Contract, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS
from shuntyard.ingest.run import FILES, INPUTS, ingest
from shuntyard.ingest.telling import some

CONTRACT = Contract(
    name="ingest-results",
    summary="Make one result of test results that others wrote: JUnit XML, Bazel's events, pytest-reportlog, gtest.",
    inputs=(FILES, *INPUTS),
    outputs=(
        Output(name="results", help="The folder with the result."),
        Output(name="artifact", help="The name for the artifact that the folder becomes."),
        Output(name="outcome", help="passed, failed, error or empty."),
        Output(name="cases", help="How many entries there are: one an attempt."),
        Output(name="problems", help="How many files could not be read whole."),
        Output(name="skips", help="How many cases were skipped for which kind of reason, as JSON."),
    ),
    exits={
        0: "read, whatever the tests say",
        1: "a file could not be read whole; all else is in the result",
        2: "an input is wrong",
        3: "a bug in Shuntyard",
    },
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    done = ingest(inputs, env, Path.cwd())
    print("\n".join(done.lines))
    for text in some(done.problems, "problem"):
        print(github.annotation("error", text, title="test results") if env.get("GITHUB_ACTIONS") else f"error: {text}")
    outputs = {
        "results": str(done.folder),
        "artifact": done.artifact,
        "outcome": done.record.outcome,
        "cases": str(len(done.record.cases)),
        "problems": str(len(done.problems)),
        "skips": json.dumps(done.skips),
    }
    return Done(outputs=outputs, exit_code=EXIT_PROBLEMS if done.problems else EXIT_GOOD)


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
