"""test-image: runs the integration suite inside an image, and writes down what happened."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from shuntyard.ci import github
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS
from shuntyard.images.registry import LOGIN
from shuntyard.incontainer.execute import run_rows
from shuntyard.incontainer.fetch import fetch
from shuntyard.incontainer.order import read_order
from shuntyard.run_report import summary
from shuntyard.setting import read_setting
from shuntyard.unit import is_good, outcome_by_row, read_unit, worst

CONTRACT = Contract(
    name="test-image",
    summary="Run the integration suite inside an image, and write down what happened.",
    workspace=True,
    inputs=(
        Input(name="unit", type="json", help="toJSON(matrix.plan)."),
        Input(name="pipeline", help="The pipeline that the unit belongs to.", default=""),
        Input(name="instance", help="The name of this call, where one run calls the pipeline twice.", default=""),
        Input(name="image", help="The image, by digest; else the hand-over's.", default=""),
        Input(name="handover", help="The folder with the hand-over of build-image.", default=""),
        Input(
            name="wheels", help="The hand-overs of build-wheels, folders, one a line: these must be in it.", default=""
        ),
        Input(name="engine", help="docker, podman, buildah or none; empty takes what is there.", default=""),
        Input(name="container-options", help="The engine's own, such as --device=/dev/kfd.", default=""),
        Input(name="suite", help="A folder of the checkout, or a path in the image; else the shipped one.", default=""),
        Input(name="platform", help="What JAX is to compute on: rocm, cuda or cpu.", default="rocm"),
        Input(name="expect-devices", type="number", help="How many devices JAX must find; 0 for any.", default="0"),
        Input(name="environment", help="NAME=VALUE for the tests, one a line; nothing secret.", default=""),
        Input(name="test-timeout", type="number", help="How many seconds one test may take.", default="300"),
        Input(name="time-limit", type="number", help="How many minutes a row may take.", default="60"),
        Input(name="python", help="The Python in the image, or for the virtual environment; else python3.", default=""),
        Input(name="requirements", help="To install beside the wheels without an engine.", default="jax pytest"),
        Input(name="working-directory", help="The folder to run in, inside the checkout.", default="."),
        Input(name="results", help="The folder for results; empty takes one in the runner's own.", default=""),
        *LOGIN,
    ),
    outputs=(
        Output(name="results", help="The folder with the results."),
        Output(name="artifact", help="The name for the artifact that the folder becomes."),
        Output(name="outcome", help="The worst outcome of any row: passed, empty, failed or error."),
        Output(name="contained", help="Whether the suite ran in a container: true or false."),
        Output(name="rows", help="The outcome of each row, as JSON."),
    ),
    exits={0: "all passed", 1: "a row did not pass", 2: "a wrong input", 3: "a bug in Shuntyard", 130: "interrupted"},
)
FIXED: Mapping[str, Value] = {"shell-entry": "", "tests": "", "repeats": 1}  # what run-shard's setting has besides


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    unit = read_unit(str(inputs["unit"]))
    setting = read_setting(CONTRACT, {**inputs, **FIXED}, env, unit)
    places = {"results": str(setting.results), "artifact": setting.artifact}
    github.write_outputs(env, places)  # now, so that what there is can be uploaded when the job is cancelled
    order = read_order(inputs, env, unit.rows)
    fetch(order, inputs, env, setting.console)
    results = run_rows(setting, unit, order)
    github.write_summary(env, summary(results))
    outcomes = outcome_by_row(results)
    good = all(is_good(outcome, unit.shard.of) for outcome in outcomes.values())
    verdict = {"outcome": worst(outcomes.values()), "rows": json.dumps(outcomes)}
    contained = {"contained": str(order.engine is not None).lower()}
    return Done(outputs={**places, **contained, **verdict}, exit_code=EXIT_GOOD if good else EXIT_PROBLEMS)


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
