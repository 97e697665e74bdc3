"""`shuntyard status`: two pipelines side by side per night, and which of them caught what."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from datetime import datetime, timezone
from pathlib import Path

from generator.problems import show
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS
from shuntyard.store import missing_library

SUMMARY = "two pipelines side by side per night: outcomes, missed nights, who caught what"
EPILOG = """examples:
  shuntyard status --history .shuntyard/history --pipelines nightly-rbe nightly-integration --days 30 --out status.html
  shuntyard status --experimental rocm=7.2.0 --json status.json
  shuntyard status --pipelines nightly-rbe weekly-rbe=source nightly-integration=installed --cadence weekly-rbe=sun
  shuntyard status --turn 18                  runs from 18:00 UTC on count for the next day's night

--pipelines takes two or more; the first builds from source and the others test what is installed, unless one says
otherwise. --history names a folder, an fsspec URL, or mysql; without it SHUNTYARD_HISTORY counts, or else the folder
.shuntyard/history. The page needs no network and no other file. docs/nightly-status.md explains each part of it.

exit code 1 says that files of the history could not be read; the page is written all the same, and says which.
"""
DEFAULT = ".shuntyard/history"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--history", default="", metavar="PLACE", help="folder, URL or mysql")
    parser.add_argument(
        "--pipelines", nargs="+", default=["nightly-rbe", "nightly-integration"], metavar="NAME[=ROLE]",
        help="two or more (default: nightly-rbe nightly-integration); a role is source or installed",
    )  # fmt: skip
    parser.add_argument("--days", type=float, default=30, metavar="N", help="how many nights to show (default: 30)")
    parser.add_argument(
        "--cadence", nargs="+", default=[], metavar="DAYS", help="daily (default), weekdays, mon+thu, or NAME=mon+thu"
    )
    parser.add_argument("--turn", type=float, default=0, metavar="HOUR", help="UTC hour at which a night begins")
    parser.add_argument("--repository", default="", metavar="OWNER/NAME", help="only this repository")
    parser.add_argument(
        "--experimental", nargs="+", default=[], metavar="AXIS=VALUE", help="rows that change no colour: rocm=7.2.0"
    )
    parser.add_argument(
        "--out", type=Path, default=Path(".shuntyard/status.html"), metavar="FILE",
        help="the page to write (default: .shuntyard/status.html)",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON too; - prints them")


def run(arguments: argparse.Namespace) -> int:
    try:  # only now: `shuntyard --help` works where these libraries are not installed
        build, files = (importlib.import_module(f"shuntyard.{name}") for name in ("nightly.build", "dashboard.build"))
    except ModuleNotFoundError as error:
        raise missing_library(error) from error
    asked = build.ask(
        pipelines=" ".join(arguments.pipelines),
        cadence=" ".join(arguments.cadence),
        days=arguments.days,
        turn=arguments.turn,
        repository=arguments.repository,
        patterns=" ".join(arguments.experimental),
        now=datetime.now(timezone.utc).replace(tzinfo=None),
    )
    made = build.build(arguments.history or os.environ.get("SHUNTYARD_HISTORY") or DEFAULT, asked)
    if arguments.json:
        text = json.dumps(made.facts, indent=1, allow_nan=False)
        if str(arguments.json) == "-":
            print(text)
        else:
            files.write(arguments.json, text + "\n")
    files.write(arguments.out, made.html)
    print(f"{made.view.sentence}\n{arguments.out}: {len(made.html.encode()) / 1e6:.2f} MB", file=sys.stderr)
    show(made.problems, "text", sys.stderr)
    return EXIT_PROBLEMS if made.problems else EXIT_GOOD
