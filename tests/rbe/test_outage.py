"""run-bazel when the remote executor is away, dies, or comes back."""

from __future__ import annotations

from tests.rbe.calls import Checkout
from tests.rbe.servers import Executor, unused_address
from tests.rbe.waiting import wait_until

SLOW, QUICK = "@jax//tests:slow_test", "@jax//tests:sharding_test"


def test_a_server_that_dies_is_the_infrastructure_s_fault_after_its_retries(work: Checkout, frail: Executor) -> None:
    inputs = {"remote-executor": frail.address, "retries": "1", "backoff": "1"}
    process, place = work.start(SLOW, **inputs)
    wait_until(frail.running)
    frail.kill_server()
    called = work.finish(process, place)
    assert called.exit_code == 1
    assert called.outputs["verdict"] == "infrastructure"
    assert called.result.outcome == "error"
    assert "failed" not in [case.outcome for case in called.result.cases]
    assert [run["verdict"] for run in called.told["runs"]] == ["infrastructure", "infrastructure"]
    assert "retry 1 of 1 in 1 s" in called.output
    assert "break off" not in called.result.error  # the events are whole
    assert "Unable to write all BEP events" not in called.output


def test_a_server_that_comes_back_is_waited_for(work: Checkout, frail: Executor) -> None:
    inputs = {
        "remote-executor": frail.address,
        "retries": "4",
        "backoff": "3",
        "test-options": "--nocache_test_results",
    }
    process, place = work.start(f"{QUICK}\n{SLOW}", **inputs)
    wait_until(lambda: frail.running() and frail.actions(QUICK))
    frail.kill_server()
    wait_until(lambda: "retry 1 of 4" in (place / "log").read_text())
    frail.start_server()
    called = work.finish(process, place)
    assert called.exit_code == 0, called.output
    verdicts = [run["verdict"] for run in called.told["runs"]]
    assert verdicts == ["infrastructure"] * (len(verdicts) - 1) + ["passed"]
    assert len(verdicts) > 1
    assert called.result.outcome == "passed"
    assert frail.actions(SLOW)


def test_without_the_executor_the_row_fails_at_once_where_that_was_chosen(work: Checkout) -> None:
    called = work.call(QUICK, **{"remote-executor": unused_address(), "unreachable": "fail", "retries": "5"})
    assert called.exit_code == 1
    assert called.outputs["verdict"] == "infrastructure"
    assert "out of reach" in called.result.error
    assert called.told["runs"] == []
    assert called.seconds < 15


def test_without_the_executor_the_row_runs_here_and_says_so_where_that_was_chosen(work: Checkout) -> None:
    inputs = {"unreachable": "local", "test-options": "--nocache_test_results"}
    called = work.call(QUICK, **{"remote-executor": unused_address(), **inputs})
    assert called.exit_code == 0, called.output
    assert called.outputs["where"] == "local"
    assert called.told["results"] == {"remote": 0, "local": 1, "remote cache": 0, "local cache": 0}
    [note] = called.told["notes"]
    assert "ran on this machine, not remotely" in note
    assert note in called.summary.replace("\\", "")
