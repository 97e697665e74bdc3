"""Exit codes, build events and logs to a verdict: what is told apart, and what may be tried again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from shuntyard.bazel.events import Heard, read_events
from shuntyard.bazel.exits import known, read_exit
from shuntyard.bazel.verdict import Verdict, judge_run
from shuntyard.proc.run import Finished
from tests.scripts.bazel.samples import finished, outcome_event, started


def write(path: Path, *events: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    return path


def judged(tmp_path: Path, code: int, *events: dict[str, Any], tail: str = "") -> Verdict:
    return judge_run(Finished(code, 3.0), read_events(write(tmp_path / "e.json", *events)), tail)


def action(detail: dict[str, Any]) -> dict[str, Any]:
    return {"id": {"actionCompleted": {"label": "//a:b"}}, "action": {"success": False, "failureDetail": detail}}


LOST = {"message": "UNAVAILABLE: io exception", "spawn": {"code": "EXECUTION_FAILED", "catastrophic": True}}
COMPILE = {"message": "gcc failed: UNAVAILABLE", "spawn": {"code": "NON_ZERO_EXIT", "spawnExitCode": 1}}


@pytest.mark.parametrize(
    ("code", "kind", "again"),
    [
        (0, "passed", False), (1, "build failed", False), (2, "usage", False), (3, "tests failed", False),
        (4, "no tests found", False), (7, "build failed", False), (8, "interrupted", False),
        (32, "infrastructure", True), (33, "infrastructure", False), (34, "infrastructure", True),
        (36, "infrastructure", True), (37, "infrastructure", True), (38, "infrastructure", True),
        (39, "infrastructure", True), (45, "infrastructure", True), (48, "build failed", False),
        (99, "build failed", False), (130, "interrupted", False), (137, "infrastructure", False),
    ],
)  # fmt: skip
def test_exit_codes_are_told_apart(tmp_path: Path, code: int, kind: str, again: bool) -> None:
    verdict = judged(tmp_path, code, started())
    assert (verdict.kind, verdict.again) == (kind, again)
    assert code == 0 or str(code) in verdict.why or str(code) == "130"


def test_nothing_of_the_code_under_test_is_ever_tried_again() -> None:
    assert {exit.kind for exit in known().values() if exit.again} == {"infrastructure"}
    assert not any(read_exit(code).again for code in range(256) if code not in known())


def test_a_lost_executor_behind_a_failed_build_is_the_infrastructure(tmp_path: Path) -> None:
    verdict = judged(tmp_path, 1, started(), action(LOST), finished(1, "BUILD_FAILURE"))
    assert (verdict.kind, verdict.again) == ("infrastructure", True)
    assert "UNAVAILABLE: io exception" in verdict.why


def test_a_compile_error_that_speaks_of_it_is_not(tmp_path: Path) -> None:
    verdict = judged(
        tmp_path, 1, action(COMPILE), finished(1, "BUILD_FAILURE"), tail="ERROR: UNAVAILABLE: io exception"
    )
    assert (verdict.kind, verdict.again) == ("build failed", False)


def test_a_compile_error_beside_a_lost_executor_is_not_tried_again(tmp_path: Path) -> None:
    assert judged(tmp_path, 1, action(LOST), action(COMPILE)).again is False


def test_tests_that_the_executor_lost_are_the_infrastructure(tmp_path: Path) -> None:
    events = [outcome_event("//a:b", "PASSED"), outcome_event("//a:c", "REMOTE_FAILURE", statusDetails="worker gone")]
    verdict = judged(tmp_path, 3, *events)
    assert (verdict.kind, verdict.again) == ("infrastructure", True)
    assert "worker gone" in verdict.why


@pytest.mark.parametrize("code", [3, 34, 38, 45])
def test_a_test_that_failed_is_never_tried_again(tmp_path: Path, code: int) -> None:
    verdict = judged(tmp_path, code, outcome_event("//a:b", "FAILED"), outcome_event("//a:c", "REMOTE_FAILURE"))
    assert (verdict.kind, verdict.again) == ("tests failed", False)


def test_a_remote_environment_that_failed(tmp_path: Path) -> None:
    event = {"id": {"pattern": {}}, "aborted": {"reason": "REMOTE_ENVIRONMENT_FAILURE", "description": "no workers"}}
    assert "no workers" in judged(tmp_path, 1, event).why


def test_bazels_last_error_is_told(tmp_path: Path) -> None:
    tail = "INFO: x\nERROR: first\nERROR: Failed to query remote execution capabilities: UNAVAILABLE\n"
    assert judged(tmp_path, 34, tail=tail).why.endswith(
        "(exit code 34): Failed to query remote execution capabilities: UNAVAILABLE"
    )


PROGRESS = "[8 / 9] 1 / 2 tests; Testing @jax//tests:hang_test; 9s linux-sandbox\n"
SEVERAL = (
    "[5 / 9] 2 actions running\n    Testing //a:x_test; 61s remote\n    Testing //a:y_test (shard 1 of 2); 60s local\n"
)


def test_what_was_running_is_named() -> None:
    ended = Finished(124, 60.0, timed_out=True)
    why = judge_run(ended, Heard(), PROGRESS).why
    assert why == "stopped after 1 min 00 s, its time limit; was running: @jax//tests:hang_test"
    assert judge_run(ended, Heard(), SEVERAL).why.count("//a:") == 2
    assert "//a:x_test" not in judge_run(ended, Heard(done=frozenset({"//a:x_test"})), SEVERAL).why
    assert "was running: //a:z" in judge_run(ended, Heard(running=("//a:z",))).why
    assert "no test was running" in judge_run(ended, Heard()).why


def test_interrupted_counts_before_any_code() -> None:
    assert judge_run(Finished(0, interrupted=True), Heard()).kind == "interrupted"


def test_events_say_where_tests_leave_their_files(tmp_path: Path) -> None:
    cut = {"id": {"testResult": {"label": "//a:gone"}}, "aborted": {"reason": "USER_INTERRUPTED"}}
    heard = read_events(
        write(tmp_path / "e", outcome_event("//a:b", "PASSED", logs="out"), cut, finished(8, "INTERRUPTED"))
    )
    assert [str(path) for path in heard.testlogs] == ["@CWD@/out/testlogs"] or heard.testlogs[0].name == "testlogs"
    assert (heard.running, set(heard.done), heard.whole) == (("//a:gone",), {"//a:b"}, True)


NAMES = [
    "id",
    "testResult",
    "finished",
    "aborted",
    "action",
    "failureDetail",
    "spawn",
    "code",
    "status",
    "label",
    "uri",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=9,
)


@for_all(st.lists(JSON, max_size=5))
def test_any_events_at_all_give_a_verdict(tmp_path_factory: pytest.TempPathFactory, events: list[Any]) -> None:
    path = tmp_path_factory.mktemp("e") / "events.json"
    path.write_text("\n".join(json.dumps(event) for event in events))
    assert judge_run(Finished(1), read_events(path)).kind in ("build failed", "infrastructure")


def test_no_events_at_all(tmp_path: Path) -> None:
    assert read_events(tmp_path / "none") == Heard()
