"""What a check of alerts found and did, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shuntyard import human
from shuntyard.alerts import words
from shuntyard.alerts.check import Act, Checked
from shuntyard.alerts.evaluate import WORST_FIRST, Alert, Evaluation
from shuntyard.alerts.rules import Rule, span
from shuntyard.errors import Problem
from shuntyard.text import NOTHING, line, visible

_RESULTS = {"done": "done", "would": "would", "left": "left to you", "failed": "FAILED"}


def text(checked: Checked, evaluation: Evaluation, *, details: bool) -> str:
    """For people: each alert that is not good, then what was done; `details` adds exactly what is sent or changed."""
    parts = []
    shown = [alert for alert in checked.alerts if alert.status != "good"]
    if shown:
        heads = ["status", "severity", "alert", "where", "measured", "rests on", "since"]
        parts.append(human.table(heads, [_row(alert) for alert in shown]))
    parts += [f"note: {_why(alert)}" for alert in shown if alert.note]
    parts += [f"note: {line(entry.name)} has no rule any more; it was forgotten" for entry in evaluation.dropped]
    parts += [_act(act, details) for act in checked.acts]
    counts = Counter(alert.status for alert in checked.alerts)
    parts.append(", ".join(f"{counts[status]} {status}" for status in WORST_FIRST if counts[status]) or "no alerts")
    return "\n".join(parts)


def rules(found: Sequence[Rule]) -> str:
    """The rules as a table."""
    rows = [
        [
            rule.name,
            rule.question.text,
            rule.per,
            str(rule.hold),
            span(rule.window_s),
            rule.severity,
            ", ".join(rule.actions),
        ]
        for rule in found
    ]
    return human.table(["alert", "condition", "per", "for", "window", "severity", "action"], rows)


def rule(found: Rule) -> dict[str, Any]:
    """One rule as plain values."""
    return {
        "name": found.name,
        "id": found.id,
        "condition": found.question.text,
        "per": found.per,
        "for": str(found.hold),
        "window_s": found.window_s,
        "least": found.least,
        "severity": found.severity,
        "actions": list(found.actions),
    }


def record(
    checked: Checked, evaluation: Evaluation, problems: Sequence[Problem], now: datetime, *, dry_run: bool
) -> dict[str, Any]:
    """Everything, as plain values."""
    return {
        "schema": 1,
        "at": now.isoformat(timespec="seconds"),
        "dry_run": dry_run,
        "alerts": [_alert(alert) for alert in checked.alerts],
        "acts": [
            {
                "alert": act.alert.rule.name,
                "where": str(act.alert.place),
                "action": act.action,
                "kind": act.kind,
                "result": act.result,
                "told": act.told,
                "detail": act.detail,
            }
            for act in checked.acts
        ],
        "forgotten": [entry.name for entry in evaluation.dropped],
        "problems": [f"{problem.where()}: {problem.message}" for problem in problems],
    }


def _alert(alert: Alert) -> dict[str, Any]:
    reading = alert.reading
    return {
        "alert": alert.rule.name,
        "status": alert.status,
        "severity": alert.rule.severity,
        "per": alert.place.per,
        "where": str(alert.place),
        "repository": alert.place.repository,
        "condition": alert.rule.question.text,
        "quantity": alert.rule.question.quantity,
        "value": reading.value if reading.verdict is None else reading.verdict,
        "baseline": reading.baseline,
        "threshold": alert.threshold,
        "low": reading.low,
        "high": reading.high,
        "n": reading.n,
        "of": reading.of,
        "since": alert.since,
        "runs": alert.held_runs,
        "blind": alert.blind,
        "note": alert.note,
    }


def _row(alert: Alert) -> list[str]:
    since = human.moment(alert.since) if alert.since else NOTHING
    measured = [words.measured(alert), words.resting_on(alert)]
    return [alert.status, alert.rule.severity, alert.rule.name, str(alert.place), *measured, since]


def _why(alert: Alert) -> str:
    blind = "not known now: " if alert.blind else ""
    return f"{line(alert.rule.name, 80)}, {line(str(alert.place), 80)}: {blind}{line(alert.note)}"


def _act(act: Act, details: bool) -> str:
    said = f"{_RESULTS[act.result]}: {act.action}: {line(act.told, 400)}"
    if not details or not act.detail or act.detail == act.told:
        return said
    return "\n".join([said, *(f"    {each}" for each in visible(act.detail).splitlines())])
