"""run-bazel: build the wheels of one row and run its tests with Bazel, remotely where there is an executor."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from shuntyard.bazel.container import give_back, run_contained
from shuntyard.bazel.ending import no_space_told, read_ending
from shuntyard.bazel.image import choose_image
from shuntyard.bazel.inputs import INPUTS
from shuntyard.bazel.job import read_job
from shuntyard.bazel.row import run_row
from shuntyard.ci import github
from shuntyard.contract import Contract, Output, Value
from shuntyard.entry import Done, main

CONTRACT = Contract(
    name="run-bazel",
    summary="Build the wheels of one row and run its tests with Bazel, remotely where there is an executor.",
    workspace=True,
    inputs=INPUTS,
    outputs=(
        Output(name="results", help="The folder with the results."),
        Output(name="artifact", help="The name for the artifact that the folder becomes."),
        Output(name="outcome", help="The row's outcome: passed, empty, failed or error."),
        Output(name="verdict", help="passed, tests failed, build failed, no tests found, infrastructure, …"),
        Output(name="where", help="Where actions ran in the end: remote or local."),
    ),
    exits={
        0: "all tests passed",
        1: "tests, the build or the infrastructure failed; `verdict` says which",
        2: "a wrong input, a missing secret, or an option that Bazel does not know",
        3: "a bug in Shuntyard",
        130: "interrupted; results and logs up to there are written",
    },
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    job = read_job(inputs, env)
    places = {"results": str(job.results), "artifact": job.artifact}
    github.write_outputs(env, places)  # now, so that what there is can be uploaded when the job is cancelled
    image = choose_image(job, inputs)
    with no_space_told():
        if image.engine is not None:
            run_contained(job, image, inputs, Path(__file__))
        else:
            run_row(job, image.notes)
    give_back(job)
    ending = read_ending(job)
    github.write_summary(env, ending.summary)
    if ending.verdict.kind == "interrupted":
        raise KeyboardInterrupt
    told = {"outcome": ending.record.outcome, "verdict": ending.verdict.kind, "where": ending.where}
    return Done(outputs={**places, **told}, exit_code=ending.exit_code)


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
