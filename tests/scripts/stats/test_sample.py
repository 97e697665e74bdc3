"""Which runs are compared, which belong together, and why others are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shuntyard.stats.sample import Measurement, Sample, draw

BARE = Measurement(
    group="smoke",
    config="smoke",
    arm="shell",
    pair="run 1",
    repetition=1,
    outcome="passed",
    time_s=1.0,
    memory_mb=100.0,
)


def arms(n: int, pair: str = "run 1", **python: object) -> list[Measurement]:
    """`n` repetitions of both arms; the candidate's have `python`'s fields."""
    shell = [replace(BARE, repetition=number, pair=pair, time_s=float(number)) for number in range(1, n + 1)]
    return shell + [replace(run, arm="python", time_s=run.time_s + 0.5, **python) for run in shell]  # type: ignore[arg-type]


def time(runs: list[Measurement], warm_up: int = 0) -> Sample:
    return draw(runs, "time", "shell", "python", warm_up)


def test_repetitions_of_one_job_are_pairs() -> None:
    sample = time(arms(3))
    assert sample.paired
    assert sample.pairs == ((1.0, 1.5), (2.0, 2.5), (3.0, 3.5))
    assert (sample.baseline, sample.candidate, sample.dropped) == ((1.0, 2.0, 3.0), (1.5, 2.5, 3.5), {})


def test_the_same_repetition_of_another_run_is_no_partner() -> None:
    runs = [run for run in arms(2, "run 1") if run.arm == "shell"]
    runs += [run for run in arms(2, "run 2") if run.arm == "python"]
    sample = time(runs)
    assert not sample.paired
    assert (len(sample.baseline), len(sample.candidate)) == (2, 2)


def test_a_few_pairs_among_many_single_runs_do_not_decide_alone() -> None:
    singles = [replace(BARE, arm=arm, pair=f"{arm} {n}") for arm in ("shell", "python") for n in range(10)]
    assert not time(arms(4) + singles).paired
    mostly = time(arms(12) + singles)
    assert mostly.paired
    assert (len(mostly.pairs), mostly.dropped) == (12, {"unpaired": 20})


def test_one_pair_is_not_enough_for_pairs() -> None:
    assert not time(arms(1)).paired


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"fell_back": True}, "fallback"),
        ({"outcome": "error"}, "error"),
        ({"outcome": "empty"}, "empty"),
        ({"complete": False}, "incomplete"),
        ({"outcome": "failed", "failures": "test_x"}, "failed otherwise"),
    ],
)
def test_runs_that_are_not_comparable_are_left_out_and_counted(fields: dict[str, object], reason: str) -> None:
    runs = arms(3)
    runs[-1] = replace(runs[-1], **fields)  # type: ignore[arg-type]
    sample = time(runs)
    assert sample.dropped == {reason: 1, "unpaired": 1}
    assert len(sample.pairs) == 2


def test_a_fallback_is_counted_as_such_whatever_else_happened() -> None:
    runs = arms(2, fell_back=True, outcome="error", complete=False)
    assert time(runs).dropped == {"fallback": 2}


def test_unknown_time_and_memory_are_unknown_for_that_metric_alone() -> None:
    runs = [replace(run, memory_mb=0.0) for run in arms(3)]
    assert len(time(runs).pairs) == 3
    memory = draw(runs, "memory", "shell", "python")
    assert (memory.baseline, memory.dropped) == ((), {"unknown": 6})


def test_warm_up_is_left_out_of_both_arms() -> None:
    sample = time(arms(4), warm_up=1)
    assert (len(sample.pairs), sample.dropped) == (3, {"warm-up": 2})


def test_a_case_that_always_fails_in_both_arms_keeps_nothing_out() -> None:
    runs = [replace(run, outcome="failed", failures="test_known") for run in arms(3)]
    assert (len(time(runs).pairs), time(runs).dropped) == (3, {})


def test_the_time_of_an_arm_that_fails_is_not_that_of_the_same_work() -> None:
    sample = time(arms(5, outcome="failed", failures="test_x"))
    assert (len(sample.baseline), len(sample.candidate)) == (5, 0)
    assert sample.dropped == {"failed otherwise": 5}


def test_other_arms_are_not_looked_at() -> None:
    assert time([replace(run, arm="rust") for run in arms(3)]) == Sample(metric="time", baseline=(), candidate=())
