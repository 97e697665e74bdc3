"""GoogleTest's JSON, `--gtest_output=json:FILE`. Source: GoogleTest's advanced guide, "Generating a JSON Report"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from shuntyard.cases import METRICS_LIMIT, UNNAMED, bound, case_id, metric, seconds
from shuntyard.ingest.text import decode, of, parse_json, words
from shuntyard.ingest.told import DOCUMENT_LIMIT, Told
from shuntyard.result import CaseOutcome, CaseResult

SUMMARY = "GoogleTest's --gtest_output=json"
LIMIT = DOCUMENT_LIMIT
_MOST = 100  # failures of a case, and properties
# What gtest itself writes of a test; all else is RecordProperty's.
_KNOWN = frozenset(
    ("name", "file", "line", "type_param", "value_param", "status", "result", "timestamp", "time", "classname")
) | {"failures", "skipped"}


def fits(head: str) -> bool:
    return head.startswith("{") and '"testsuites"' in head


def read(file: BinaryIO) -> Told:
    record = parse_json(decode(file.read(LIMIT + 1)))
    if not isinstance(of(record, "testsuites"), list):
        raise ValueError("has no list of testsuites")
    cases = [_case(suite, test) for suite in record["testsuites"] for test in _tests(suite)]
    started = words(of(record, "timestamp"))
    return Told(cases=cases, started_at=started, duration_s=_time(of(record, "time")))


def _tests(suite: object) -> Iterator[dict[str, Any]]:
    tests = of(suite, "testsuite")
    yield from (test for test in (tests if isinstance(tests, list) else ()) if isinstance(test, dict))


def _case(suite: object, test: dict[str, Any]) -> CaseResult:
    """`result` tells what became of a test that ran: COMPLETED, SKIPPED; SUPPRESSED is one that is disabled."""
    names = (words(test.get("classname")) or words(of(suite, "name")), words(test.get("name")))
    outcome: CaseOutcome = "passed"
    messages = _messages(test.get("failures"), "failure")
    if messages:
        outcome = "failed"
    elif test.get("result") == "SKIPPED":
        outcome, messages = "skipped", _messages(test.get("skipped"), "message")
    elif test.get("status") == "NOTRUN" or test.get("result") == "SUPPRESSED":
        outcome, messages = "skipped", ["disabled" if names[1].startswith("DISABLED_") else "was not run"]
    numbers = {
        name: value
        for name, text in list(test.items())[: _MOST + len(_KNOWN)]
        if name not in _KNOWN and len(name) <= _MOST and (value := metric(text)) is not None
    }
    return CaseResult(
        case=case_id("::".join(filter(None, names))) or UNNAMED,
        outcome=outcome,
        call_s=_time(test.get("time")),
        message=bound("\n\n".join(messages)),
        metrics=dict(list(numbers.items())[:METRICS_LIMIT]),
    )


def _messages(items: object, name: str) -> list[str]:
    found = items[:_MOST] if isinstance(items, list) else []
    return [words(of(item, name)).strip() or "without a message" for item in found]


def _time(value: object) -> float:
    """`0.013s`, as protobuf writes durations."""
    return seconds(words(value, 50).removesuffix("s"))
