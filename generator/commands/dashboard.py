"""`shuntyard dashboard`: one self-contained page from a history, and the same figures as JSON."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from generator.problems import show
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS

SUMMARY = "one HTML page from the history: KPIs, A/B verdicts, trends, flakes, hardware, runs"
EPILOG = """examples:
  shuntyard dashboard                                          the last 90 days of .shuntyard/history
  shuntyard dashboard --history s3://bucket/history --output site/index.html
  shuntyard dashboard --since 30 --pipeline python-runner-ab --json dashboard.json
  shuntyard dashboard --baseline stable --candidate nightly    two other arms

--history names a folder, an fsspec URL, or mysql (the database that the SHUNTYARD_DB_* variables name); without it
SHUNTYARD_HISTORY counts, or else the folder .shuntyard/history. The page needs no network and no other file.
docs/dashboard.md explains each part of it.

exit code 1 says that files of the history could not be read; the page is written all the same, and says which.
"""
DAYS = 90
DEFAULT = ".shuntyard/history"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--history", default="", metavar="PLACE", help="folder, URL or mysql")
    parser.add_argument(
        "--output", type=Path, default=Path(".shuntyard/dashboard.html"), metavar="FILE",
        help="the page to write (default: .shuntyard/dashboard.html)",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON too; - prints them")
    parser.add_argument(
        "--since", type=_days, default=DAYS, metavar="DAYS", help=f"how far to look back (default: {DAYS})"
    )
    parser.add_argument("--repository", default="", metavar="OWNER/NAME", help="only this repository")
    parser.add_argument("--pipeline", action="append", default=[], metavar="NAME", help="only these pipelines")
    parser.add_argument("--baseline", default="shell", metavar="ARM", help="the arm to compare with (default: shell)")
    parser.add_argument("--candidate", default="python", metavar="ARM", help="the arm to judge (default: python)")
    parser.add_argument(
        "--known", action="append", default=[], metavar="CONFIGURATION",
        help="the configurations that there are, for the coverage (default: those that ran)",
    )  # fmt: skip


def _days(text: str) -> float:
    number = float(text)
    if not 0 < number <= 36_500:
        raise ValueError
    return number


def run(arguments: argparse.Namespace) -> int:
    try:
        from shuntyard.analyses.query import Scope  # noqa: PLC0415 (the statistics need a second to import)
        from shuntyard.dashboard.build import build, write  # noqa: PLC0415
        from shuntyard.dashboard.facts import facts  # noqa: PLC0415
        from shuntyard.dashboard.gather import Asked  # noqa: PLC0415
        from shuntyard.store import missing_library  # noqa: PLC0415
    except ModuleNotFoundError as error:
        from shuntyard.store import missing_library  # noqa: PLC0415

        raise missing_library(error) from error
    started = time.monotonic()
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    scope = Scope(
        since=now - timedelta(days=arguments.since),
        repository=arguments.repository,
        pipelines=tuple(arguments.pipeline),
    )
    asked = Asked(
        scope=scope, now=now, baseline=arguments.baseline, candidate=arguments.candidate, known=tuple(arguments.known)
    )
    where = arguments.history or os.environ.get("SHUNTYARD_HISTORY") or DEFAULT
    made = build(where, asked, tell=lambda text: _tell(f"{time.monotonic() - started:5.1f} s  {text}"))
    if arguments.json:
        text = json.dumps(facts(made.findings, made.problems), indent=1, allow_nan=False)
        if str(arguments.json) == "-":
            print(text)
        else:
            write(arguments.json, text + "\n")
    write(arguments.output, made.html)
    _tell(f"{time.monotonic() - started:5.1f} s  {arguments.output}: {len(made.html.encode()) / 1e6:.2f} MB")
    show(made.problems, "text", sys.stderr)
    return EXIT_PROBLEMS if made.problems else EXIT_GOOD


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
