"""Change points with their commits, and the newest run beside its history."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from shuntyard.analyses.trends import newest, regressions, trends
from shuntyard.result import ShardResult
from tests.scripts.analyses.histories import case, chosen, result


def nightly(
    days: int = 30, change: int = 20, ratio: float = 1.3, memory: float = 1.0, slow_case: float = 1.0
) -> list[ShardResult]:
    """A run a night; from the night `change` on it takes `ratio` times as long."""
    chance = random.Random(1)
    return [
        result(
            day=day,
            seconds=60 * chance.lognormvariate(0, 0.02) * (ratio if day >= change else 1),
            peak_memory_mb=200 * chance.lognormvariate(0, 0.02) * (memory if day >= change else 1),
            cases=(
                case("t.py::slow", seconds=2 * chance.lognormvariate(0, 0.02) * (slow_case if day >= change else 1)),
                case("t.py::quick", seconds=0.001 * (10 if day >= change else 1)),
            ),
        )
        for day in range(days)
    ]


def test_a_regression_names_the_commits_between_which_it_came() -> None:
    found = trends(chosen(nightly()), seed=1)
    (shift,) = found.shifts
    assert (shift.direction, shift.last_before, shift.first_after) == ("regressed", "sha19", "sha20")
    assert (shift.series.metric, shift.series.row_id, shift.series.case) == ("time", "smoke.python", "")
    assert shift.ratio == pytest.approx(1.3, abs=0.03)
    assert (shift.since.day, shift.commits, found.series, found.too_short) == (21, 30, 3, 0)


def test_memory_and_improvements_are_told_too() -> None:
    found = trends(chosen(nightly(ratio=0.7, memory=1.5)), seed=1)
    assert [(each.series.metric, each.direction) for each in found.shifts] == [
        ("memory", "regressed"), ("time", "improved"),
    ]  # fmt: skip
    assert [each.series.metric for each in regressions(found.shifts)] == ["memory"]


def test_a_case_that_slowed_is_named_and_quick_ones_are_left_alone() -> None:
    found = trends(chosen(nightly(ratio=1.0, slow_case=1.6)), seed=1)
    (shift,) = found.shifts
    assert (shift.series.case, shift.series.metric, shift.first_after) == ("t.py::slow", "time", "sha20")
    assert trends(chosen(nightly(ratio=1.0, slow_case=1.6)), seed=1, cases=False).shifts == ()
    assert trends(chosen(nightly(ratio=1.0, slow_case=1.1)), seed=1).shifts == ()


def test_a_short_history_is_counted_as_too_short() -> None:
    found = trends(chosen(nightly(days=9)), seed=1, cases=False)
    assert (found.shifts, found.series, found.too_short) == ((), 2, 2)


def test_repetitions_and_re_runs_of_a_commit_are_one_point() -> None:
    once = nightly()
    results = [replace(each, repetition=number) for each in once for number in (1, 2, 3)]
    again = [replace(each, key=replace(each.key, attempt=2)) for each in once]
    (shift,) = trends(chosen([*results, *again]), seed=1, cases=False).shifts
    assert (shift.commits, shift.first_after) == (30, "sha20")


def test_failed_and_fallen_back_runs_are_no_points() -> None:
    results = nightly(ratio=1.0)
    results[5] = replace(results[5], outcome="failed", duration_s=1.0)
    results[6] = replace(results[6], ran="shell", fallback_reason="missing module", duration_s=900.0)
    (series,) = {len(each.series.values) for each in newest(chosen(results))}
    assert series == 28


def test_other_hardware_is_another_series() -> None:
    results = nightly(ratio=1.0)
    moved = [replace(each, hardware=replace(each.hardware, count=64), duration_s=5.0) for each in results[15:]]
    found = trends(chosen([*results[:15], *moved]), seed=1, cases=False)
    assert (found.shifts, found.series) == ((), 4)


def test_unknown_memory_makes_no_series() -> None:
    results = [replace(each, peak_memory_mb=0.0) for each in nightly()]
    assert {each.series.metric for each in newest(chosen(results))} == {"time"}


def test_the_newest_run_is_judged_by_its_own_history() -> None:
    results = nightly(days=30, change=29, ratio=1.5)
    found = {each.series.metric: each for each in newest(chosen(results))}
    assert (found["time"].anomaly.status, found["time"].sha, found["time"].run) == ("high", "sha29", "github 29 1")
    assert found["memory"].anomaly.status == "normal"


def test_another_run_can_be_asked_about() -> None:
    results = nightly(days=30, change=20, ratio=1.5)
    found = {each.series.metric: each for each in newest(chosen(results), run="github 20 1")}
    assert (found["time"].anomaly.status, found["time"].anomaly.n) == ("high", 20)
    assert newest(chosen(results), run="github 99 1") == ()


def test_the_oddest_come_first_and_short_histories_last() -> None:
    odd = nightly(days=15, change=14, ratio=2.0)
    short = [result("docs_test", day=day) for day in range(3)]
    found = newest(chosen([*odd, *short]))
    assert found[0].anomaly.status == "high"
    assert [each.anomaly.status for each in found[-2:]] == ["history too short"] * 2
    assert found[-1].anomaly.note == "2 of the 10 runs that a judgement takes"


def test_the_same_seed_gives_the_same_answer() -> None:
    scope = chosen(nightly(ratio=1.05))
    assert trends(scope, seed=4) == trends(scope, seed=4)
