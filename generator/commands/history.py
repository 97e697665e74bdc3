"""`shuntyard history`: append runs, compact months, carry a history elsewhere, look at it."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from generator.problems import show
from shuntyard import wire
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS, ShuntyardError
from shuntyard.hub.choose import open_hub
from shuntyard.human import count, table
from shuntyard.store import open_store
from shuntyard.store.append import deliver, later
from shuntyard.store.status import Status, read_status
from shuntyard.text import NOTHING

SUMMARY = "append runs to the history, compact it, carry it elsewhere, look at it"
EPILOG = """examples:
  shuntyard history append .shuntyard/report                  a report.json, its folder, or a folder of results
  shuntyard history append report.json --history s3://bucket/history --history mysql
  shuntyard history status --json
  shuntyard history compact --history s3://bucket/history
  shuntyard history export history.duckdb                     or .parquet, .jsonl
  shuntyard history import history.jsonl
  shuntyard history jobs                                      ask GitHub where the minutes of earlier runs went
  shuntyard history query "SELECT config, count(*) FROM executions GROUP BY config"

--history names a folder, an fsspec URL, or mysql (the database that the SHUNTYARD_DB_* variables name); without it
SHUNTYARD_HISTORY counts, or else the folder .shuntyard/history. docs/analyses/history.md has the rest.
"""
DEFAULT = ".shuntyard/history"
_SHOWN = 1000  # rows of a query as a table


def configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    append = _action(verbs, "append", "append the runs at these paths; what is there already stays as it is")
    append.add_argument("paths", nargs="+", type=Path, metavar="FOLDER|report.json")
    append.add_argument(
        "--tries", type=_positive, default=5, help="how often an unreachable store is tried (default: 5)"
    )
    compact = _action(verbs, "compact", "merge the files of closed months into one each; safe to kill at any point")
    compact.add_argument(
        "--grace", type=float, default=3600.0, metavar="S", help="keep what was merged for so long (default: 3600)"
    )
    bring = _action(verbs, "import", "append every run of an exported file")
    bring.add_argument("file", type=Path, metavar="FILE")
    export = _action(verbs, "export", "write the history to one file: .jsonl, .parquet or .duckdb")
    export.add_argument("file", type=Path, metavar="FILE")
    status = _action(verbs, "status", "what the history holds, and what is wrong with it")
    status.add_argument("--json", action="store_true", help="print JSON")
    status.add_argument("--verify", action="store_true", help="read every file whole, with its checksums")
    jobs = _action(verbs, "jobs", "ask the CI provider for the jobs of runs that the history has without them")
    jobs.add_argument("runs", nargs="*", metavar="RUN", help="ids of runs (default: all that lack their jobs)")
    jobs.add_argument("--days", type=float, default=30.0, help="how far back runs are looked for (default: 30)")
    jobs.add_argument("--hub", default="github", metavar="WHERE", help="github, or the folder of a local hub")
    query = _action(
        verbs, "query", "answer one SELECT on runs, executions, cases, execution_details, case_details, jobs"
    )
    query.add_argument("sql", metavar="SQL")
    query.add_argument("--json", action="store_true", help="print JSON")


def _action(verbs: Any, name: str, summary: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=summary, description=summary, allow_abbrev=False)
    parser.add_argument("--history", action="append", default=[], metavar="WHERE", help="folder, URL or mysql")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def run(arguments: argparse.Namespace) -> int:
    places = arguments.history or [os.environ.get("SHUNTYARD_HISTORY") or DEFAULT]
    if arguments.action == "append":
        return _append(arguments, places)
    if len(places) > 1:
        raise ShuntyardError(f"history {arguments.action} works on one history", hint="name one --history")
    return _ACTIONS[arguments.action](arguments, places[0])


def _append(arguments: argparse.Namespace, places: Sequence[str]) -> int:
    now = datetime.now(timezone.utc)
    receipts = deliver(arguments.paths, places, now=now, tries=arguments.tries, pause=time.sleep, tell=_tell)
    for receipt in receipts:
        print(f"{receipt.result:<8} {receipt.run}  {receipt.where}")
    waiting = [receipt for receipt in receipts if receipt.result == "pending"]
    for told in dict.fromkeys(receipt.told for receipt in waiting):
        _tell(told)
    if waiting:
        _tell(
            "append them later with:\n" + later(list(map(str, arguments.paths)), [each.where for each in waiting], {})
        )
    bad = waiting or any(receipt.result == "differs" for receipt in receipts)
    return EXIT_PROBLEMS if bad else EXIT_GOOD


def _compact(arguments: argparse.Namespace, where: str) -> int:
    store = open_store(where)
    if not hasattr(store, "folder"):
        raise ShuntyardError("a database needs no compaction", hint="name a folder or a URL")
    moment = datetime.now(timezone.utc)
    done = importlib.import_module("shuntyard.store.compact").compact(
        store, now=moment.timestamp(), this_month=moment.strftime("%Y-%m"), grace_s=arguments.grace
    )
    for path, runs in done.written.items():
        print(f"wrote   {path}  {count(runs, 'run')}")
    for path in done.removed:
        print(f"removed {path}")
    show(done.problems, "text", sys.stdout)
    return EXIT_PROBLEMS if done.problems else EXIT_GOOD


def _import(arguments: argparse.Namespace, where: str) -> int:
    store = open_store(where)
    done = importlib.import_module("shuntyard.store.incoming").bring_in(arguments.file, store)
    print(f"{count(done['added'], 'run')} added, {done['already']:,} there already, {done['differs']:,} differ from it")
    return EXIT_PROBLEMS if done["differs"] else EXIT_GOOD


def _export(arguments: argparse.Namespace, where: str) -> int:
    with open_store(where).history() as history:
        rows = importlib.import_module("shuntyard.store.export").export(history, arguments.file)
        show(history.problems, "text", sys.stdout)
        print(f"{count(rows, 'row')} in {arguments.file}")
        return EXIT_PROBLEMS if history.problems else EXIT_GOOD


def _status(arguments: argparse.Namespace, where: str) -> int:
    store = open_store(where)
    if arguments.verify and hasattr(store, "verify"):
        store.verify()
    status = read_status(store)
    if arguments.json:
        print(json.dumps(wire.encode(status), indent=2))
    else:
        _print_status(status)
    return EXIT_PROBLEMS if status.problems else EXIT_GOOD


def _print_status(status: Status) -> None:
    counts = [("all", status.runs, status.executions, status.cases)]
    counts += [(month.month, month.runs, month.executions, month.cases) for month in status.months]
    rows = [[name, *(f"{number:,}" for number in numbers)] for name, *numbers in counts]
    print(f"{status.where}: {status.bytes / 1e6:,.1f} MB, {status.oldest or NOTHING} to {status.newest or NOTHING}")
    print(f"pipelines: {', '.join(status.pipelines) or NOTHING}\n")
    print(table(["month", "runs", "executions", "cases"], rows, right=frozenset({1, 2, 3})))
    show(status.problems, "text", sys.stdout)


def _jobs(arguments: argparse.Namespace, where: str) -> int:
    store = open_store(where)
    since = datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(days=arguments.days)
    done = importlib.import_module("shuntyard.store.jobs").fill(
        store,
        lambda repository: open_hub(arguments.hub, os.environ, repository),
        since=None if arguments.runs else since,
        runs=arguments.runs,
        tell=_tell,
    )
    print(
        f"{count(done.jobs, 'job')} of {count(done.runs, 'run')} added; {done.running:,} still run, {done.gone:,} gone"
    )
    return EXIT_PROBLEMS if done.foreign else EXIT_GOOD


def _query(arguments: argparse.Namespace, where: str) -> int:
    with open_store(where).history() as history:
        columns, rows = history.select(arguments.sql)
        for problem in history.problems:
            _tell(f"{problem.where()}: {problem.message}")
    if arguments.json:
        print(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], default=str, indent=2))
        return EXIT_GOOD
    print(table(columns, [["" if value is None else str(value) for value in row] for row in rows[:_SHOWN]]))
    if len(rows) > _SHOWN:
        _tell(f"{len(rows) - _SHOWN:,} more rows; --json prints all")
    return EXIT_GOOD


def _tell(text: str) -> None:
    print(text, file=sys.stderr)


_ACTIONS = {
    "compact": _compact,
    "import": _import,
    "export": _export,
    "jobs": _jobs,
    "query": _query,
    "status": _status,
}
