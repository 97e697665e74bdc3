"""`shuntyard demo`: the A/B pipeline on a real project that nobody here wrote, from its rehearsal to a verdict."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path
from typing import cast

from shuntyard.store import missing_library

SUMMARY = "rehearse the A/B pipeline on a real project, judge what it measured, draw the dashboard"
EPILOG = """examples:
  shuntyard demo
  shuntyard demo --slow smoke      the same with one arm slowed down on purpose: it must be found out

Every run adds 20 interleaved pairs a configuration to the history in --work. With --slow the exit code is 0 only where
exactly the slowed configurations turned out as regressed, and their flags were switched off.
"""
CONFIGS = ("smoke", "python")  # of examples/pluggy


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--work", type=Path, metavar="DIR", help="where to work (default: .shuntyard/demo)")
    parser.add_argument(
        "--slow", action="append", default=[], choices=CONFIGS, help="slow its Python runner down (repeatable)"
    )


def run(arguments: argparse.Namespace) -> int:
    try:  # only now: `shuntyard --help` works where these libraries are not installed
        tour = importlib.import_module("generator.demo.tour")
    except ModuleNotFoundError as error:
        raise missing_library(error) from error
    return cast(int, tour.run(arguments))
