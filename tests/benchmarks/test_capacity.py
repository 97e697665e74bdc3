"""Capacity: a simulated month, the whole of PyTorch's list on 2,048 cards. Budgets: 10 s and 2 s."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from shuntyard.capacity.durations import checked, choose, portion, slowed, split
from shuntyard.capacity.scenario import forecast
from shuntyard.capacity.shards import lower_bound, most_shards, pack, shards_for
from tests.benchmarks.timing import timed
from tests.scripts.capacity.samples import real_files, stage_4

HEAVY = 40.0  # times as long as the durations say: then stage 4 uses most of what it has
TIMES = "SHUNTYARD_TEST_TIMES"  # a whole test-times.json, instead of the one list of the fixture


def files() -> dict[str, float]:
    named = os.environ.get(TIMES)
    if not named:
        return real_files()
    times = checked(json.loads(Path(named).read_text(encoding="utf-8")))
    return dict(choose(times, "default", sorted(times["default"])).files)


@pytest.mark.parametrize("slowdown", [1.0, HEAVY])
@pytest.mark.parametrize("pushes", ["label", "every"])
def test_a_month_at_stage_4(benchmark: BenchmarkFixture, slowdown: float, pushes: str) -> None:
    """Budget: 10 s. `every` is what stage 5 adds."""
    seconds = slowed(real_files(), slowdown)
    total = sum(portion(seconds, 80.0).values())
    shards = shards_for(total, 3600 - 840, most_shards(2048, 8))
    scenario = stage_4(files=seconds, shards=shards, pushes=pushes)
    figures = timed(benchmark, lambda: forecast(scenario, days=30), rounds=3, warmup_rounds=1)
    benchmark.extra_info["shards"] = shards
    benchmark.extra_info["runs"] = sum(each.runs for each in figures.signals)
    benchmark.extra_info["card-hours a day"] = figures.card_hours_a_day
    assert figures.scheduled == 120


def test_every_file_onto_2048_cards(benchmark: BenchmarkFixture) -> None:
    """Budget: 2 s, splitting included."""
    everything = files()
    packing = timed(benchmark, lambda: pack(split(everything.values()), 2048), rounds=10, warmup_rounds=1)
    bound = lower_bound(split(everything.values()), 2048)
    benchmark.extra_info["files"] = len(everything)
    benchmark.extra_info["makespan over bound"] = packing.makespan_s / bound
    assert packing.makespan_s <= 4 / 3 * bound
