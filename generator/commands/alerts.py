"""`shuntyard alerts`: judge the history by the rules of matrices/alerts.yml, act on what fires, list the rules."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path
from typing import Any, cast

from generator.commands.moments import moment
from shuntyard.store import missing_library

SUMMARY = "judge the history by the rules of matrices/alerts.yml, and act on what fires"
EPILOG = """examples:
  shuntyard alerts list                                the rules
  shuntyard alerts check --dry-run                     what fires, and exactly what would be sent or changed
  shuntyard alerts check --history s3://bucket/history --hub github
  shuntyard alerts check --hub local:.shuntyard/hub --json
  shuntyard alerts clear "Python Runner Regressed" distributed      nothing measures it any more: it is over

--history names a folder, a URL or mysql (default: SHUNTYARD_HISTORY, else .shuntyard/history); --state the file of what
was told (default: beside the history); --hub github (with GITHUB_REPOSITORY and GH_TOKEN) or local:FOLDER: without it
issues, flags and proposals are left to you. Who is notified: SHUNTYARD_NOTIFY_URLS. docs/alerts.md has the rest.

check exits with 0 when nothing fires, and 1 when something does or an action failed.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    check_ = _action(verbs, "check", "measure, judge, and do what is due")
    check_.add_argument("--hub", metavar="HUB", help="github, or local:FOLDER")
    check_.add_argument("--repository", default="", metavar="O/R", help="only this repository's history")
    check_.add_argument("--log", metavar="WHERE", help="the audit log of flags: a file or a URL")
    check_.add_argument("--dry-run", action="store_true", help="show what would be sent or changed; change nothing")
    check_.add_argument("--at", type=moment, metavar="TIME", help="judge as of this time (default: now)")
    _action(verbs, "list", "the rules")
    over = _action(verbs, "clear", "end an alert that nothing measures any more; it fires again if it holds")
    over.add_argument("name", metavar="ALERT")
    over.add_argument("where", nargs="?", default="", metavar="WHERE", help="only there (default: everywhere)")
    for verb in (check_, over):
        verb.add_argument("--history", metavar="WHERE", help="folder, URL or mysql")
        verb.add_argument("--state", metavar="FILE", help="the file of what was told: a path or a URL")


def _action(verbs: Any, name: str, summary: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=summary, description=summary, allow_abbrev=False)
    parser.add_argument("--alerts", type=Path, metavar="FILE", help="a file of your own instead of matrices/alerts.yml")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--root", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="the toolkit's checkout")
    return parser


def run(arguments: argparse.Namespace) -> int:
    try:  # only now: `shuntyard --help` works where these libraries are not installed
        command = importlib.import_module("generator.alerts.command")
    except ModuleNotFoundError as error:
        raise missing_library(error) from error
    return cast(int, command.run(arguments))
