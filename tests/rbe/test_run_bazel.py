"""run-bazel with a real Bazel against a real remote executor."""

from __future__ import annotations

import zipfile

from tests.rbe.calls import Called, Checkout
from tests.rbe.servers import Executor
from tests.rbe.waiting import commands, wait_until

TESTS = "@jax//tests:"
GOOD = "//plugin/...\n@jax//tests:all"


def call(work: Checkout, remote: Executor, targets: str, **inputs: str) -> Called:
    return work.call(targets, **{"remote-executor": remote.address, **inputs})


def test_a_nightly_builds_its_wheel_and_tests_remotely_and_the_next_one_finds_that_in_a_cache(
    work: Checkout, remote: Executor
) -> None:
    before = len(remote.actions())
    inputs = {"build-targets": "//plugin:wheel", "tag-filters": "cpu,gpu,-tpu,-config-cuda-only,-known-failure"}
    first = call(work, remote, GOOD, **inputs)
    assert first.exit_code == 0, first.output
    assert first.result.outcome == "passed"
    assert first.outputs["outcome"] == "passed"
    assert first.outputs["verdict"] == "passed"
    assert first.outputs["where"] == "remote"

    ran = remote.actions()[before:]
    targets = [each["target"] for each in ran]
    assert any("make_wheel.py" in word for each in ran for word in each["command"])
    assert {each["shard"] for each in ran if each["target"] == f"{TESTS}pmap_test"} == {1, 2, 3}
    assert targets.count(f"{TESTS}collectives_test") == 2
    assert targets.count(f"{TESTS}sharding_test") == 1
    assert set(targets) == {
        "",
        "//plugin:wheel_test",
        *(f"{TESTS}{name}_test" for name in ("pmap", "collectives", "sharding")),
    }
    with zipfile.ZipFile(work.folder / "bazel-bin/plugin/example_plugin-0.1.0-py3-none-any.whl") as wheel:
        assert "example_plugin.py" in wheel.namelist()

    assert first.told["results"] == {"remote": 6, "local": 0, "remote cache": 0, "local cache": 0}
    assert len(first.cases(f"{TESTS}pmap_test")) == 6
    assert first.told["flaky"] == [f"{TESTS}collectives_test"]
    attempts = [
        (case.outcome, case.attempt) for case in first.cases(f"{TESTS}collectives_test") if "all_reduce" in case.case
    ]
    assert attempts == [("failed", 1), ("passed", 2)]

    again = call(work, remote, f"{TESTS}sharding_test", **inputs)
    assert again.told["results"] == {"remote": 0, "local": 0, "remote cache": 0, "local cache": 1}
    work.bazel("clean")
    again = call(work, remote, GOOD, **inputs)
    assert again.exit_code == 0, again.output
    assert remote.actions()[before:] == ran
    assert again.told["results"] == {"remote": 0, "local": 0, "remote cache": 6, "local cache": 0}
    assert {case.outcome for case in again.result.cases} == {"passed"}
    assert "remote cache" in again.summary


def test_a_failing_test_fails_its_row_with_what_it_said_and_is_not_tried_again(
    work: Checkout, remote: Executor
) -> None:
    before = len(remote.actions(f"{TESTS}layout_test"))
    called = call(work, remote, f"{TESTS}layout_test\n{TESTS}sharding_test", retries="2")
    assert called.exit_code == 1
    assert called.outputs["verdict"] == "tests failed"
    assert called.result.outcome == "failed"
    assert called.result.exit_code == 3
    assert len(remote.actions(f"{TESTS}layout_test")) == before + 1
    by_name = {case.case.rpartition("::")[2].rpartition(".")[2]: case for case in called.result.cases}
    assert by_name["transposed"].outcome == "failed"
    assert 'expected <(1, 0)> & got "(0, 1)"' in by_name["transposed"].message
    assert by_name["major_to_minor"].outcome == "passed"
    assert set(called.outcomes(f"{TESTS}sharding_test")) == {"passed"}
    assert "transposed" in called.summary


def test_a_build_that_fails_is_no_failing_test(work: Checkout, remote: Executor) -> None:
    called = call(work, remote, "//broken:needs_broken_test", **{"tag-filters": ""}, retries="2")
    assert called.exit_code == 1
    assert called.outputs["verdict"] == "build failed"
    [case] = called.cases("//broken:needs_broken_test")
    assert case.outcome == "error"
    assert "built" in case.message
    assert len(called.told["runs"]) == 1
    assert "broken on purpose" in called.output


def test_a_filter_that_leaves_nothing_is_no_success(work: Checkout, remote: Executor) -> None:
    called = call(work, remote, f"{TESTS}sharding_test", **{"tag-filters": "tpu"})
    assert called.exit_code == 1
    assert called.outputs["verdict"] == "no tests found"
    assert called.result.outcome == "empty"


def test_a_suite_means_what_its_tags_say(work: Checkout, remote: Executor) -> None:
    called = call(work, remote, f"{TESTS}gpu_tests", **{"tag-filters": "-config-cuda-only,-multiaccelerator"})
    assert called.exit_code == 0, called.output
    assert list(called.told["targets"]) == [f"{TESTS}pmap_test"]


def test_a_test_that_hangs_is_killed_at_its_time_out_and_named(work: Checkout, remote: Executor) -> None:
    called = call(work, remote, f"{TESTS}hang_test", **{"test-timeout": "3"})
    assert called.exit_code == 1
    assert called.outputs["verdict"] == "tests failed"
    [case] = called.cases(f"{TESTS}hang_test")
    assert case.outcome == "failed"
    assert "timed out" in case.message
    assert "sleep 3600" not in commands()


def test_a_row_that_hangs_is_stopped_at_its_time_limit_and_says_what_ran(work: Checkout, remote: Executor) -> None:
    process, place = work.start(
        f"{TESTS}hang_test", **{"remote-executor": remote.address, "test-timeout": "60", "time-limit": "0.4"}
    )
    called = work.finish(process, place)
    remote.cancel()
    assert called.exit_code == 1
    assert called.outputs["verdict"] == "out of time"
    assert called.result.outcome == "error"
    assert f"{TESTS}hang_test" in called.result.error
    assert called.seconds < 60
    assert not any("A-server.jar" in command and str(work.output_root) in command for command in commands())
    wait_until(lambda: not remote.running())
