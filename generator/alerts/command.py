"""What `shuntyard alerts` does, once its command line is read."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from generator.alerts import show
from generator.alerts.plan import rules
from generator.faults import suggest
from generator.load import Toolkit, load
from shuntyard.alerts.evaluate import clear, exit_code
from shuntyard.alerts.notify import from_environment
from shuntyard.alerts.rules import Rule
from shuntyard.alerts.run import Look, check
from shuntyard.alerts.source import Facts
from shuntyard.alerts.statefile import StateFile, beside
from shuntyard.alerts.switches import RolloutFlags
from shuntyard.alerts.tools import Tools
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS, ShuntyardError
from shuntyard.hub import Hub
from shuntyard.hub.choose import open_hub
from shuntyard.rollout.log import Log, read_moment
from shuntyard.rollout.remote_log import open_log
from shuntyard.stats.ab import Question
from shuntyard.text import line

HISTORY = ".shuntyard/history"
LOG = ".shuntyard/rollout.jsonl"
LOCAL = "local:"


def run(arguments: argparse.Namespace) -> int:
    return _ACTIONS[arguments.action](arguments)


def _check(arguments: argparse.Namespace) -> int:
    toolkit = load(arguments.root)
    found, labels = rules(toolkit, arguments.alerts)
    now = arguments.at or datetime.now(timezone.utc).replace(tzinfo=None)
    hub, log = _hub(arguments), open_log(arguments.log or os.environ.get("SHUNTYARD_ROLLOUT_LOG") or LOG)
    in_file = {name: item.python_runner for name, item in toolkit.configurations.items()}
    look = Look(
        history=_history(arguments),
        now=now,
        question=_question(toolkit),
        repository=arguments.repository,
        known=tuple(toolkit.configurations),
        switched_on=_switched_on(log),
    )

    def tools(facts: Facts) -> Tools:
        return Tools(
            source=facts,
            notifier=from_environment(os.environ),
            now=now,
            hub=hub,
            flags=RolloutFlags(hub=hub, log=log, now=now, in_file=in_file) if hub else None,
            labels=labels,
            read=lambda path: _read(arguments.root / path),
        )

    checked, evaluation, problems = check(found, look, _state(arguments), tools, dry_run=arguments.dry_run)
    for problem in problems:
        print(f"{problem.where()}: {line(problem.message)}", file=sys.stderr)
    if arguments.json:
        _print_json(show.record(checked, evaluation, problems, now, dry_run=arguments.dry_run))
    else:
        print(show.text(checked, evaluation, details=arguments.dry_run))
    return EXIT_PROBLEMS if checked.failed else exit_code(checked.alerts)


def _list(arguments: argparse.Namespace) -> int:
    found, labels = rules(load(arguments.root), arguments.alerts)
    if arguments.json:
        _print_json({"schema": 1, "labels": list(labels), "alerts": [show.rule(rule) for rule in found]})
    else:
        print(show.rules(found))
    return EXIT_GOOD


def _clear(arguments: argparse.Namespace) -> int:
    found, _ = rules(load(arguments.root), arguments.alerts)
    rule = _named(found, arguments.name)
    file, now = _state(arguments), datetime.now(timezone.utc).replace(tzinfo=None)
    with file.alone():
        state = file.load()
        chosen = [
            entry
            for entry in state.entries.values()
            if entry.rule == rule.id and arguments.where in ("", entry.place.name, str(entry.place)) and entry.fires
        ]
        for entry in chosen:
            state = state.put(clear(entry, now))
        file.save(state)
    if arguments.json:
        _print_json({"schema": 1, "cleared": [str(entry.place) for entry in chosen]})
    else:
        for entry in chosen:
            print(f"over: {line(entry.name)} for {line(str(entry.place))}; the next check tells who knows of it")
    if not chosen:
        raise ShuntyardError(f"{arguments.name!r} does not fire there", hint="shuntyard alerts check --dry-run")
    return EXIT_GOOD


def _named(found: tuple[Rule, ...], name: str) -> Rule:
    for rule in found:
        if name in (rule.name, rule.id):
            return rule
    raise ShuntyardError(f"there is no alert {name!r}", hint=suggest(name, [rule.name for rule in found]))


def _question(toolkit: Toolkit) -> Question:
    rollout = toolkit.rollout
    return Question(baseline=rollout.baseline, candidate=rollout.candidate) if rollout else Question()


def _switched_on(log: Log) -> Mapping[str, datetime]:
    """When a configuration's flag was last switched on. What is in the log and is none of its entries is left out: it
    tells nothing of any flag, and `shuntyard rollout log` says what is wrong with it."""
    entries, _ = log.read()
    times = ((each.config, read_moment(each.when)) for each in entries if each.action in ("promoted", "released"))
    return {config: when for config, when in times if when is not None}


def _history(arguments: argparse.Namespace) -> str:
    return arguments.history or os.environ.get("SHUNTYARD_HISTORY") or HISTORY


def _state(arguments: argparse.Namespace) -> StateFile:
    return StateFile(arguments.state or beside(_history(arguments)))


def _hub(arguments: argparse.Namespace) -> Hub | None:
    if not arguments.hub:
        return None
    if arguments.hub != "github" and not arguments.hub.removeprefix(LOCAL):
        raise ShuntyardError("a hub without a folder", hint="github, or local:FOLDER")
    if arguments.hub != "github" and not arguments.hub.startswith(LOCAL):
        raise ShuntyardError(f"there is no hub {arguments.hub!r}", hint="github, or local:FOLDER")
    return open_hub(arguments.hub.removeprefix(LOCAL), os.environ)


def _read(path: Path) -> str:
    """A file of the repository; empty where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ShuntyardError(f"{path} cannot be read: {error}") from error


def _print_json(data: dict[str, Any]) -> None:
    print(json.dumps(data, indent=2, allow_nan=False))


_ACTIONS = {"check": _check, "list": _list, "clear": _clear}
