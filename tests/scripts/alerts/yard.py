"""Checks of real histories with a local hub and, where given, a real receiver of notifications."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from shuntyard.alerts.check import Act, Checked
from shuntyard.alerts.evaluate import Alert
from shuntyard.alerts.notify import VARIABLE, from_environment
from shuntyard.alerts.rules import Rule
from shuntyard.alerts.run import Look, check
from shuntyard.alerts.source import Facts
from shuntyard.alerts.statefile import StateFile, beside
from shuntyard.alerts.switches import RolloutFlags
from shuntyard.alerts.tools import Tools
from shuntyard.alerts.verdicts import parse
from shuntyard.hub import Hub
from shuntyard.hub.local import LocalHub
from shuntyard.rollout.log import FileLog
from tests.scripts.alerts.histories import NOW

# The alerts of the rollout's document, and the one about the A/B's verdict.
FALLBACK = Rule(
    name="Python Runner High Fallback Rate",
    question=parse("fallback_rate > 5%"),
    actions=("disable_feature_flag", "open_issue", "notify"),
    severity="critical",
)
SLOW = Rule(
    name="Python Runner Performance Regression",
    question=parse("execution_time > baseline * 1.2"),
    actions=("investigate_and_optimize", "notify"),
)
REGRESSED = Rule(
    name="Python Runner Regressed",
    question=parse("verdict == regressed"),
    actions=("disable_feature_flag", "open_issue"),
    severity="critical",
)
DOCUMENT = (FALLBACK, SLOW, REGRESSED)


@dataclass
class Checks:
    """Everything that checks of one history share, in the folder `home`."""

    home: Path
    rules: Sequence[Rule] = DOCUMENT
    urls: str = ""
    hub: Hub | None = None
    with_hub: bool = True
    in_file: Mapping[str, bool] = field(default_factory=dict)
    switched_on: Mapping[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.with_hub and self.hub is None:
            self.hub = LocalHub(self.home / "hub")

    @property
    def history(self) -> Path:
        return self.home / "history"

    @property
    def file(self) -> StateFile:
        return StateFile(beside(str(self.history)))

    def run(self, now: datetime = NOW, *, dry_run: bool = False) -> Checked:
        look = Look(history=str(self.history), now=now, switched_on=self.switched_on)

        def tools(facts: Facts) -> Tools:
            log = FileLog(self.home / "rollout.jsonl")
            hub = self.hub
            return Tools(
                source=facts,
                notifier=from_environment({VARIABLE: self.urls}),
                now=now,
                hub=hub,
                flags=RolloutFlags(hub=hub, log=log, now=now, in_file=self.in_file) if hub else None,
                labels=("alert",),
                read=lambda path: _read(self.home / path),
            )

        checked, _, problems = check(self.rules, look, self.file, tools, dry_run=dry_run)
        assert not problems
        return checked

    def issues(self) -> list[dict[str, Any]]:
        return _records(self.home / "hub" / "issues")

    def pulls(self) -> list[dict[str, Any]]:
        return _records(self.home / "hub" / "pulls")

    def comments(self, number: int) -> list[dict[str, Any]]:
        path = self.home / "hub" / "comments" / f"{number}.json"
        found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        return found

    def flags(self) -> str:
        return (self.hub.variable("SHUNTYARD_FLAGS") or "") if self.hub else ""

    def changed(self) -> list[str]:
        """Every file but those of the history."""
        paths = (path.relative_to(self.home).as_posix() for path in self.home.rglob("*") if path.is_file())
        return sorted(path for path in paths if not path.startswith("history/"))


def firing(checked: Checked) -> list[tuple[str, str]]:
    """Name and place of each alert that fires."""
    return [_of(alert) for alert in checked.alerts if alert.status == "firing"]


def acts(checked: Checked) -> list[tuple[str, str, str]]:
    """Action, kind and result of each act."""
    return [(act.action, act.kind, act.result) for act in checked.acts]


def told(checked: Checked, action: str) -> Act:
    """The only act of an action."""
    (act,) = (act for act in checked.acts if act.action == action)
    return act


def _of(alert: Alert) -> tuple[str, str]:
    return alert.rule.name, str(alert.place)


def _records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
