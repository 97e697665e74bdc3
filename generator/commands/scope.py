"""`shuntyard scope`: which tests are in scope, which a share enables, and why not the rest."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from generator.faults import suggest
from generator.load import load_scope
from generator.scope_format import SUFFIX, ScopeFile
from shuntyard import wire
from shuntyard.errors import EXIT_GOOD, ShuntyardError
from shuntyard.human import count, table
from shuntyard.lists.fetch import fetch, web
from shuntyard.scope.judge import Judge, Verdict
from shuntyard.scope.measure import Measure, judge_all, measure
from shuntyard.shards.discover import find_tests
from shuntyard.shards.durations import Durations

SUMMARY = "show which tests are in scope, which a share enables, and why not the rest"
EPILOG = """examples:
  shuntyard scope spyre --tests ../pytorch/test               shares of 5, 25, 50 and 80 %, and every reason
  shuntyard scope spyre --durations test-times.json --share 25 --list enabled
  shuntyard scope spyre --durations test-times.json --list unreviewed
  shuntyard scope spyre --why dynamo/test_misc --why test_cuda --share 25

--tests names the folder of the tests or a file with one a line; --durations a file or address like PyTorch's
test-times.json. The rules: docs/test-scope.md.
"""
SHARES = (5.0, 25.0, 50.0, 80.0)
LISTS = ("enabled", "in", "out", "unreviewed")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scope", help=f"a scope of matrices/, as in spyre{SUFFIX}.yml")
    parser.add_argument("--tests", type=Path, metavar="WHERE", help="the folder of the tests, or a list of them")
    parser.add_argument("--durations", default="", metavar="FILE", help="take the tests that this list names")
    parser.add_argument(
        "--share", type=float, action="append", metavar="PERCENT", help="a share to show (repeatable; 5, 25, 50, 80)"
    )
    parser.add_argument("--why", action="append", default=[], metavar="TEST", help="explain this test (repeatable)")
    parser.add_argument("--list", choices=LISTS, help="print these tests, one a line, for the first share")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    judge = Judge(_scope(arguments.root, arguments.scope).compiled())
    shares = tuple(arguments.share or SHARES)
    for share in shares:
        if not 0 <= share <= 100:
            raise ShuntyardError(f"{share:g} is no percentage", hint="write a number from 0 to 100")
    verdicts = judge_all(judge, arguments.why or _names(arguments))
    measures = [measure(judge, verdicts, share) for share in shares]
    if arguments.json:
        print(json.dumps(_as_json(judge, verdicts, measures), indent=2))
    elif arguments.why:
        print("\n".join(_explained(judge, verdict, shares) for verdict in verdicts))
    elif arguments.list:
        print("\n".join(verdict.test for verdict in verdicts if _listed(verdict, arguments.list, shares[0])))
    else:
        _print(judge, measures)
    return EXIT_GOOD


def _scope(root: Path, name: str) -> ScopeFile:
    folder = root / "matrices"
    known = sorted(path.stem.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}.yml"))
    if name not in known:
        raise ShuntyardError(f"there is no scope {name!r}", hint=suggest(name, known))
    return load_scope(folder / f"{name}{SUFFIX}.yml", shown=f"matrices/{name}{SUFFIX}.yml")


def _names(arguments: argparse.Namespace) -> set[str]:
    if arguments.tests:
        return find_tests(arguments.tests)
    if not arguments.durations:
        raise ShuntyardError("no tests are named", hint="pass --tests, --durations or --why")
    found = fetch(arguments.durations, "durations", web())
    if found.problem:
        raise ShuntyardError(found.problem)
    return Durations(found.data).every_name()


def _listed(verdict: Verdict, wanted: str, share: float) -> bool:
    match wanted:
        case "enabled":
            return verdict.enabled(share)
        case "unreviewed":
            return verdict.is_unreviewed
        case _:
            return verdict.scope == wanted


def _explained(judge: Judge, verdict: Verdict, shares: Sequence[float]) -> str:
    if verdict.scope == "out":
        return f"{verdict.test}: out of scope: {verdict.reason}{_rule(judge, verdict)}"
    where = f"priority {verdict.priority}, enabled at a share above {verdict.position:.2f} %"
    on = ", ".join(f"{share:g} % {'yes' if verdict.enabled(share) else 'no'}" for share in shares)
    return f"{verdict.test}: in scope: {verdict.reason}{_rule(judge, verdict)}; {where} ({on})"


def _rule(judge: Judge, verdict: Verdict) -> str:
    return f" (rule {verdict.rule + 1} of {len(judge.scope.rules)})" if verdict.rule >= 0 else ""


def _as_json(judge: Judge, verdicts: Sequence[Verdict], measures: Sequence[Measure]) -> dict[str, object]:
    tests = [
        {
            "test": verdict.test,
            "scope": verdict.scope,
            "reason": verdict.reason,
            "rule": verdict.rule + 1 if verdict.rule >= 0 else None,
            "priority": verdict.priority or None,
            "position": verdict.position if verdict.scope == "in" else None,
        }
        for verdict in verdicts
    ]
    return {"schema": 1, "scope": judge.scope.name, "shares": wire.encode(list(measures)), "tests": tests}


def _print(judge: Judge, measures: Sequence[Measure]) -> None:
    first = measures[0]
    print(f"{judge.scope.name}: {count(first.tests, 'test file')}, {first.in_scope:,} in scope\n")
    headings = ("priority", "tests", "declared", "is", *(f"at {each.share:g} %" for each in measures))
    rows = [
        [
            group.name,
            f"{group.tests:,}",
            f"{group.declared:g} %",
            f"{group.share:.1f} %",
            *(f"{each.groups[place].enabled:,}" for each in measures),
        ]
        for place, group in enumerate(first.groups)
    ]
    rows.append(["enabled", f"{first.in_scope:,}", "100 %", "", *(f"{each.enabled:,}" for each in measures)])
    rows.append(["reached", "", "", "", *(f"{each.reached:.1f} %" for each in measures)])
    print(table(headings, rows, right=frozenset(range(1, len(headings)))))
    out = [[f"{number:,}", reason] for reason, number in first.left.items() if not reason.startswith("in scope")]
    print("\n" + table(("out", "because"), out, right=frozenset({0})))
    if first.unreviewed:
        print(f"\n{count(first.unreviewed, 'test')} fit no rule; list them with --list unreviewed")
