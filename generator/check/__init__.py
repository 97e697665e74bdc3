"""The rules: one a file, its name is its id. Each looks at the Subject and yields Problems; all are shown at once.

A rule that is added here also gets its section in docs/rules.md and its fixture in tests/fixtures/check/.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

from generator.check import (
    actionlint,
    alerts,
    budget,
    checkout,
    concurrency,
    contract,
    drift,
    gate,
    injection,
    labels,
    permissions,
    pins,
    rollout,
    runners,
    schemas,
    timeouts,
    triggers,
    zizmor,
)
from generator.check.subject import Subject, Unavailable
from generator.targets import style
from shuntyard.errors import Problem, ShuntyardError


class Rule(Protocol):
    """What a module here provides. A problem need not name its rule; the runner does."""

    SUMMARY: str

    def check(self, subject: Subject) -> Iterable[Problem]: ...


RULES: dict[str, Rule] = {
    "drift": drift,
    "contract": contract,
    "budget": budget,
    "permissions": permissions,
    "timeouts": timeouts,
    "concurrency": concurrency,
    "pins": pins,
    "injection": injection,
    "triggers": triggers,
    "labels": labels,
    "runners": runners,
    "gate": gate,
    "checkout": checkout,
    "rollout": rollout,
    "alerts": alerts,
    "actionlint": actionlint,
    "zizmor": zizmor,
    "schemas": schemas,
}
TOOLS = ("actionlint", "zizmor", "schemas")  # rules that are other people's programs; `--no-tools` leaves them out


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one rule came to: its problems, or why it was not run, or what kept it from working."""

    rule: str
    problems: tuple[Problem, ...] = ()
    not_run: str = ""
    error: ShuntyardError | None = None


def run(subject: Subject, ids: Sequence[str]) -> list[Outcome]:
    """Every rule, side by side: the slow ones wait for programs. One that fails does not silence the others."""
    with ThreadPoolExecutor(max_workers=len(RULES)) as pool:
        return list(pool.map(lambda rule: _outcome(subject, rule), ids))


def _outcome(subject: Subject, rule: str) -> Outcome:
    try:
        found = [replace(problem, rule=problem.rule or rule) for problem in RULES[rule].check(subject)]
    except Unavailable as reason:
        return Outcome(rule=rule, not_run=str(reason))
    except ShuntyardError as error:
        return Outcome(rule=rule, error=error)
    return Outcome(rule=rule, problems=tuple(_with_source(subject, problem) for problem in found))


def _with_source(subject: Subject, problem: Problem) -> Problem:
    """In a rendered file, the hint also names what it is rendered from: a change there would not last."""
    file = subject.home.files.get(problem.file)
    line = file.text.partition("\n")[0] if file else ""
    if not style.is_rendered(line) or problem.rule == "drift":
        return problem
    source = line.partition(style.MARKER)[2].removesuffix(style.HOW)
    return replace(problem, hint="; ".join(filter(None, [problem.hint, f"this file is rendered from {source}"])))
