"""Criteria measured on a history: windows, demotions, devices, families, everything together."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from shuntyard.result import Hardware, ShardResult
from shuntyard.rollout.judge import Finding
from shuntyard.rollout.measure import Evidence
from shuntyard.rollout.phases import EVERYTHING, Criterion, Phase, Rollout
from shuntyard.stats.ab import Question
from tests.scripts.analyses.histories import START, history, result

NOW = START + timedelta(days=14)
CONFIGS = ("docs_test", "python")
CONDITIONS = (
    "tests == equivalent or improved", "execution_time within 10% of baseline", "memory_usage within 15% of baseline",
    "fallback_rate == 0%", "success_rate > 99.5%",
)  # fmt: skip


def rollout(*conditions: str, pipelines: tuple[str, ...] = (), days: int = 14, devices: int = 0) -> Rollout:
    criteria = tuple(
        Criterion(name=each, condition=each, days=days, least=20, devices=devices) for each in conditions or CONDITIONS
    )
    return Rollout(
        baseline="shell", candidate="python", pipelines=pipelines,
        phases=(
            Phase(name="2A", title="Low risk", configurations=CONFIGS, criteria=criteria),
            Phase(name="3", title="All", configurations=CONFIGS, criteria=criteria, everything=True),
        ),
    )  # fmt: skip


def nights(config: str, ratio: float = 1.0, *, first: int = 1, n: int = 12, **fields: Any) -> Iterator[ShardResult]:
    """Two pairs a night, with a CV of 3 %."""
    chance = random.Random(f"{config} {first}")
    for night in range(first, first + n):
        for repetition in (1, 2):
            for arm, factor in (("shell", 1.0), ("python", ratio)):
                yield result(
                    config, arm, day=night, repetition=repetition, seconds=60 * factor * chance.lognormvariate(0, 0.03),
                    peak_memory_mb=200 * chance.lognormvariate(0, 0.02), **fields,
                )  # fmt: skip


def measure(
    results: list[ShardResult],
    plan: Rollout | None = None,
    *,
    now: datetime = NOW,
    demoted: Mapping[str, datetime] | None = None,
) -> dict[tuple[str, str], dict[str, Finding]]:
    connection = history(results)
    connection.execute("UPDATE executions SET hw_count = attempt")
    evidence = Evidence(
        connection=connection,
        rollout=plan or rollout(),
        now=now,
        demoted=demoted or {},
        question=Question(resamples=50),
    )
    return {key: {each.condition: each for each in found} for key, found in evidence.findings().items()}


def met(found: Mapping[str, Finding]) -> list[str]:
    return [finding.met for finding in found.values()]


def test_good_nights_meet_every_criterion() -> None:
    found = measure([*nights("docs_test"), *nights("python")])
    assert met(found["2A", "docs_test"]) == met(found["2A", "python"]) == met(found["3", EVERYTHING]) == ["yes"] * 5
    time = found["2A", "docs_test"]["execution_time within 10% of baseline"]
    assert time.value == pytest.approx(1, abs=0.03)
    assert (time.n, time.of, time.since) == (24, "pairs", "2026-11-01T03:00:00Z")
    assert found["3", EVERYTHING]["execution_time within 10% of baseline"].n == 48


def test_a_slow_runner_keeps_its_own_configuration_back_only() -> None:
    found = measure([*nights("docs_test", 1.4), *nights("python")])
    assert met(found["2A", "docs_test"]) == ["yes", "no", "yes", "yes", "yes"]
    assert met(found["2A", "python"]) == ["yes"] * 5
    assert found["2A", "docs_test"]["execution_time within 10% of baseline"].note == "42 % more than the baseline"


def test_what_is_older_than_the_window_does_not_count() -> None:
    found = measure([*nights("docs_test"), *nights("python")], now=NOW + timedelta(days=9))
    fallback = found["2A", "docs_test"]["fallback_rate == 0%"]
    assert (fallback.n, fallback.met, fallback.more) == (8, "unknown", 12)
    assert met(measure([*nights("docs_test")], now=START - timedelta(days=1))["2A", "docs_test"]) == ["unknown"] * 5


def test_what_ran_before_a_demotion_does_not_count() -> None:
    demoted = {"docs_test": START + timedelta(days=10, hours=1)}
    found = measure([*nights("docs_test"), *nights("python")], demoted=demoted)
    fallback = found["2A", "docs_test"]["fallback_rate == 0%"]
    assert (fallback.n, fallback.met, fallback.more) == (4, "unknown", 16)
    assert fallback.since == "2026-11-11T04:00:00Z"
    assert met(found["2A", "python"]) == ["yes"] * 5
    again = measure(
        [*nights("docs_test"), *nights("docs_test", first=15)], now=NOW + timedelta(days=14), demoted=demoted
    )
    assert met(again["2A", "docs_test"]) == ["yes"] * 5


def test_fallbacks_and_lost_tests_are_found() -> None:
    spoilt = [*nights("docs_test"), *nights("python")]
    spoilt[5] = result("docs_test", "python", day=30, run="late", fallback_reason="no pytest", ran="shell")
    found = measure(spoilt, now=NOW + timedelta(days=17))
    assert found["2A", "docs_test"]["fallback_rate == 0%"].met == "no"


def test_only_the_pipelines_of_the_rollout_count() -> None:
    assert met(measure([*nights("docs_test")], rollout(pipelines=("other",)))["2A", "docs_test"]) == ["unknown"] * 5
    assert met(measure([*nights("docs_test")], rollout(pipelines=("ab",)))["2A", "docs_test"]) == ["yes"] * 5


def test_a_criterion_may_ask_for_machines_with_several_accelerators() -> None:
    gpu = Hardware(class_="gpu", vendor="amd")
    runs = [*nights("docs_test", hardware=gpu), *nights("docs_test", n=3, hardware=gpu, attempt=2)]
    found = measure(runs, rollout("success_rate > 99.5%", "execution_time within 10% of baseline", devices=2))
    success = found["2A", "docs_test"]["success_rate > 99.5%"]
    assert (success.n, success.met, success.more) == (6, "unknown", 14)
    assert found["2A", "docs_test"]["execution_time within 10% of baseline"].n == 6
    everywhere = measure(runs, rollout("success_rate > 99.5%"))["2A", "docs_test"]["success_rate > 99.5%"]
    assert (everywhere.n, everywhere.met) == (30, "yes")


def test_a_cpu_is_no_accelerator() -> None:
    found = measure([*nights("docs_test")], rollout("fallback_rate == 0%", devices=1))
    assert found["2A", "docs_test"]["fallback_rate == 0%"].n == 0


def test_the_margin_is_the_criterion_s() -> None:
    plan = rollout("execution_time within 10% of baseline", "execution_time within 50% of baseline")
    found = measure([*nights("docs_test", 1.3)], plan)["2A", "docs_test"]
    assert met(found) == ["no", "yes"]


def test_coverage_and_adoption_are_of_everything() -> None:
    plan = Rollout(
        baseline="shell", candidate="python", pipelines=(),
        phases=(
            Phase(name="2A", title="a", configurations=CONFIGS, criteria=()),
            Phase(
                name="3", title="b", configurations=CONFIGS, everything=True,
                criteria=(Criterion(name="c", condition="configuration_coverage == 100%", days=14, least=20),),
            ),
        ),
    )  # fmt: skip
    assert met(measure([*nights("docs_test")], plan)["3", EVERYTHING]) == ["no"]
    assert met(measure([*nights("docs_test"), *nights("python")], plan)["3", EVERYTHING]) == ["yes"]
