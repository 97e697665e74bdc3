"""`shuntyard durations`: how long each test file takes on each kind of hardware, from the history."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from generator.problems import show
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS
from shuntyard.human import count
from shuntyard.planned.durations import Spent, summed
from shuntyard.store import missing_library, open_store

SUMMARY = "how long each test file takes on each kind of hardware, in the form of PyTorch's test-times.json"
EPILOG = """examples:
  shuntyard durations --history s3://bucket/history --tests upstream/test --out test-times.json
  shuntyard durations --pipeline torch-spyre-pytorch --tests upstream/test --days 14

The file holds {hardware: {config: {file: seconds}}}; plan-shards reads it as `durations`, shuntyard stage too. A file's
time is the median over the runs in which every case of it came to an end. docs/running-planned-tests.md has the rest.

exit code 1 says that files of the history could not be read; what was read is written all the same.
"""
HISTORY = ".shuntyard/history"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--history", default="", metavar="PLACE", help=f"folder, URL or mysql (default: {HISTORY})")
    parser.add_argument("--days", type=float, default=30, metavar="N", help="how far back runs count (default: 30)")
    parser.add_argument("--repository", default="", metavar="O/R", help="only this repository's history")
    parser.add_argument("--pipeline", action="append", default=[], metavar="P", help="only this pipeline (repeatable)")
    parser.add_argument("--tests", default="", metavar="DIR", help="the folder that files are named below")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the file to write (default: standard output)")


def run(arguments: argparse.Namespace) -> int:
    try:  # only now: `shuntyard --help` works where these libraries are not installed
        query = importlib.import_module("shuntyard.analyses.query")
        store = open_store(arguments.history or os.environ.get("SHUNTYARD_HISTORY") or HISTORY)
    except ModuleNotFoundError as error:
        raise missing_library(error) from error
    since = datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(days=arguments.days)
    scope = query.Scope(since=since, repository=arguments.repository, pipelines=tuple(arguments.pipeline))
    with store.history() as history:
        rows = history.run(lambda connection: query.Chosen(connection, scope).rows("durations"))
        problems = history.problems
    found = summed((Spent(**row) for row in rows), arguments.tests)
    text = json.dumps(found, indent=1, sort_keys=True) + "\n"
    if arguments.out:
        arguments.out.write_text(text, encoding="utf-8")
        files = sum(len(listed) for configs in found.values() for listed in configs.values())
        print(f"{arguments.out}: {count(files, 'duration')} on {', '.join(found) or 'no hardware'}", file=sys.stderr)
    else:
        print(text, end="")
    show(problems, "text", sys.stderr)
    return EXIT_PROBLEMS if problems else EXIT_GOOD
