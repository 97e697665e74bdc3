"""`shuntyard verdict`: the A/B of a history, a statistical verdict for each configuration."""

from __future__ import annotations

import argparse
import importlib
import json
import os
from datetime import datetime, timedelta, timezone

from shuntyard import wire
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS
from shuntyard.store import missing_library

SUMMARY = "judge the A/B in the history: equivalent, improved, regressed or inconclusive, for each configuration"
EPILOG = """examples:
  shuntyard verdict                                          everything in .shuntyard/history
  shuntyard verdict --history s3://bucket/history --days 14 --repository me/project
  shuntyard verdict --config docs_test --json

A ratio is python / shell, with its 90 % interval; the margins are ±10 % for time and ±15 % for memory. What makes a
verdict: docs/analyses/ab.md. Exit code 1 means that a configuration regressed.
"""
HISTORY = ".shuntyard/history"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--history", metavar="WHERE", help="folder, URL or mysql (default: .shuntyard/history)")
    parser.add_argument("--days", type=float, metavar="N", help="only what started in the last N days")
    parser.add_argument("--repository", default="", metavar="O/R", help="only this repository's history")
    parser.add_argument("--pipeline", action="append", default=[], metavar="P", help="only this pipeline (repeatable)")
    parser.add_argument("--config", action="append", default=[], metavar="C", help="only this one (repeatable)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    try:  # only now: `shuntyard --help` works where these libraries are not installed
        verdicts = importlib.import_module("generator.verdicts")
        query = importlib.import_module("shuntyard.analyses.query")
    except ModuleNotFoundError as error:
        raise missing_library(error) from error
    now = datetime.now(timezone.utc).replace(tzinfo=None)  # history keeps UTC without a zone
    scope = query.Scope(
        since=now - timedelta(days=arguments.days) if arguments.days else None,
        repository=arguments.repository,
        pipelines=tuple(arguments.pipeline),
        configs=tuple(arguments.config),
    )
    result = verdicts.judge(arguments.history or os.environ.get("SHUNTYARD_HISTORY") or HISTORY, scope)
    print(json.dumps(wire.encode(result), indent=2) if arguments.json else verdicts.told(result))
    return EXIT_PROBLEMS if result.verdict == "regressed" else EXIT_GOOD
