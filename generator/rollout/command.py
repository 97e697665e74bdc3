"""`shuntyard rollout` at work: where each phase stands, promotions, demotions, and the log of them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import datetime, timezone
from typing import Any

from generator.faults import suggest
from generator.load import Toolkit, load
from generator.rollout import options, show
from generator.rollout.carry_out import Done, Hand, Mode
from generator.rollout.gather import Gathered, gather
from generator.rollout.plan import plan
from shuntyard import wire
from shuntyard.errors import EXIT_GOOD, Problem, ShuntyardError
from shuntyard.hub import Hub
from shuntyard.rollout.decide import Decision, decide
from shuntyard.rollout.flags import format_flags
from shuntyard.rollout.log import moment
from shuntyard.text import line

HISTORY = ".shuntyard/history"


def run(arguments: argparse.Namespace) -> int:
    return _ACTIONS[arguments.action](arguments)


def _status(arguments: argparse.Namespace) -> int:
    gathered = _gather(arguments, load(arguments.root), options.open_the_hub(arguments.hub, os.environ))
    decision = decide(gathered.situation)
    if arguments.json:
        _print_json({**_shown(gathered, decision), "due": [move.config for move in decision.moves]})
        return EXIT_GOOD
    print(show.status(decision))
    print(f"variable: {format_flags(gathered.situation.variable) or 'no flags'} (from {gathered.variable_from})")
    return EXIT_GOOD


def _advance(arguments: argparse.Namespace) -> int:
    toolkit, hub, mode = load(arguments.root), options.open_the_hub(arguments.hub, os.environ), _mode(arguments, "file")
    _known(toolkit, arguments.release)
    options.check_home(arguments.hub, toolkit, mode, os.environ)
    gathered = _gather(arguments, toolkit, hub)
    decision = decide(gathered.situation, frozenset(arguments.release))
    hand = _hand(arguments, toolkit, hub)
    done = hand.preview(decision.moves, gathered.situation, mode) if arguments.dry_run else hand.promote(
        decision.moves, gathered.situation, mode
    )  # fmt: skip
    if arguments.json:
        outcome = {"mode": mode, "dry_run": arguments.dry_run, "promoted": wire.encode(done)}
        _print_json({**_shown(gathered, decision), **outcome})
        return EXIT_GOOD
    for move, each in zip(decision.moves, done, strict=True):
        print(f"{_verb(each, arguments.dry_run, 'on')}: {each.config} (phase {each.phase})  {each.where}")
        for finding in move.findings:
            print(
                f"    {finding.condition}: {show.measured(finding)}, {finding.n:,} {finding.of} in {finding.days} days"
            )
    for told in decision.told:
        print(f"look at this: {told}")
    if not decision.moves:
        blocking = next((phase for phase in decision.phases if phase.state == "open"), None)
        print(f"nothing to switch on; phase {blocking.phase}: {blocking.why}" if blocking else "every phase is done")
    return EXIT_GOOD


def _demote(arguments: argparse.Namespace) -> int:
    toolkit, hub = load(arguments.root), options.open_the_hub(arguments.hub, os.environ)
    configs = list(dict.fromkeys(arguments.configs))
    if bool(configs) == arguments.all:
        raise ShuntyardError("name the configurations, or --all, and not both")
    configs = configs or list(plan(toolkit).configurations)
    _known(toolkit, configs)
    mode = _mode(arguments, "variable" if hub else "file")
    if mode != "file" and hub is None:
        raise ShuntyardError(f"--{mode} changes a hub", hint="name one: --hub github, or --hub local:FOLDER")
    options.check_home(arguments.hub, toolkit, mode, os.environ)
    if arguments.dry_run:
        done = [Done(config=each, phase="", where=mode, changed=True) for each in configs]
    else:
        done = _hand(arguments, toolkit, hub).demote(configs, arguments.reason, mode)
    if arguments.json:
        _print_json({"mode": mode, "dry_run": arguments.dry_run, "demoted": wire.encode(done)})
        return EXIT_GOOD
    for each in done:
        where = each.where if each.changed else "off already"
        print(f"{_verb(each, arguments.dry_run, 'off')}: {each.config}  {where}")
    return EXIT_GOOD


def _log(arguments: argparse.Namespace) -> int:
    entries, problems = options.open_the_log(arguments.log, os.environ).read()
    entries = [each for each in entries if arguments.config in ("", each.config)]
    _tell_problems(problems)
    if arguments.json:
        print("\n".join(each.line() for each in entries))
    else:
        print(show.entries(entries) if entries else "no change is logged")
    return EXIT_GOOD


def _verb(done: Done, dry_run: bool, to: str) -> str:
    return f"would switch {to}" if dry_run else f"switched {to}" if done.changed else f"not switched {to}"


def _shown(gathered: Gathered, decision: Decision) -> dict[str, Any]:
    return {
        "at": moment(gathered.situation.now),
        "variable": format_flags(gathered.situation.variable),
        "phases": wire.encode(decision.phases),
        "told": list(decision.told),
        "problems": wire.encode(gathered.problems),
    }


def _gather(arguments: argparse.Namespace, toolkit: Toolkit, hub: Hub | None) -> Gathered:
    history = arguments.history or os.environ.get("SHUNTYARD_HISTORY") or HISTORY
    gathered = gather(
        toolkit, history=history, repository=arguments.repository, hub=hub, env=os.environ,
        log=options.open_the_log(arguments.log, os.environ), now=_now(arguments),
    )  # fmt: skip
    _tell_problems(gathered.problems)
    return gathered


def _hand(arguments: argparse.Namespace, toolkit: Toolkit, hub: Hub | None) -> Hand:
    by = arguments.by or options.who(os.environ)
    return Hand(
        toolkit=toolkit, hub=hub, log=options.open_the_log(arguments.log, os.environ), now=_now(arguments), by=by
    )


def _now(arguments: argparse.Namespace) -> datetime:
    return arguments.at or datetime.now(timezone.utc).replace(tzinfo=None)


def _mode(arguments: argparse.Namespace, default: Mode) -> Mode:
    return (
        "variable"
        if arguments.variable
        else "propose"
        if arguments.propose
        else "file"
        if arguments.write_file
        else default
    )


def _known(toolkit: Toolkit, configs: list[str]) -> None:
    known = plan(toolkit).configurations
    for config in configs:
        if config not in known:
            raise ShuntyardError(f"the rollout has no configuration {config!r}", hint=suggest(config, known))


def _print_json(data: dict[str, Any]) -> None:
    print(json.dumps({"schema": 1, **data}, indent=2, allow_nan=False))


def _tell_problems(problems: list[Problem] | tuple[Problem, ...]) -> None:
    for problem in problems:
        print(f"{problem.where()}: {line(problem.message)}", file=sys.stderr)


_ACTIONS = {"status": _status, "advance": _advance, "demote": _demote, "log": _log}
