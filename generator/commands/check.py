"""`shuntyard check`: every rule, all problems at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date, datetime, timezone
from pathlib import Path

from generator import check
from generator.check.subject import Subject, collect
from generator.check.support.wording import plural
from generator.faults import suggest
from generator.problems import show
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS, EXIT_USAGE, ShuntyardError

SUMMARY = (
    "run every rule over the matrices, the workflows, the actions and their callers, and show all problems at once"
)
EPILOG = """examples:
  shuntyard check                             every rule
  shuntyard check --caller ../my-project      also what a repository of yours passes to these workflows
  shuntyard check --rule budget --rule pins   two rules; --list names them all
  shuntyard check --format sarif > check.sarif
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--caller", type=Path, action="append", default=[], metavar="DIR", help="a repository that calls (repeatable)"
    )
    parser.add_argument(
        "--format", choices=("text", "json", "github", "sarif"), default="text", help="how problems are shown"
    )
    parser.add_argument("--rule", action="append", default=[], metavar="ID", help="only this rule (repeatable)")
    parser.add_argument("--list", action="store_true", help="list the rules and stop")
    parser.add_argument("--no-tools", action="store_true", help="leave out actionlint, zizmor and the JSON schemas")
    parser.add_argument(
        "--today", type=_day, metavar="DATE", help="the day that quarantines are judged by (default: today, UTC)"
    )


def run(arguments: argparse.Namespace) -> int:
    if arguments.list:
        width = max(len(rule) for rule in check.RULES)
        print("\n".join(f"{rule:<{width}}  {module.SUMMARY}" for rule, module in check.RULES.items()))
        return EXIT_GOOD
    rules = _chosen(arguments.rule)
    left_out = [rule for rule in rules if rule in check.TOOLS] if arguments.no_tools else []
    today = arguments.today or datetime.now(timezone.utc).date()
    subject = collect(arguments.root, arguments.caller, today, tools=not arguments.no_tools)
    outcomes = check.run(subject, [rule for rule in rules if rule not in left_out])
    problems = {*subject.unreadable, *(problem for outcome in outcomes for problem in outcome.problems)}
    show(problems, arguments.format, sys.stdout)
    sys.stdout.flush()
    errors = [outcome for outcome in outcomes if outcome.error]
    for outcome in errors:
        _tell(outcome.rule, outcome.error)
    print(_count_line(subject, len(problems), outcomes, left_out), file=sys.stderr)
    return EXIT_USAGE if errors else EXIT_PROBLEMS if problems else EXIT_GOOD


def _chosen(wanted: Sequence[str]) -> list[str]:
    for rule in wanted:
        if rule not in check.RULES:
            raise ShuntyardError(f"there is no rule {rule!r}", hint=suggest(rule, check.RULES))
    return [rule for rule in check.RULES if rule in wanted or not wanted]


def _tell(rule: str, error: ShuntyardError | None) -> None:
    if error:
        print(f"shuntyard: {rule}: {error.message}" + (f"\n  {error.hint}" if error.hint else ""), file=sys.stderr)


def _count_line(subject: Subject, problems: int, outcomes: Sequence[check.Outcome], left_out: Sequence[str]) -> str:
    """`3 problems: 16 rules over 23 files`, and what was not done."""
    ran = [outcome for outcome in outcomes if not outcome.not_run and not outcome.error]
    text = f"{plural(problems, 'problem')}: {plural(len(ran), 'rule')} over {plural(subject.count(), 'file')}"
    reasons = {outcome.rule: outcome.not_run for outcome in outcomes if outcome.not_run}
    if reasons:
        text += f"; not run, because {next(iter(reasons.values()))}: {', '.join(reasons)}"
    if left_out:
        parts = ", actionlint's part of contract" if any(outcome.rule == "contract" for outcome in outcomes) else ""
        text += f"; tools did not run (--no-tools): {', '.join(left_out)}{parts}"
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-12-01") from error
