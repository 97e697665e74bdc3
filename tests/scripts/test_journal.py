"""The journal's lines, whole and broken."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shuntyard.journal import parse
from shuntyard.result import CaseResult

WHOLE: list[dict[str, Any]] = [
    {"event": "session", "pytest": "9.0", "junit": "/r/pytest-1.xml"},
    {"event": "collect_error", "case": "test_x.py", "name": "test_x", "message": "ImportError"},
    {"event": "collected", "count": 2},
    {"event": "start", "case": "t.py::a", "name": "t::a"},
    {
        "event": "finish", "case": "t.py::a", "name": "t::a", "outcome": "failed", "setup_s": 0.5, "call_s": 0.25,
        "attempt": 2, "message": "why", "metrics": {"speed": 3.0, "bad": "x"},
    },
    {"event": "start", "case": "t.py::b", "name": "t::b"},
]  # fmt: skip


def text(records: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def test_reads_cases_and_the_one_that_was_running() -> None:
    journal = parse(text(WHOLE))
    assert journal.cases == (
        CaseResult(case="test_x.py", outcome="error", message="ImportError"),
        CaseResult(
            case="t.py::a", outcome="failed", setup_s=0.5, call_s=0.25, attempt=2, message="why", metrics={"speed": 3.0}
        ),
    )
    assert journal.running == ("t.py::b",)
    assert (journal.junit, journal.collected, journal.exit_status) == ("/r/pytest-1.xml", 2, None)
    assert journal.names["t::a"] == "t.py::a"


def test_reads_how_the_session_ended() -> None:
    ends: list[dict[str, Any]] = [
        {"event": "internal_error", "message": "boom"},
        {"event": "conftest_error", "message": "no"},
        {"event": "end", "exit_status": 3},
    ]
    journal = parse(text(ends))
    assert (journal.internal_error, journal.conftest_error, journal.exit_status) == ("boom", "no", 3)


@given(st.integers(0, len(text(WHOLE))))
def test_a_journal_that_breaks_off_keeps_every_whole_line(end: int) -> None:
    whole, cut = text(WHOLE), text(WHOLE)[:end]
    journal = parse(cut)
    assert journal == parse(whole[: whole.rfind("\n", 0, end) + 1]) or cut.endswith("}")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(
    ["case", "name", "message", "outcome", "setup_s", "call_s", "attempt", "metrics", "count", "junit", "exit_status"]
)
EVENTS = st.sampled_from(
    ["session", "collected", "start", "finish", "collect_error", "conftest_error", "internal_error", "end"]
)


@given(st.lists(st.tuples(EVENTS, st.dictionaries(FIELDS, JSON)) | JSON, max_size=6))
def test_lines_of_any_shape_never_raise(records: list[Any]) -> None:
    lines = [json.dumps({**each[1], "event": each[0]} if isinstance(each, tuple) else each) for each in records]
    journal = parse("\n".join(lines))
    for case in journal.cases:
        assert case.setup_s >= 0
        assert case.attempt >= 1
