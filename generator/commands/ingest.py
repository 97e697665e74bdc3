"""`shuntyard ingest`: test results that others wrote become one of ours, and go into a history where one is named."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

from shuntyard.contract import Contract, parse
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS
from shuntyard.ingest.run import FILES, INPUTS, Ingested, ingest
from shuntyard.ingest.telling import some

SUMMARY = "make one result of test results that others wrote: JUnit XML, Bazel, pytest-reportlog, gtest"
EPILOG = """examples:
  shuntyard ingest report.xml --pipeline nightly --row jax.gfx950
  shuntyard ingest bazel-testlogs build.json --pipeline nightly --row jax.gfx950 --history s3://bucket/history
  shuntyard ingest 'results/**/*.xml' --pipeline nightly --row unit --again attempts --json

What a file is, its content says. docs/analyses/ingest.md states every rule.
"""
_CONTRACT = Contract(name="ingest", summary=SUMMARY, inputs=(FILES, *INPUTS), exits={})


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE|FOLDER|PATTERN")
    for item in INPUTS:
        text = item.help + (f" (default: {item.default})" if item.default else "")
        kind = {"choices": item.choices} if item.choices else {"metavar": item.type.upper()}
        parser.add_argument(f"--{item.name}", default="", help=text, **kind)
    parser.add_argument("--history", action="append", default=[], metavar="WHERE", help="append it to this history")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    texts = {item.name: getattr(arguments, item.name.replace("-", "_")) for item in INPUTS}
    texts["files"] = "\n".join(arguments.files)
    done = ingest(parse(_CONTRACT, texts), os.environ, Path.cwd())
    for text in some(done.problems, "problem"):
        print(f"error: {text}", file=sys.stderr)
    if arguments.json:
        print(json.dumps(_as_json(done), indent=2))
    else:
        print("\n".join(done.lines), f"result: {done.folder}", sep="\n")
    good = not arguments.history or _append(done, arguments.history)
    return EXIT_GOOD if good and not done.problems else EXIT_PROBLEMS


def _as_json(done: Ingested) -> dict[str, object]:
    return {
        "schema": 1,
        "results": str(done.folder),
        "outcome": done.record.outcome,
        "cases": len(done.record.cases),
        "skips": dict(done.skips),
        "problems": list(done.problems),
    }


def _append(done: Ingested, places: list[str]) -> bool:
    """Whether the history has it now as it is."""
    deliver = importlib.import_module("shuntyard.store.append").deliver  # needs libraries, which reading does not
    now = datetime.now(timezone.utc)
    receipts = deliver([done.folder], places, now=now, tries=5, pause=time.sleep)
    for receipt in receipts:
        print(f"{receipt.result:<8} {receipt.run}  {receipt.where}", file=sys.stderr)
    return all(receipt.result in ("added", "already") for receipt in receipts)
