"""`shuntyard caller`: the workflow with which another repository calls a pipeline."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from generator.caller import caller_workflow
from generator.faults import suggest
from generator.load import load
from generator.render import render, replace_file
from shuntyard.errors import EXIT_GOOD, ShuntyardError

SUMMARY = "print the workflow with which another repository calls a pipeline"
EPILOG = """examples:
  shuntyard caller nightly-rbe --phase production
  shuntyard caller nightly-rbe --phase production --out ../plugin/.github/workflows/nightly-rbe.yml
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pipeline", help="a pipeline of matrices/")
    parser.add_argument("--phase", default="", help="its triggers in this phase (default: those it has now)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write it there; an existing file is not overwritten")


def run(arguments: argparse.Namespace) -> int:
    toolkit = load(arguments.root)
    if arguments.pipeline not in toolkit.pipelines:
        raise ShuntyardError(
            f"there is no pipeline {arguments.pipeline!r}", hint=suggest(arguments.pipeline, toolkit.pipelines)
        )
    pipeline, workflow = toolkit.pipelines[arguments.pipeline], render(toolkit).workflows[arguments.pipeline]
    text = caller_workflow(toolkit, pipeline, workflow, arguments.phase)
    if arguments.out is None:
        sys.stdout.write(text)
        return EXIT_GOOD
    if arguments.out.exists():
        raise ShuntyardError(f"{arguments.out} is there already", hint="remove it first, or name another file")
    replace_file(arguments.out, text)
    print(arguments.out)
    return EXIT_GOOD
