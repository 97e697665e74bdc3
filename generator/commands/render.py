"""`shuntyard render`: writes every file that the matrices make."""

from __future__ import annotations

import argparse
import sys

from generator.load import load
from generator.problems import show
from generator.render import drift, render, write
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS

SUMMARY = "write every file that the matrices make"
EPILOG = """examples:
  shuntyard render           write what has changed, remove what no matrix makes any more
  shuntyard render --check   write nothing; name every file that has drifted, and exit 1
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file has drifted")
    parser.add_argument(
        "--format", choices=("text", "json", "github", "sarif"), default="text", help="how problems are shown"
    )


def run(arguments: argparse.Namespace) -> int:
    files = render(load(arguments.root)).files
    if arguments.check:
        problems = drift(arguments.root, files)
        show(problems, arguments.format, sys.stdout)
        return EXIT_PROBLEMS if problems else EXIT_GOOD
    changed = write(arguments.root, files)
    for path in changed:
        print(path)
    print(f"{len(files)} files rendered, {len(changed)} changed", file=sys.stderr)
    return EXIT_GOOD
