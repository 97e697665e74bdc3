"""The A/B out of a history."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from shuntyard.analyses.arms import compare_arms, without_arm
from shuntyard.analyses.query import Scope
from shuntyard.result import CaseResult, ShardResult
from shuntyard.stats.ab import AbResult, Question
from tests.scripts.analyses.histories import START, case, chosen, result

ASKED = Question(resamples=100)


def pairs(
    config: str = "smoke", n: int = 20, ratio: float = 1.0, seed: int = 1, run: str = "1"
) -> Iterator[ShardResult]:
    """One job that ran both arms `n` times, with a CV of 5 %."""
    chance = random.Random(f"{config}{seed}")
    for repetition in range(1, n + 1):
        for arm, factor in (("shell", 1.0), ("python", ratio)):
            seconds = 60 * factor * chance.lognormvariate(0, 0.05)
            memory = 200 * chance.lognormvariate(0, 0.02)
            yield result(config, arm, run=run, repetition=repetition, seconds=seconds, peak_memory_mb=memory)


def judged(results: list[ShardResult], question: Question = ASKED, scope: Scope | None = None) -> AbResult:
    return compare_arms(chosen(results, scope), question)


def test_paired_repetitions_are_judged_for_each_configuration() -> None:
    found = judged([*pairs("smoke"), *pairs("python"), *pairs("docs_test", ratio=1.3)])
    assert {each.group: each.verdict for each in found.groups} == {
        "docs_test": "regressed", "python": "equivalent", "smoke": "equivalent",
    }  # fmt: skip
    slow = found.groups[0]
    assert (slow.config, slow.time.method, slow.time.n_a, slow.time.dropped) == ("docs_test", "paired", 20, {})
    assert slow.time.effect == pytest.approx(1.3, abs=0.05)
    assert slow.time.level_a == pytest.approx(60, rel=0.05)
    assert (slow.memory.verdict, slow.tests.verdict) == ("equivalent", "equivalent")


@pytest.mark.parametrize(
    ("row_id", "arm", "rest"),
    [
        ("docs_test.shell", "shell", ("docs_test",)),
        ("python.python", "python", ("python",)),
        ("python.3.11.python", "python", ("11", "3", "python")),
        ("shell.docs_test", "shell", ("docs_test",)),
        ("docs_test", "", ("docs_test",)),
        ("docs_test.b.c", "b.c", ("docs_test",)),
    ],
)
def test_the_rest_of_a_row_id(row_id: str, arm: str, rest: tuple[str, ...]) -> None:
    assert without_arm(row_id, arm) == rest


def test_rows_with_more_axes_are_compared_point_by_point() -> None:
    results = []
    for version in ("3.11", "3.12"):
        for each in pairs("smoke", n=5):
            row_id = f"smoke.{version}.{each.arm}"
            results.append(replace(each, key=replace(each.key, row_id=row_id)))
    assert [each.group for each in judged(results).groups] == ["smoke.3.11", "smoke.3.12"]


def test_the_same_row_of_another_workflow_is_another_group() -> None:
    results = list(pairs(n=3))
    results += [replace(each, pipeline="other") for each in results]
    assert [each.group for each in judged(results).groups] == ["o/r ab smoke", "o/r other smoke"]


def test_arms_of_different_runs_are_two_samples() -> None:
    results = [
        result(arm=arm, day=day + (0.5 if arm == "shell" else 0), seconds=60 + day % 3)
        for day in range(12)
        for arm in ("shell", "python")
    ]
    (group,) = judged(results).groups
    assert (group.time.method, group.time.n_a, group.time.n_b) == ("welch", 12, 12)


def test_shards_of_a_repetition_are_one_measurement() -> None:
    results = [
        replace(each, shard_index=index, shard_of=2, peak_memory_mb=100.0 * index, duration_s=10.0 * index + day)
        for day in range(3)
        for arm in ("shell", "python")
        for index in (1, 2)
        for each in [result(arm=arm, day=day)]
    ]
    (group,) = judged(results).groups
    assert (group.time.n_a, group.time.dropped) == (3, {})
    assert group.time.level_a == pytest.approx(32, abs=0.1)
    assert group.memory.level_a == pytest.approx(200)
    lost = judged([each for each in results if not (each.arm == "python" and each.shard_index == 2)])
    assert lost.groups[0].time.dropped == {"incomplete": 3}


def test_fallbacks_and_errors_are_counted_and_left_out() -> None:
    results = list(pairs(n=10))
    results[1] = replace(results[1], ran="shell", fallback_reason="missing module: pytest")
    results[3] = replace(results[3], outcome="error", error="the machine went away")
    (group,) = judged(results).groups
    assert group.time.dropped == {"fallback": 1, "error": 1, "unpaired": 2}
    assert (group.time.n_a, group.fallbacks, group.runs) == (8, 1, {"shell": 10, "python": 10})


def test_the_first_repetition_may_be_a_warm_up() -> None:
    (group,) = judged(list(pairs(n=10)), replace(ASKED, warm_up=1)).groups
    assert (group.time.n_a, group.time.dropped) == (9, {"warm-up": 2})


def test_every_case_that_differs_is_listed_by_name() -> None:
    def cases(arm: str, repetition: int) -> tuple[CaseResult, ...]:
        common = (case("t.py::same"), case("t.py::known", "failed"))
        if arm == "shell":
            return (*common, case("t.py::lost"), case("t.py::broken"))
        return (*common, case("t.py::broken", "failed"), case("t.py::flaky", "failed" if repetition == 2 else "passed"))

    results = [replace(each, cases=cases(each.arm, each.repetition), outcome="failed") for each in pairs(n=4)]
    (group,) = judged(results).groups
    assert {each.case: each.kind for each in group.tests.differences} == {
        "t.py::lost": "missing", "t.py::broken": "broken", "t.py::flaky": "added",
    }  # fmt: skip
    assert (group.tests.tests_a, group.tests.tests_b, group.tests.verdict) == (4, 4, "regressed")


def test_a_case_counts_by_its_last_attempt() -> None:
    def retried(each: ShardResult) -> ShardResult:
        attempts = (case("t.py::a", "failed"), case("t.py::a", "passed", attempt=2))
        return replace(each, cases=attempts if each.arm == "python" else (case("t.py::a"),))

    (group,) = judged([retried(each) for each in pairs(n=4)]).groups
    assert (group.tests.same_outcomes, group.tests.verdict) == (True, "equivalent")
    assert group.time.n_a == 4


def test_runs_with_other_failures_are_no_measure_of_time() -> None:
    results = list(pairs(n=10))
    results[1] = replace(results[1], outcome="failed", cases=(case("test_a.py::test_one", "failed"),))
    (group,) = judged(results).groups
    assert group.time.dropped == {"failed otherwise": 1, "unpaired": 1}


def test_the_scope_bounds_what_is_looked_at() -> None:
    results = [each for day in range(4) for each in pairs(n=2, run=str(day))]
    results = [
        replace(each, started_at=result(day=int(each.key.run_id)).started_at)
        for each in [*results, *pairs("docs_test")]
    ]
    found = judged(results, scope=Scope(since=START.replace(day=2), until=START.replace(day=4), configs=("smoke",)))
    assert [(each.group, each.time.n_a) for each in found.groups] == [("smoke", 4)]
    assert judged(results, scope=Scope(pipelines=("none",))).verdict == "inconclusive"
    assert judged(results, scope=Scope(repository="x/y")).groups == ()
