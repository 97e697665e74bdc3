"""Small rollouts, findings and situations for the tests of decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shuntyard.rollout.decide import Situation
from shuntyard.rollout.judge import Finding
from shuntyard.rollout.phases import EVERYTHING, Criterion, Phase, Rollout
from shuntyard.stats.kpi import Met

NOW = datetime(2026, 11, 22, 4, 0)
CRITERION = Criterion(name="It works", condition="fallback_rate == 0%", days=14, least=20)
IN_FILE = {"smoke": True, "docs": False, "python": False, "jit": False}


def phase(name: str, *configs: str, days: int = 0, done: bool = False, **fields: Any) -> Phase:
    return Phase(
        name=name, title=f"Phase {name}", configurations=configs, criteria=(CRITERION,), days=days, done=done, **fields
    )


def rollout(days: int = 0) -> Rollout:
    """smoke, done; docs and python; jit; everything."""
    return Rollout(
        baseline="shell", candidate="python", pipelines=(),
        phases=(
            phase("1", "smoke", done=True), phase("2A", "docs", "python", days=days), phase("2B", "jit", days=days),
            phase("3", "smoke", "docs", "python", "jit", everything=True),
        ),
    )  # fmt: skip


def finding(met: Met) -> Finding:
    value = {"yes": 0.0, "no": 0.5, "unknown": None}[met]
    return Finding(
        criterion="It works", condition=CRITERION.condition, met=met, value=value, unit="share", n=20, of="executions",
        least=20, days=14, since="2026-11-08T04:00:00Z",
    )  # fmt: skip


def situation(
    plan: Rollout,
    met: Mapping[str, Met],
    *,
    in_file: Mapping[str, bool] | None = None,
    variable: Mapping[str, bool] | None = None,
    now: datetime = NOW,
    switched_on: Mapping[str, datetime] | None = None,
    held_why: Mapping[str, str] | None = None,
) -> Situation:
    """What is not named in `met` is not known."""
    findings: dict[tuple[str, str], Sequence[Finding]] = {
        (each.name, subject): (finding(met.get(subject, "unknown")),)
        for each in plan.phases
        for subject in each.subjects
    }
    return Situation(
        rollout=plan, in_file=in_file or IN_FILE, variable=variable or {}, now=now,
        findings={key: tuple(found) for key, found in findings.items()}, switched_on=switched_on or {},
        held_why=held_why or {},
    )  # fmt: skip


ALL_GOOD: dict[str, Met] = {"smoke": "yes", "docs": "yes", "python": "yes", "jit": "yes", EVERYTHING: "yes"}
