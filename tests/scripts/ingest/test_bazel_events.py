"""Build events that no fixture has: remote execution, several configurations, streams that break off."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shuntyard.ingest.combine import combine
from tests.scripts.ingest.samples import brief, case, junit, read, told

STARTED = {"id": {"started": {}}, "started": {"startTimeMillis": "1763781480000"}}
FINISHED = {
    "id": {"buildFinished": {}},
    "finished": {"finishTimeMillis": "1763781490500", "exitCode": {"name": "TESTS_FAILED", "code": 3}},
    "lastMessage": True,
}


def result(
    label: str, status: str, *, attempt: int = 1, shard: int = 1, config: str = "c0", **more: Any
) -> dict[str, Any]:
    about = {"label": label, "run": 1, "shard": shard, "attempt": attempt, "configuration": {"id": config}}
    return {"id": {"testResult": about}, "testResult": {"status": status, **more}}


def stream(*events: dict[str, Any], end: bool = True) -> bytes:
    return b"\n".join(json.dumps(each).encode() for each in (STARTED, *events, *([FINISHED] if end else [])))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("PASSED", "passed"),
        ("FLAKY", "passed"),
        ("FAILED", "failed"),
        ("TIMEOUT", "failed"),
        ("INCOMPLETE", "crashed"),
        ("REMOTE_FAILURE", "error"),
        ("FAILED_TO_BUILD", "error"),
        ("NO_STATUS", "error"),
        ("SOMETHING_NEW", "error"),
    ],
)
def test_status(status: str, outcome: str) -> None:
    (found,) = told(stream(result("//a:b", status))).cases
    assert (found.case, found.outcome) == ("//a:b", outcome)


def test_old_streams_have_no_status_and_new_ones_another_duration() -> None:
    old = {**result("//a:b", ""), "testResult": {"success": True, "testAttemptDurationMillis": "250"}}
    new = result("//a:c", "PASSED", testAttemptDuration="1.5s", testAttemptDurationMillis="9")
    assert [(each.outcome, each.call_s) for each in told(stream(old, new)).cases] == [("passed", 0.25), ("passed", 1.5)]


def test_start_duration_and_exit_code_are_the_builds() -> None:
    read = told(stream())
    assert (read.started_at, read.duration_s, read.exit_code) == ("2025-11-22T03:18:00+00:00", 10.5, 3)


def test_a_result_from_a_remote_cache_took_no_time() -> None:
    event = result("//a:b", "PASSED", testAttemptDurationMillis="9000", executionInfo={"cachedRemotely": True})
    (found,) = told(stream(event)).cases
    assert (found.call_s, found.metrics) == (0.0, {"cached": 1.0})


def test_configurations_are_named_where_a_target_has_several() -> None:
    events = [result("//a:b", "PASSED", config="abcdefghij"), result("//a:b", "FAILED", config="klm")]
    assert brief(told(stream(*events)).cases) == [
        "//a:b [configuration abcdefg] passed",
        "//a:b [configuration klm] failed",
    ]


def test_what_was_announced_and_never_came_is_an_error() -> None:
    children = [{"testResult": {"label": "//a:b", "run": 1, "shard": shard, "attempt": 1}} for shard in (1, 2)]
    completed = {"id": {"targetCompleted": {"label": "//a:b"}}, "children": children, "completed": {"success": True}}
    event = result("//a:b", "PASSED", shard=1, config="")
    assert brief(told(stream(completed, event)).cases) == ["//a:b (shard 1 of 2) passed", "//a:b (shard 2 of 2) error"]


def test_what_is_no_test_and_cannot_be_built_is_no_case() -> None:
    configured = {"id": {"targetConfigured": {"label": "//a:lib"}}, "configured": {"targetKind": "cc_library rule"}}
    failed = {"id": {"targetCompleted": {"label": "//a:lib"}}, "completed": {"failureDetail": {"message": "x"}}}
    assert told(stream(configured, failed)).cases == []


def test_an_incompatible_target_is_skipped() -> None:
    event = {"id": {"targetCompleted": {"label": "//a:b"}}, "aborted": {"reason": "SKIPPED", "description": "no GPU"}}
    (found,) = told(stream(event)).cases
    assert (found.outcome, found.message) == ("skipped", "aborted (skipped): no GPU")


def test_a_stream_that_breaks_off_keeps_what_it_told() -> None:
    data = stream(result("//a:b", "PASSED"), end=False)
    read = told(data + b'\n{"id": {"testResult": {"lab')
    assert brief(read.cases) == ["//a:b passed"]
    assert read.exit_code is None
    assert "line 3 is not JSON" in read.problem and "the events break off" in read.problem


def test_a_test_xml_is_found_though_its_uri_is_remote() -> None:
    """With remote execution URIs are bytestream://…: the place follows from the label."""
    outputs = [
        {"name": "test.xml", "uri": "bytestream://host/blobs/0/1"},
        {"name": "test.log", "uri": "bytestream://h/l"},
    ]
    events = read(stream(result("@jax//t:x", "FAILED", testActionOutput=outputs)), "bep.json")
    xml = read(junit(case("a", "<failure/>"), case("b")), "bazel-testlogs/external/jax/t/x/test.xml")
    found = combine([events, xml])
    assert brief(found.cases) == ["@jax//t:x::a failed", "@jax//t:x::b passed"]
    assert found.notes == ()


def test_a_target_that_is_bad_without_a_bad_case_stays_bad() -> None:
    """It was killed after its last case, say."""
    xml = read(junit(case("a")), "testlogs/a/b/test.xml")
    found = combine([read(stream(result("//a:b", "FAILED"))), xml])
    assert brief(found.cases) == ["//a:b::a passed", "//a:b failed"]


@pytest.mark.parametrize("value", [None, [], {}, 7, "x", True, [1], {"a": None}])
def test_any_value_anywhere_is_borne(value: object) -> None:
    for event in (
        {"id": value},
        {"id": {"testResult": value}, "testResult": value},
        {
            "id": {"testResult": {"label": value, "run": value}},
            "testResult": {"status": value, "testActionOutput": value},
        },
        {"id": {"targetCompleted": {"label": value}}, "aborted": value, "children": value, "completed": value},
        {"id": {"targetConfigured": value}, "configured": value},
        {"id": {"buildFinished": {}}, "finished": value},
        {"id": {"started": {}}, "started": value},
    ):
        told(stream(event, result("//a:b", "PASSED")))
        assert "//a:b passed" in brief(told(stream(event, result("//a:b", "PASSED"))).cases)
