"""Real durations and a scenario of them, for the tests and benchmarks of capacity."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from shuntyard.capacity.durations import checked, choose
from shuntyard.capacity.scenario import Scenario

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "durations" / "pytorch-default.json.gz"


def real_files() -> dict[str, float]:
    """Seconds of the 999 files of PyTorch's list `default`/`default`."""
    times = checked(json.loads(gzip.decompress(FIXTURE.read_bytes())))
    return dict(choose(times, "default", ["default"]).files)


def stage_4(**changes: Any) -> Scenario:
    """Stage 4 of the Spyre plan: 80 % of the tests, four times a day, on 2,048 cards."""
    made = Scenario(
        name="torch-spyre", files=real_files(), percent=80.0, cards=2048, shards=33, cards_per_job=8, a_day=4,
        pushes="label", pushes_a_workday=40.0, pushes_per_change=4.0, labelled=0.1,
    )  # fmt: skip
    return replace(made, **changes)


def small(**changes: Any) -> Scenario:
    """Ten hours of tests in 20 files, on ten cards, each night."""
    files = {f"test_{number}.py": 1800.0 for number in range(20)}
    return replace(Scenario(name="small", files=files, percent=100.0, cards=10, shards=10), **changes)
