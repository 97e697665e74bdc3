"""The dashboard's figures for programs: plain JSON values. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from shuntyard.dashboard.attention import answer, points
from shuntyard.dashboard.gather import Findings
from shuntyard.errors import Problem

SCHEMA = 1
# The points of a series are in the history, and an Estimate is in the comparison's own fields.
_LEFT_OUT = {"estimate", "moments", "values", "shas", "total"}


def facts(findings: Findings, problems: Sequence[Problem]) -> dict[str, Any]:
    """Every figure of the page, and its judgement of what needs a look."""
    found = points(findings, problems)
    return {
        "schema": SCHEMA,
        "written_at": f"{findings.asked.now.isoformat(timespec='seconds')}Z",
        "scope": _plain(findings.asked.scope),
        "extent": _plain(findings.extent),
        "answer": _plain(answer(findings, found)),
        "attention": _plain(found),
        "kpis": _plain((*findings.rollout, *findings.service)),
        "rates": _plain(findings.rates),
        "ab": _plain(findings.ab),
        "flakes": _plain(findings.flakes),
        "trends": _plain(findings.trends),
        "newest": _plain(findings.newest),
        "round_trips": _plain(findings.trips),
        "hardware": _plain(findings.places),
        "days": _plain(findings.days),
        "runs": _plain(findings.recent.runs),
        "bad_cases": _plain(findings.recent.bad_cases),
        "problems": _plain(tuple(problems)),
    }


def _plain(value: Any) -> Any:
    """Dataclasses as objects, times as ISO 8601, and what is no number in JSON (NaN, infinite) as null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value) if each.name not in _LEFT_OUT}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and not math.isfinite(value) else value
