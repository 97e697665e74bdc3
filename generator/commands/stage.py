"""`shuntyard stage`: which stage a pipeline is at, what the next one needs, and how many cards each of them takes."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from generator.commands.moments import moment
from generator.stages import command

SUMMARY = "show a pipeline's stage, what the next one needs, and the capacity plan of each"
DAYS = 30
EPILOG = """examples:
  shuntyard stage torch-spyre                                   from the hours that the file states
  shuntyard stage torch-spyre --durations test-times.json       from real times: {job: {config: {file: seconds}}}
  shuntyard stage torch-spyre --durations test-times.json --slowdown 40     on cards that take 40 times as long
  shuntyard stage torch-spyre --history s3://bucket/history     the next stage's criteria, measured
  shuntyard stage torch-spyre --stage 4 --simulate 90 --json    as if it were at stage 4, over three months

PIPELINE is one of matrices/, or a file with `stages:`. --history names a folder, a URL or mysql (default:
SHUNTYARD_HISTORY; without either, criteria are not measured). The same seed gives the same month. The model and what
it assumes: docs/stages.md. Exit code 1: the stage shown does not keep its cadence, or the history cannot all be read.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pipeline", metavar="PIPELINE", help="a pipeline of matrices/, or a file")
    parser.add_argument("--stage", type=int, metavar="N", help="as if it were at this stage (default: the file's)")
    parser.add_argument("--durations", type=Path, metavar="FILE", help="test times in the form of PyTorch's")
    parser.add_argument(
        "--scope", type=Path, metavar="FILE", help="the tests in scope, one a line (default: all timed)"
    )
    parser.add_argument(
        "--slowdown", type=_factor, metavar="X", help="times as long as the durations (default: the file's)"
    )
    parser.add_argument("--history", default="", metavar="PLACE", help="folder, URL or mysql")
    parser.add_argument("--repository", default="", metavar="O/R", help="only this repository's history")
    parser.add_argument("--at", type=moment, metavar="TIME", help="measure as of this time (default: now)")
    parser.add_argument("--simulate", type=_days, default=DAYS, metavar="DAYS", help=f"how long (default: {DAYS})")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another month (default: 0)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    return command.run(arguments)


def _days(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 366:
        raise argparse.ArgumentTypeError(f"{text} days: from 1 to 366")
    return number


def _factor(text: str) -> float:
    number = float(text)
    if not (math.isfinite(number) and 0 < number <= 1000):
        raise argparse.ArgumentTypeError(f"{text!r} is no factor from 0 to 1000")
    return number
