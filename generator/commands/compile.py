"""`shuntyard compile`: one matrix file, the toolkit's or a caller's, checked and expanded."""

from __future__ import annotations

import argparse
from pathlib import Path

from generator.expand import expand_callers
from generator.load import load, load_pipeline
from generator.render import replace_file
from generator.targets import style
from shuntyard import wire
from shuntyard.errors import EXIT_GOOD, ShuntyardError

SUMMARY = "check one matrix file, of the toolkit or of a caller, and expand it into JSON"
EPILOG = """examples:
  shuntyard compile .ci/matrix.yml                        print the compiled matrix
  shuntyard compile .ci/matrix.yml --output matrix.json   write it
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("matrix", type=Path, help="the matrix file")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to write it (default: standard output)")
    parser.add_argument(
        "--format", choices=("text", "json", "github", "sarif"), default="text", help="how problems are shown"
    )


def run(arguments: argparse.Namespace) -> int:
    if not arguments.matrix.is_file():
        raise ShuntyardError(f"there is no file {arguments.matrix}", hint="the path counts from the current folder")
    pipeline = load_pipeline(arguments.matrix, shown=str(arguments.matrix))
    compiled = expand_callers(load(arguments.root), pipeline)
    text = style.json_file(str(arguments.matrix), wire.encode(compiled))
    if arguments.output:
        replace_file(arguments.output, text)
    else:
        print(text, end="")
    return EXIT_GOOD
