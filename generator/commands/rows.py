"""`shuntyard rows`: what an event would run, and for each other row the reason why not."""

from __future__ import annotations

import argparse
import json
from datetime import datetime, timezone

from generator.expand import expand
from generator.faults import suggest
from generator.load import Toolkit, load
from shuntyard.errors import EXIT_GOOD, ShuntyardError
from shuntyard.human import count
from shuntyard.options import read_flags
from shuntyard.plan import MODES, CompiledPipeline
from shuntyard.select import Request, Selection, select

SUMMARY = "list the rows that an event would run, and for each other row the reason why not"
EPILOG = """examples:
  shuntyard rows python-runner-ab
  shuntyard rows python-runner-ab --event pull_request --label ciflow/python-runner
  shuntyard rows python-runner-ab --config docs_test --mode split --percent 25 --change owner/repo#7
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pipeline", help="a pipeline of matrices/")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_request_options(parser)


def add_request_options(parser: argparse.ArgumentParser) -> None:
    """What an event asks for; `rehearse` takes the same."""
    parser.add_argument(
        "--event", default="", help="a GitHub event, such as push, pull_request, schedule, workflow_dispatch"
    )
    parser.add_argument(
        "--label", action="append", default=[], metavar="L", help="a label put on the pull request (repeatable)"
    )
    parser.add_argument(
        "--row", action="append", default=[], metavar="GLOB", help="only rows whose id matches (repeatable)"
    )
    parser.add_argument(
        "--config", action="append", default=[], metavar="C", help="only this configuration (repeatable)"
    )
    parser.add_argument("--mode", choices=MODES, default="paired", help="which arms run (default: paired)")
    parser.add_argument("--percent", type=float, default=50.0, help="mode split: the Python runner's share of changes")
    parser.add_argument("--size", default="", help="the size of the run, such as weekly (default: the usual one)")
    parser.add_argument("--flags", default="", help="feature flags to override, such as 'distributed=on'")
    parser.add_argument(
        "--change", default="", help="mode split: the change that the choice sticks to, such as owner/repo#7"
    )


def request_of(arguments: argparse.Namespace) -> Request:
    """The request that the options describe. Several labels: the last one is the one that triggers."""
    label = arguments.label[-1] if arguments.label else ""
    return Request(
        event=arguments.event,
        action="labeled" if label else "",
        label=label,
        size=arguments.size,
        configs=tuple(arguments.config),
        rows=tuple(arguments.row),
        mode=arguments.mode,
        percent=arguments.percent,
        flags=read_flags(arguments.flags),
        change=arguments.change,
        today=datetime.now(timezone.utc).date().isoformat(),
    )


def compiled_pipeline(toolkit: Toolkit, name: str) -> CompiledPipeline:
    """A pipeline of matrices/, expanded. Raises ShuntyardError when there is none of that name."""
    if name not in toolkit.pipelines:
        raise ShuntyardError(f"there is no pipeline {name!r}", hint=suggest(name, toolkit.pipelines))
    return expand(toolkit, toolkit.pipelines[name])


def run(arguments: argparse.Namespace) -> int:
    pipeline = compiled_pipeline(load(arguments.root), arguments.pipeline)
    selection = select(pipeline, request_of(arguments))
    if arguments.json:
        print(json.dumps(_as_json(selection), indent=2))
    else:
        _print(pipeline, selection)
    return EXIT_GOOD


def _as_json(selection: Selection) -> dict[str, object]:
    rows = [
        {"id": row.id, "unit": unit.id, "shard": f"{unit.shard.index}/{unit.shard.of}", "runs-on": list(unit.runs_on)}
        | ({"stage": row.stage} if row.stage else {})
        for unit in selection.plan.units
        for row in unit.rows
    ]
    left = [{"id": row_id, "reason": reason} for row_id, reason in selection.reasons.items()]
    return {
        "schema": 1,
        "pipeline": selection.plan.pipeline,
        "jobs": len(selection.plan.units),
        "run": rows,
        "leave": left,
    }


def _print(pipeline: CompiledPipeline, selection: Selection) -> None:
    chosen = [(row, unit) for unit in selection.plan.units for row in unit.rows]
    width = max((len(row.id) for row in pipeline.rows), default=0)
    for row, unit in chosen:
        stage = f" ({row.stage})" if row.stage else ""
        print(f"run    {row.id:<{width}}  in {unit.id} on {' '.join(unit.runs_on)}{stage}")
    for row_id, reason in selection.reasons.items():
        print(f"leave  {row_id:<{width}}  {reason}")
    said = f"{count(len(chosen), 'row')} in {count(len(selection.plan.units), 'job')}"
    size = f", size {selection.size}" if selection.size else ""
    print(f"{said}{size}; {len(selection.reasons)} left out")
