"""GoogleTest's JSON: newer versions, and values that are none."""

from __future__ import annotations

import json

import pytest

from tests.scripts.ingest.samples import brief, told


def report(**test: object) -> bytes:
    suites = [
        {"name": "S", "testsuite": [{"name": "a", "classname": "S", "status": "RUN", "result": "COMPLETED", **test}]}
    ]
    return json.dumps({"tests": 1, "time": "0.5s", "timestamp": "2026-11-22T06:31:46Z", "testsuites": suites}).encode()


def test_reasons_of_skips_since_1_13() -> None:
    (case,) = told(report(result="SKIPPED", skipped=[{"message": "x.cc:7\nNot supported on ROCm\n"}])).cases
    assert (case.outcome, case.message) == ("skipped", "x.cc:7\nNot supported on ROCm")


def test_a_failure_counts_though_the_test_was_skipped_after_it() -> None:
    assert brief(told(report(result="SKIPPED", failures=[{"failure": "x"}])).cases) == ["S::a failed"]


def test_times() -> None:
    read = told(report(time="1.25s"))
    assert (read.cases[0].call_s, read.duration_s, read.started_at) == (1.25, 0.5, "2026-11-22T06:31:46Z")


@pytest.mark.parametrize("time", ["nan", "1e999s", "-3s", "", None, [], 10**400, "1e12s"])
def test_what_is_no_time_is_unknown(time: object) -> None:
    assert told(report(time=time)).cases[0].call_s == 0.0


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [7], [[]], [{"testsuite": 7}], [{"testsuite": [7, {}]}]])
def test_any_value_is_borne(value: object) -> None:
    read = told(json.dumps({"testsuites": value}).encode())
    assert read.problem or all(case.case == "(unnamed)" for case in read.cases)


def test_a_truncated_document_is_a_problem() -> None:
    assert "is not JSON" in told(report()[:-20]).problem
