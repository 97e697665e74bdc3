"""pytest-reportlog: what the fixtures do not have."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.scripts.ingest.samples import brief, told

START = {"pytest_version": "9.2.0", "$report_type": "SessionStart"}
END = {"exitstatus": 0, "$report_type": "SessionFinish"}


def phase(when: str, outcome: str = "passed", case: str = "t.py::a", **more: Any) -> dict[str, Any]:
    return {"nodeid": case, "when": when, "outcome": outcome, "$report_type": "TestReport", "duration": 1.0, **more}


def log(*records: object) -> bytes:
    return b"\n".join(json.dumps(record).encode() for record in (START, *records))


def test_setup_and_call_are_apart_and_teardown_is_neither() -> None:
    phases = [phase("setup", duration=0.25), phase("call", duration=2.0), phase("teardown", duration=8.0)]
    (case,) = told(log(*phases, END)).cases
    assert (case.setup_s, case.call_s) == (0.25, 2.0)


def test_a_log_that_breaks_off_names_the_case_that_was_running() -> None:
    done = [phase(when) for when in ("setup", "call", "teardown")]
    read = told(log(*done, phase("setup", case="t.py::b")) + b'\n{"nodeid": "t.py::b", "wh')
    assert brief(read.cases) == ["t.py::a passed", "t.py::b crashed"]
    assert "line 6 is not JSON" in read.problem and "breaks off" in read.problem
    assert read.exit_code is None


def test_a_failure_of_teardown_is_an_error() -> None:
    phases = [phase("setup"), phase("call"), phase("teardown", "failed", longrepr="boom")]
    (case,) = told(log(*phases, END)).cases
    assert (case.outcome, case.message) == ("error", "boom")


def test_a_case_that_is_run_twice_without_a_rerun_is_told_twice() -> None:
    once = [phase(when) for when in ("setup", "call", "teardown")]
    assert [case.attempt for case in told(log(*once, *once, END)).cases] == [1, 1]


@pytest.mark.parametrize(
    "value", [None, [], {}, 7, -1e300, "x", True, [1, 2, 3], {"reprcrash": 7, "reprtraceback": []}]
)
def test_any_value_anywhere_is_borne(value: object) -> None:
    odd = phase(
        "call", "failed", case="t.py::b", longrepr=value, duration=value, start=value, stop=value, user_properties=value
    )
    other = {"nodeid": value, "when": value, "outcome": value, "wasxfail": value, "$report_type": value}
    read = told(log(odd, other, value, *(phase(when) for when in ("setup", "call", "teardown")), END))
    assert {"t.py::a passed", "t.py::b failed"} <= set(brief(read.cases))


def test_control_characters_and_bad_bytes_cost_nothing() -> None:
    lines = log(phase("setup"), phase("call", "failed", longrepr="BAD"), phase("teardown"), END)
    read = told(lines.replace(b"BAD", b"\x00\x1b\xff"))
    assert (brief(read.cases), read.problem) == (["t.py::a failed"], "")


def test_one_bad_line_costs_itself_only() -> None:
    data = log(phase("setup"), phase("call"), phase("teardown"), END).split(b"\n")
    data.insert(2, b"Segmentation fault (core dumped)")
    read = told(b"\n".join(data))
    assert brief(read.cases) == ["t.py::a passed"]
    assert read.problem.startswith("line 3 is not JSON")
