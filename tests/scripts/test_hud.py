"""What PyTorch's HUD takes, made from a report."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.errors import ShuntyardError
from shuntyard.hud import LARGEST, MOST_FAILED, CaseName, Place, callback, failed_tests, self_report, split, uploads
from shuntyard.report import Report, RowReport, Run, RunOrigin
from shuntyard.result import CaseResult

NOW = "2026-11-22T06:00:00Z"
SHA = "0123456789" * 4
PLACE = Place(
    workflow="CI", url="https://github.test/o/r/actions/runs/77", run_id="77", attempt=2, job="ab", check_run="77-2-ab"
)
DISPATCH = {"event_type": "pull_request", "delivery_id": "d-1", "payload": {"pull_request": {"head": {"sha": SHA}}}}
CASES = (
    CaseResult(case="test/test_a.py::TestA::test_one", outcome="passed", setup_s=0.5, call_s=1.0),
    CaseResult(
        case="test/test_a.py::test_two[x::y]", outcome="failed", call_s=2.0, message="Traceback\n  x\nAssertionError: 1"
    ),
    CaseResult(case="test/test_a.py::test_three", outcome="skipped", message="no device"),
)
RUN = Run(unit="a", folder="f", repetition=1, outcome="failed", cases=CASES)
ROW = RowReport(
    id="a.python", unit="a", config="a", arm="python", outcome="failed", tests=3, failed=1, skipped=1, runs=(RUN,)
)
REPORT = Report(pipeline="ab", verdict="failed", headline="x", rows=(ROW,), run=RunOrigin(run_id="77", attempt=2))


def test_in_progress_says_when_it_started_and_nothing_else() -> None:
    body = callback(DISPATCH, PLACE, "in_progress", now=NOW)
    assert {key: body[key] for key in DISPATCH} == DISPATCH
    assert body["workflow"] == {
        "schema_version": "1",
        "status": "in_progress",
        "conclusion": None,
        "name": "CI",
        "url": PLACE.url,
        "run_id": "77",
        "run_attempt": "2",
        "job_name": "ab",
        "check_run_id": "77-2-ab",
        "started_at": NOW,
        "completed_at": None,
    }


def test_completed_counts_tests_and_tells_the_failed() -> None:
    workflow = callback(DISPATCH, PLACE, "completed", now=NOW, report=REPORT, artifact_url="https://a.test")["workflow"]
    assert (workflow["conclusion"], workflow["started_at"], workflow["completed_at"]) == ("failure", None, NOW)
    assert workflow["test_results"] == {"passed": 1, "failed": 1, "skipped": 1}
    assert workflow["failed_tests_detail"] == [
        {
            "name": "test_two[x::y]",
            "classname": "test.test_a",
            "message": "AssertionError: 1",
            "stacktrace": "Traceback\n  x\nAssertionError: 1",
            "duration": 2.0,
        }
    ]
    assert workflow["artifact_url"] == "https://a.test"


def test_a_row_is_told_for_itself() -> None:
    good = replace(ROW, id="b", outcome="passed", failed=0, runs=())
    report = replace(REPORT, rows=(ROW, good))
    workflow = callback(DISPATCH, PLACE, "completed", now=NOW, report=report, row=good)["workflow"]
    assert workflow["conclusion"] == "success" and workflow["test_results"] == {"passed": 2, "failed": 0, "skipped": 1}


@pytest.mark.parametrize(
    ("verdict", "said"), [("passed", "success"), ("failed", "failure"), ("error", "failure"), ("empty", "failure")]
)
def test_nothing_tested_is_no_success(verdict: str, said: str) -> None:
    report = replace(REPORT, verdict=verdict)  # type: ignore[arg-type]
    assert callback(DISPATCH, PLACE, "completed", now=NOW, report=report)["workflow"]["conclusion"] == said


def test_a_conclusion_that_somebody_gives_wins() -> None:
    workflow = callback(DISPATCH, PLACE, "completed", now=NOW, report=REPORT, conclusion="cancelled")["workflow"]
    assert workflow["conclusion"] == "cancelled"
    with pytest.raises(ShuntyardError, match="nobody says"):
        callback(DISPATCH, PLACE, "completed", now=NOW)


def test_a_nightly_reports_itself_once() -> None:
    nightly = self_report(SHA, "nightly")
    assert nightly["delivery_id"] == nightly["payload"]["head_sha"] == SHA
    assert callback(nightly, PLACE, "completed", now=NOW, report=REPORT)["event_type"] == "nightly"
    with pytest.raises(ShuntyardError, match="only that it has completed"):
        callback(nightly, PLACE, "in_progress", now=NOW)


@pytest.mark.parametrize(
    ("commit", "event"), [(SHA, "push"), ("main", "nightly"), (SHA[:12], "nightly"), ("", "periodic")]
)
def test_what_is_no_nightly(commit: str, event: str) -> None:
    with pytest.raises(ShuntyardError):
        self_report(commit, event)


def test_failed_tests_are_bounded() -> None:
    cases = tuple(CaseResult(case=f"t.py::t{n}", outcome="failed", message="é" * 9000) for n in range(1500))
    found = failed_tests([replace(ROW, runs=(replace(RUN, cases=cases),))])
    assert len(found) == MOST_FAILED
    assert len(found[0]["message"].encode()) <= 1024 and len(found[0]["stacktrace"].encode()) <= 4096
    report = replace(REPORT, rows=(replace(ROW, runs=(replace(RUN, cases=cases),)),))
    body = callback(DISPATCH, PLACE, "completed", now=NOW, report=report)
    assert len(json.dumps(body)) <= LARGEST and body["workflow"]["failed_tests_detail"]
    with pytest.raises(ShuntyardError, match="more than 2 MB"):
        callback({**DISPATCH, "payload": "x" * LARGEST}, PLACE, "completed", now=NOW, report=report)


@pytest.mark.parametrize(
    ("case", "name"),
    [
        ("test/a.py::TestB::test_c", CaseName(file="test/a.py", group="TestB", test="test_c")),
        ("test/a.py::A::B::test_c[x::y]", CaseName(file="test/a.py", group="A.B", test="test_c[x::y]")),
        ("a.py::test_c", CaseName(file="a.py", group="a", test="test_c")),
        ("pkg.mod.Test::test_c", CaseName(file="", group="pkg.mod.Test", test="test_c")),
        ("Suite.Name", CaseName(file="", group="", test="Suite.Name")),
    ],
)
def test_names_of_cases(case: str, name: CaseName) -> None:
    assert split(case) == name


@given(st.text())
def test_no_name_is_lost(case: str) -> None:
    name = split(case)
    assert name.test in case and case.endswith(name.test)


def test_test_runs_have_the_fields_of_the_uploads() -> None:
    passed, failed, skipped = uploads(REPORT, {"a": 5})
    assert passed == {
        "name": "test_one",
        "classname": "TestA",
        "file": "test/test_a.py",
        "invoking_file": "test_a",
        "time": 1.5,
        "workflow_id": 77,
        "workflow_run_attempt": 2,
        "job_id": 5,
        "test_config": "a",
        "arm": "python",
        "repetition": 1,
    }
    assert failed["failure"] == {"message": "Traceback", "text": "Traceback\n  x\nAssertionError: 1"}
    assert skipped["skipped"]["message"] == "no device"


def test_earlier_attempts_are_reruns() -> None:
    cases = (
        CaseResult(case="t.py::t", outcome="failed", attempt=1, message="one"),
        CaseResult(case="t.py::t", outcome="failed", attempt=2, message="two"),
        CaseResult(case="t.py::t", outcome="passed", attempt=3),
        CaseResult(case="t.py::u", outcome="crashed", attempt=1, message="gone"),
        CaseResult(case="t.py::u", outcome="xfailed", attempt=2, message="known"),
    )
    report = replace(REPORT, rows=(replace(ROW, runs=(replace(RUN, cases=cases),)),))
    first, second = uploads(report, {})
    assert [each["message"] for each in first["rerun"]] == ["one", "two"] and "failure" not in first
    assert second["rerun"]["message"] == "gone" and second["skipped"]["type"] == "pytest.xfail"
    assert first["job_id"] is None
