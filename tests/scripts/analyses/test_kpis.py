"""The KPIs out of a history, against numbers counted by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shuntyard.analyses.arms import compare_arms
from shuntyard.analyses.kpis import quantities, rates_by_config, rollout_kpis, service_kpis
from shuntyard.analyses.query import Scope
from shuntyard.result import ShardResult
from shuntyard.stats.ab import Question
from shuntyard.stats.kpi import Kpi
from tests.scripts.analyses.histories import START, case, chosen, result
from tests.scripts.analyses.test_arms import pairs

DAY = 86_400.0
FELL: dict[str, Any] = {"ran": "shell", "fallback_reason": "missing module: pytest"}


def rollout(results: list[ShardResult], **fields: Any) -> dict[str, Kpi]:
    fields.setdefault("ab", None)
    return {each.name: each for each in rollout_kpis(chosen(results), **fields)}


def service(results: list[ShardResult], jobs: list[dict[str, Any]] | None = None, flaky: int = 0) -> dict[str, Kpi]:
    now = START + timedelta(days=30)
    return {each.name: each for each in service_kpis(chosen(results, jobs=jobs or []), now=now, flaky=flaky)}


def nights(*outcomes: str, config: str = "smoke") -> list[ShardResult]:
    """One execution a night with these outcomes."""
    return [result(config, day=day, outcome=outcome) for day, outcome in enumerate(outcomes)]


def test_the_rates_of_the_judged_arm_alone() -> None:
    mixed = (case("a"), case("b", "failed"), case("c", "skipped"), case("d", "xfailed"))
    results = [
        result(day=0, cases=mixed),
        result(day=1, cases=(case("a"), case("b"))),
        result(day=2, cases=(case("a", "failed"),), **FELL),  # what the shell found out is not the Python arm's
        result(day=3, cases=(), error="no result.json"),
        result(day=4, cases=(), outcome="empty"),
        result(arm="shell", day=5, cases=(case("a", "failed"),)),
    ]
    found = rollout(results)
    assert (found["success_rate"].value, found["success_rate"].n) == (4 / 5, 5)
    assert (found["fallback_rate"].value, found["fallback_rate"].n, found["fallback_rate"].met) == (0.2, 5, "no")
    assert (found["error_rate"].value, found["error_rate"].note) == (0.2, "besides, 1 tested nothing")


def test_a_case_that_passes_when_tried_again_is_a_success() -> None:
    again = (case("a", "failed"), case("a", "passed", attempt=2))
    assert rollout([result(cases=again)])["success_rate"].value == 1.0


def test_a_result_that_never_came_counts_as_an_error() -> None:
    lost = result(day=3, cases=(), outcome="error", error="missing", ran="", started_at="")
    found = rollout([result(day=1), lost])
    assert (found["error_rate"].value, found["error_rate"].n) == (0.5, 2)
    since = Scope(since=START - timedelta(days=1))
    assert rollout_kpis(chosen([lost], since), ab=None)[2].n == 1


def test_coverage_and_adoption() -> None:
    results = [
        result("smoke"),
        result("docs_test", **FELL),
        result("timm", "shell"),
        result("smoke", "shell", pipeline="other"),
    ]
    found = rollout(results)
    assert (found["configuration_coverage"].value, found["configuration_coverage"].n) == (1 / 3, 3)
    assert (found["adoption"].value, found["adoption"].n) == (0.5, 2)
    known = rollout(results, known=["smoke", "docs_test", "timm", "torchbench"])
    assert (known["configuration_coverage"].value, known["configuration_coverage"].n) == (0.25, 4)


def test_time_and_memory_come_from_the_ab() -> None:
    results = [*pairs("smoke"), *pairs("docs_test", ratio=1.4)]
    scope = chosen(results)
    ab = compare_arms(scope, Question(resamples=50))
    found = {each.name: each for each in rollout_kpis(scope, ab=ab)}
    assert found["execution_time"].value == pytest.approx(1.4**0.5, abs=0.03)
    assert (found["execution_time"].met, found["memory_usage"].met) == ("no", "yes")
    assert found["resource_utilization"].met == "unknown"
    values, baselines = quantities(tuple(found.values()), ab)
    assert values["execution_time"] / baselines["execution_time"] == pytest.approx(found["execution_time"].value)
    assert baselines["execution_time"] == pytest.approx(60, rel=0.05)
    assert values["fallback_rate"] == 0.0
    assert "resource_utilization" not in values


def test_without_an_ab_time_is_unknown() -> None:
    found = rollout([result()])
    assert (found["execution_time"].value, found["execution_time"].met) == (None, "unknown")
    assert found["execution_time"].target.text == "within ±10 % of the baseline"
    assert quantities(tuple(found.values()), None)[1] == {}


def test_no_history_is_unknown_everywhere() -> None:
    assert {each.met for each in rollout([]).values()} == {"unknown"}
    assert {each.met for each in service([]).values()} == {"unknown"}


def test_rates_for_each_configuration() -> None:
    found = rates_by_config(chosen([result("smoke"), result("timm", **FELL), result("timm", day=1)]))
    assert [(each.config, each.fallback_rate.value) for each in found] == [("smoke", 0.0), ("timm", 0.5)]


@pytest.mark.parametrize(
    ("results", "days", "met"),
    [
        (nights("passed", "failed", "passed"), 0, "yes"),
        (nights("passed", "error", "empty", "failed"), 2, "yes"),
        (nights("error", "passed", "error", "error", "error", "error", "passed"), 4, "no"),
        (nights("passed", "error"), 29, "no"),
    ],
)
def test_the_longest_outage(results: list[ShardResult], days: float, met: str) -> None:
    found = service(results)["recovery_time"]
    assert (found.value, found.met, found.n) == (days * DAY, met, len(results))


def test_one_row_may_be_out_while_others_are_not() -> None:
    results = nights("passed", "error", "error", "error", "error", "error", "passed") + nights(
        *["passed"] * 7, config="x"
    )
    assert service(results)["recovery_time"].value == 5 * DAY


def test_a_row_that_was_taken_out_of_the_matrix_is_no_longer_out() -> None:
    results = nights("passed", "error") + nights(*["passed"] * 20, config="other")
    assert service(results)["recovery_time"].value == DAY


def test_time_to_signal_from_first_start_to_last_end() -> None:
    results = [result("a", day=0, seconds=60), result("b", day=0.01, run="0", sha="sha0", seconds=600)]
    found = service(results)
    assert found["time_to_signal"].value == pytest.approx(0.01 * DAY + 600)
    assert found["time_to_signal"].note == "without the queue in 1 of 1 runs"


def test_time_to_signal_with_the_queue_where_jobs_are_known() -> None:
    job = {"provider": "github", "repository": "o/r", "run_id": "0", "attempt": 1, "pipeline": "ab"}
    jobs = [
        {**job, "created_at": START - timedelta(minutes=30), "completed_at": START + timedelta(minutes=2)},
        {**job, "created_at": START, "completed_at": START + timedelta(minutes=10)},
    ]
    found = service([result(day=0), result(day=1)], jobs)
    assert found["time_to_signal_p90"].value == pytest.approx(0.9 * 2400 + 0.1 * 60)
    assert found["time_to_signal"].note == "without the queue in 1 of 2 runs"


def test_the_cycle_of_a_commit_spans_its_runs_but_not_the_next_night() -> None:
    results = [
        result(day=0, sha="x", seconds=600),
        result(day=0.1, sha="x", run="re-run", seconds=600),
        result(day=1, sha="x", run="next night", seconds=600),
        result(day=2, sha="y", seconds=1200),
    ]
    found = service(results)
    assert found["cycle_time"].n == 2
    assert found["cycle_time"].value == pytest.approx((0.1 * DAY + 600 + 1200) / 2)
    assert found["cycle_time_p90"].value == pytest.approx(0.9 * (0.1 * DAY + 600) + 0.1 * 1200)


def test_the_flaky_share_is_of_tests_that_ran() -> None:
    results = [
        result("a", cases=[case(f"t{number}") for number in range(40)]),
        result("b", cases=[case("t1"), case("never", "skipped")]),
    ]
    found = service(results, flaky=1)["flaky_share"]
    assert (found.value, found.n, found.met, found.certain) == (1 / 40, 40, "yes", False)


def test_executions_that_are_alike_in_all_but_the_shard_are_told_apart() -> None:
    results = [replace(result(), shard_index=index, shard_of=3) for index in (1, 2, 3)]
    assert rollout(results)["error_rate"].n == 3


def test_the_clock_is_an_argument() -> None:
    scope = chosen(nights("error"))
    found = {each.name: each for each in service_kpis(scope, now=datetime(2026, 11, 1, 4, 0), flaky=0)}
    assert (found["recovery_time"].value, found["recovery_time"].certain) == (3600.0, False)
