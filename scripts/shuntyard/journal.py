"""The pytest plugin's journal → cases, and how the session went. The plugin's docstring says what a line holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from shuntyard.cases import METRICS_LIMIT, WORST_LAST, bound, case_id, merge, metric, seconds
from shuntyard.result import CaseOutcome, CaseResult

_ATTEMPT_LIMIT = 1_000_000


class Journal(NamedTuple):
    """One pytest process. `cases` have finished; `running` are the ids of those that had started and never did.

    `junit` is the path that it wrote, or meant to write, JUnit XML to. `collected` is None before collection ended,
    `exit_status` None when the session never came to its end. `names` maps what JUnit XML calls a case to its id.
    `began` is False for a pytest that had no session: `--version`, or one that broke before.
    """

    cases: tuple[CaseResult, ...] = ()
    running: tuple[str, ...] = ()
    junit: str = ""
    began: bool = False
    loading: bool = False  # and never came to the end of it
    collected: int | None = None
    conftest_error: str = ""
    internal_error: str = ""
    exit_status: int | None = None
    names: Mapping[str, str] = MappingProxyType({})


def parse(text: str) -> Journal:
    """The journal from its text. Never raises: a line that is not whole, the last one after a crash, is passed over."""
    draft = _Draft()
    for line in text.splitlines():
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict):
            draft.take(record)
    return draft.journal()


class _Draft:
    """What the lines so far have said."""

    def __init__(self) -> None:
        self._finished: list[CaseResult] = []
        self._running: dict[str, None] = {}
        self._names: dict[str, str] = {}
        self._facts: dict[str, Any] = {}

    def take(self, record: dict[str, Any]) -> None:
        case = case_id(str(record.get("case", "")))
        self._names[str(record.get("name", ""))] = case
        message = bound(str(record.get("message") or ""))
        match record.get("event"):
            case "loading" | "loaded" as event:
                self._facts["loading"] = event == "loading"
            case "session":
                self._facts["began"] = True
                self._facts["junit"] = str(record.get("junit") or "")
            case "collected":
                self._facts["collected"] = _whole(record.get("count"))
            case "start":
                self._running[case] = None
            case "finish":
                self._running.pop(case, None)
                self._finished.append(_case(case, message, record))
            case "collect_error":
                self._finished.append(CaseResult(case=case, outcome="error", message=message))
            case "conftest_error" | "internal_error" as event:
                self._facts[event] = message or "without a message"
                self._facts["loading"] = False
            case "end":
                self._facts["exit_status"] = _whole(record.get("exit_status"))

    def journal(self) -> Journal:
        self._names.pop("", None)
        return Journal(cases=merge(self._finished), running=tuple(self._running), names=self._names, **self._facts)


def _case(case: str, message: str, record: dict[str, Any]) -> CaseResult:
    outcome = record.get("outcome")
    metrics = record.get("metrics")
    numbers = metrics.items() if isinstance(metrics, dict) else ()
    return CaseResult(
        case=case,
        outcome=cast(CaseOutcome, outcome) if outcome in WORST_LAST else "error",
        setup_s=seconds(record.get("setup_s", 0)),
        call_s=seconds(record.get("call_s", 0)),
        attempt=min(max(_whole(record.get("attempt")), 1), _ATTEMPT_LIMIT),
        message=message,
        metrics={str(k): n for k, v in list(numbers)[:METRICS_LIMIT] if (n := metric(v)) is not None},
    )


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
