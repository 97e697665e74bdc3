"""The whole A/B from measurements and outcomes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from shuntyard.stats.ab import Question, judge
from shuntyard.stats.sample import Measurement
from tests.scripts.stats.samples import draw_sample

ASKED = Question(resamples=200)
SAME = {arm: {"test_a": {"passed": 20}} for arm in ("shell", "python")}


def measured(group: str, ratio: float = 1.0, n: int = 20, memory: bool = True, seed: int = 1) -> list[Measurement]:
    chance = np.random.default_rng(seed)
    times, sizes = draw_sample(chance, n, ratio), draw_sample(chance, n)
    return [
        Measurement(
            group=group,
            config=group,
            arm=arm,
            pair="run",
            repetition=index + 1,
            outcome="passed",
            time_s=times.pairs[index][side],
            memory_mb=sizes.pairs[index][side] if memory else 0.0,
        )
        for index in range(n)
        for side, arm in enumerate(("shell", "python"))
    ]


def test_one_slow_configuration_is_the_one_that_is_called_regressed() -> None:
    runs = [run for number in range(5) for run in measured(f"c{number}", 1.25 if number == 3 else 1.0, seed=number)]
    found = judge(runs, {f"c{number}": SAME for number in range(5)}, ASKED)
    assert {result.group: result.verdict for result in found.groups} == {
        "c3": "regressed", "c0": "equivalent", "c1": "equivalent", "c2": "equivalent", "c4": "equivalent",
    }  # fmt: skip
    assert found.groups[0].group == "c3"
    assert (found.verdict, found.time.verdict, found.memory.verdict) == ("regressed", "equivalent", "equivalent")
    assert found.groups[0].runs == {"shell": 20, "python": 20}


def test_equal_arms_are_equivalent_overall() -> None:
    found = judge(measured("c"), {"c": SAME}, ASKED)
    assert (found.verdict, found.notes) == ("equivalent", ())


def test_a_lost_test_regresses_what_became_faster_by_it() -> None:
    outcomes = {"c": {"shell": {"a": {"passed": 20}, "b": {"passed": 20}}, "python": {"a": {"passed": 20}}}}
    found = judge(measured("c", 0.5), outcomes, ASKED)
    assert (found.groups[0].time.verdict, found.verdict) == ("improved", "regressed")
    assert [each.kind for each in found.groups[0].tests.differences] == ["missing"]


def test_memory_that_nobody_measured_is_left_out_and_told() -> None:
    found = judge(measured("c", memory=False), {"c": SAME}, ASKED)
    assert (found.groups[0].verdict, found.groups[0].memory.verdict) == ("equivalent", "inconclusive")
    assert found.groups[0].note == "memory was not measured, so the verdict is without it"
    assert found.memory.note == "no configuration could be measured"


def test_memory_that_only_one_arm_measured_keeps_the_verdict_open() -> None:
    runs = [run for run in measured("c") if run.arm == "shell"]
    runs += [run for run in measured("c", memory=False) if run.arm == "python"]
    assert judge(runs, {"c": SAME}, ASKED).groups[0].verdict == "inconclusive"


def test_a_configuration_without_cases_is_never_called_equivalent() -> None:
    assert judge(measured("c"), {}, ASKED).verdict == "inconclusive"


def test_a_configuration_with_one_arm_is_named() -> None:
    runs = measured("both") + [run for run in measured("alone") if run.arm == "shell"]
    found = judge(runs, {"both": SAME}, ASKED)
    assert [result.group for result in found.groups] == ["both"]
    assert found.notes == ("only one of the two arms ran: alone",)


def test_nothing_at_all_is_inconclusive() -> None:
    found = judge([], {}, ASKED)
    assert (found.verdict, found.groups, found.time.effect) == ("inconclusive", (), None)


def test_fallbacks_are_counted_and_leave_nothing_to_compare() -> None:
    runs = [replace(run, fell_back=run.arm == "python") for run in measured("c")]
    found = judge(runs, {"c": SAME}, ASKED)
    assert (found.groups[0].fallbacks, found.groups[0].time.effect) == (20, None)
    assert "left out: 20 × fallback" in found.groups[0].time.note
    assert found.verdict == "inconclusive"
