"""select-rows: which rows of a pipeline this event runs, as a matrix for the jobs that follow."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from shuntyard import wire
from shuntyard.ci import github
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import ShuntyardError
from shuntyard.options import read_flags, words
from shuntyard.plan import MODES, CompiledPipeline, Mode
from shuntyard.select import Request, Selection, select

CONTRACT = Contract(
    name="select-rows",
    summary="Select the rows of a pipeline that this event runs.",
    inputs=(
        Input(name="pipeline", help="The name of a shipped pipeline, such as python-runner-ab.", default=""),
        Input(name="compiled", help="A compiled matrix file to use instead of a shipped pipeline.", default=""),
        Input(name="configs", help="Test configurations to run, separated by spaces; empty runs all.", default=""),
        Input(
            name="mode",
            type="choice",
            choices=MODES,
            default="paired",
            help="Which arms run: both (paired), one by percentage (split), or one of them throughout.",
        ),
        Input(
            name="percent",
            type="number",
            help="In mode split: the share of changes that the Python runner gets.",
            default="50",
        ),
        Input(
            name="flags",
            help="Feature flags to override, such as 'distributed=on docs_test=off' or '*=on'.",
            default="",
        ),
        Input(name="instance", help="A name for this call, needed where one run calls the pipeline twice.", default=""),
    ),
    outputs=(
        Output(name="matrix", help="The matrix of units, as JSON for fromJSON()."),
        Output(name="count", help="How many units were selected."),
        Output(name="artifacts", help="The pattern that matches the names of the units' artifacts."),
    ),
    exits={0: "selected, perhaps nothing", 2: "an input is wrong", 3: "a bug in Shuntyard"},
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    context = github.read_context(env)
    pipeline = _read(str(inputs["pipeline"]), str(inputs["compiled"]))
    request = Request(
        event=context.event,
        action=context.action,
        label=context.label,
        change=context.change,
        configs=tuple(words(str(inputs["configs"]))),
        mode=cast(Mode, inputs["mode"]),
        percent=float(inputs["percent"]),
        flags=read_flags(str(inputs["flags"])),
    )
    selection = select(pipeline, request)
    _show(selection)
    name = "-".join(filter(None, [pipeline.pipeline, str(inputs["instance"])]))
    units = selection.plan.units
    entries = [
        {
            "unit": unit.id,
            "runs-on": list(unit.runs_on),
            "python": unit.rows[0].values.get("python", ""),
            "plan": wire.encode(unit),
        }
        for unit in units
    ]
    matrix = json.dumps({"include": entries}, separators=(",", ":"))
    return Done(outputs={"matrix": matrix, "count": str(len(units)), "artifacts": f"{name}--*"})


def _read(name: str, path: str) -> CompiledPipeline:
    compiled = Path(path) if path else Path(__file__).parent.parent / "matrices" / "compiled" / f"{name}.json"
    if not path and not name:
        raise ShuntyardError("neither a pipeline nor a matrix file is named", hint="pass `pipeline:` or `matrix:`")
    if not compiled.is_file():
        known = sorted(file.stem for file in compiled.parent.glob("*.json"))
        raise ShuntyardError(f"there is no pipeline {name or path!r}", hint=f"shipped are {', '.join(known)}")
    data = json.loads(compiled.read_text(encoding="utf-8"))
    data.pop("$comment", None)
    return wire.decode(CompiledPipeline, data)


def _show(selection: Selection) -> None:
    for unit in selection.plan.units:
        print(f"run   {unit.id}: {', '.join(row.id for row in unit.rows)} on {' '.join(unit.runs_on)}")
    for row_id, reason in selection.reasons.items():
        print(f"leave {row_id}: {reason}")
    if not selection.plan.units:
        print(github.annotation("warning", "Nothing is selected: no test will run.", title=selection.plan.pipeline))


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
