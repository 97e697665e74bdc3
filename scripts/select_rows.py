"""select-rows: which rows of a pipeline this event runs, as a matrix for the jobs that follow."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from shuntyard import wire
from shuntyard.ci import github
from shuntyard.compiled import read_compiled
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.evidence import artifact_name, call_name
from shuntyard.options import read_instance
from shuntyard.packed import pack
from shuntyard.plan import MODES
from shuntyard.request import read_request
from shuntyard.select import groups, matrix, select, told

SHIPPED = Path(__file__).resolve().parent.parent / "matrices" / "compiled"
MODE_HELP = "Which arms run: both (paired), one by percentage (split), or one of them throughout."
PERCENT_HELP = "In mode split: the share of changes that the Python runner gets."
FLAGS_HELP = "Feature flags to override, such as 'distributed=on docs_test=off' or '*=on'."

CONTRACT = Contract(
    name="select-rows",
    summary="Select the rows of a pipeline that this event runs.",
    inputs=(
        Input(name="pipeline", help="The name of a shipped pipeline, such as python-runner-ab.", default=""),
        Input(name="compiled", help="A compiled matrix file to use instead of a shipped pipeline.", default=""),
        Input(name="configs", help="Test configurations to run, separated by spaces; empty runs all.", default=""),
        Input(name="mode", help=MODE_HELP, type="choice", choices=MODES, default="paired"),
        Input(name="percent", help=PERCENT_HELP, type="number", default="50"),
        Input(name="flags", help=FLAGS_HELP, default=""),
        Input(name="variable-flags", help="Flags that a repository variable keeps; `flags` wins.", default=""),
        Input(name="size", help="The size of the run, such as weekly; empty takes the schedule's.", default=""),
        Input(name="instance", help="A name for this call, needed where one run calls the pipeline twice.", default=""),
    ),
    outputs=(
        Output(name="pipeline", help="The name of the pipeline whose rows these are."),
        Output(name="matrix", help="The matrix of units, as JSON for fromJSON()."),
        Output(name="plan", help="The plan, packed to fit an environment variable, for analyse-results."),
        Output(name="count", help="How many units were selected."),
        Output(name="artifacts", help="The pattern that matches the names of the units' artifacts."),
        Output(name="groups", help="Matrices of jobs for several rows at once, by their axes, as JSON for fromJSON()."),
        Output(name="size", help="The size of the run; empty where the pipeline has none."),
        Output(name="call", help="The pipeline and its instance, with which the names of its artifacts start."),
    ),
    exits={0: "selected, perhaps nothing", 2: "an input is wrong", 3: "a bug in Shuntyard"},
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    context = github.read_context(env)
    instance = read_instance(str(inputs["instance"]))
    pipeline = read_compiled(SHIPPED, name=str(inputs["pipeline"]), path=str(inputs["compiled"]))
    selection = select(pipeline, read_request(inputs, context))
    for line in told(selection):
        print(line)
    if not selection.plan.units:
        print(github.annotation("warning", "Nothing is selected: no test will run.", title=pipeline.pipeline))
    return Done(
        outputs={
            "pipeline": pipeline.pipeline,
            "matrix": json.dumps(matrix(selection.plan), separators=(",", ":")),
            "plan": pack(json.dumps(wire.encode(selection.plan))),
            "count": str(len(selection.plan.units)),
            "artifacts": artifact_name(pipeline.pipeline, instance, "*"),
            "groups": json.dumps(groups(selection.plan), separators=(",", ":")),
            "size": selection.size,
            "call": call_name(pipeline.pipeline, instance),
        }
    )


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
