"""`shuntyard rollout`: where each phase stands, promotions, demotions, and the log of them."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path
from typing import Any, cast

from generator.commands.moments import moment
from shuntyard.store import missing_library

SUMMARY = "show where each phase of the rollout stands, promote what meets its criteria, take back what does not"
EPILOG = """examples:
  shuntyard rollout status                             every criterion: value, n, window, and what is missing
  shuntyard rollout status --history s3://bucket/history --hub github --json
  shuntyard rollout advance --dry-run                  what would be switched on, and on what evidence
  shuntyard rollout advance                            edit matrices/suites.yml, and render what depends on it
  shuntyard rollout advance --hub github --propose     the same as one pull request
  shuntyard rollout advance --hub github --variable --release distributed
  shuntyard rollout demote distributed --reason "hangs on two nodes" --hub github
  shuntyard rollout log --config distributed

--history names a folder, a URL or mysql (default: SHUNTYARD_HISTORY, else .shuntyard/history). --hub names github (with
GITHUB_REPOSITORY and GH_TOKEN) or local:FOLDER; without it the variable is the environment's SHUNTYARD_FLAGS.
--log names the audit log (default: SHUNTYARD_ROLLOUT_LOG, else .shuntyard/rollout.jsonl). The rules: docs/rollout.md.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    status = _action(verbs, "status", "each phase and configuration: its flag, and its criteria as they are measured")
    advance = _action(verbs, "advance", "switch on what meets its criteria, phase after phase")
    demote = _action(verbs, "demote", "switch configurations off, at once")
    log = _action(verbs, "log", "every change, with its evidence")
    for verb in (status, advance):
        verb.add_argument("--history", metavar="WHERE", help="folder, URL or mysql")
        verb.add_argument("--repository", default="", metavar="O/R", help="only this repository's history")
    for verb in (advance, demote):
        place = verb.add_mutually_exclusive_group()
        place.add_argument("--write-file", action="store_true", help="edit matrices/suites.yml in the work tree")
        place.add_argument("--propose", action="store_true", help="one pull request that edits it (needs --hub)")
        place.add_argument("--variable", action="store_true", help="the repository variable, at once (needs --hub)")
        verb.add_argument("--dry-run", action="store_true", help="change nothing; say what would be changed")
        verb.add_argument("--by", default="", help="who or what does it, for the log (default: who runs this)")
    advance.add_argument(
        "--release", action="append", default=[], metavar="C", help="also a configuration that the variable keeps off"
    )
    demote.add_argument("configs", nargs="*", metavar="CONFIG")
    demote.add_argument("--all", action="store_true", help="every configuration of the rollout")
    demote.add_argument("--reason", required=True, help="why, for the log")
    log.add_argument("--config", default="", metavar="C", help="only this configuration")


def _action(verbs: Any, name: str, summary: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=summary, description=summary, allow_abbrev=False)
    parser.add_argument("--log", metavar="WHERE", help="the audit log: a file or a URL")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--root", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="the toolkit's checkout")
    if name != "log":
        parser.add_argument("--hub", metavar="HUB", help="github, or local:FOLDER")
        parser.add_argument("--at", type=moment, metavar="TIME", help="judge as of this time (default: now)")
    return parser


def run(arguments: argparse.Namespace) -> int:
    try:  # only now: `shuntyard --help` works where these libraries are not installed
        command = importlib.import_module("generator.rollout.command")
    except ModuleNotFoundError as error:
        raise missing_library(error) from error
    return cast(int, command.run(arguments))
