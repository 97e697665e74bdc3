"""`shuntyard caller`: the workflow with which another repository calls a pipeline."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from generator.caller import caller_workflow
from generator.faults import suggest
from generator.load import Toolkit, load
from generator.publisher import publisher_workflow
from generator.render import render, replace_file
from generator.triggers_format import Call
from shuntyard.errors import EXIT_GOOD, ShuntyardError

SUMMARY = "print the workflow with which another repository calls a pipeline"
EPILOG = """examples:
  shuntyard caller nightly-rbe --phase production
  shuntyard caller nightly-rbe --phase production --out ../plugin/.github/workflows/nightly-rbe.yml
  shuntyard caller torch-spyre --publish      the workflow that publishes an accelerator's packages
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pipeline", help="a pipeline of matrices/")
    parser.add_argument("--phase", default="", help="its triggers in this phase (default: those it has now)")
    parser.add_argument("--publish", action="store_true", help="instead, the workflow that publishes its packages")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write it there; an existing file is not overwritten")


def run(arguments: argparse.Namespace) -> int:
    toolkit = load(arguments.root)
    if arguments.pipeline not in toolkit.pipelines:
        raise ShuntyardError(
            f"there is no pipeline {arguments.pipeline!r}", hint=suggest(arguments.pipeline, toolkit.pipelines)
        )
    text = _publisher(toolkit, arguments) if arguments.publish else _caller(toolkit, arguments)
    if arguments.out is None:
        sys.stdout.write(text)
        return EXIT_GOOD
    if arguments.out.exists():
        raise ShuntyardError(f"{arguments.out} is there already", hint="remove it first, or name another file")
    replace_file(arguments.out, text)
    print(arguments.out)
    return EXIT_GOOD


def _caller(toolkit: Toolkit, arguments: argparse.Namespace) -> str:
    if call := toolkit.pipelines[arguments.pipeline].model.triggers.call:
        _refuse_privileged(arguments.pipeline, call)
    pipeline, workflow = toolkit.pipelines[arguments.pipeline], render(toolkit).workflows[arguments.pipeline]
    return caller_workflow(toolkit, pipeline, workflow, arguments.phase)


def _refuse_privileged(name: str, call: Call) -> None:
    """Raises ShuntyardError for a pipeline of a privileged event: its page has the caller, and what it must not do."""
    if call.on_target or call.after_run:
        event, page = ("pull_request_target", "pull-requests") if call.on_target else ("workflow_run", "comments")
        raise ShuntyardError(f"{name} runs on {event}", hint=f"docs/{page}.md shows its caller, and why it is as it is")


def _publisher(toolkit: Toolkit, arguments: argparse.Namespace) -> str:
    if arguments.phase:
        raise ShuntyardError("--publish and --phase do not go together", hint="leave --phase out")
    if arguments.pipeline not in toolkit.backends:
        known = ", ".join(sorted(toolkit.backends)) or "none"
        message = f"{arguments.pipeline} publishes no packages of its own"
        raise ShuntyardError(message, hint=f"accelerators that can: {known}")
    return publisher_workflow(toolkit, toolkit.backends[arguments.pipeline])
