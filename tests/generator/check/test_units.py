"""The budget counts what a run would really select, and the output that it would really write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.check.support.units import most_units, select_outputs, units, utf16
from shuntyard import wire
from shuntyard.packed import unpack
from shuntyard.plan import MODES, CompiledPipeline, CompiledRow, Mode, Suite
from shuntyard.select import Request, select
from tests.conftest import ROOT


@st.composite
def pipelines(draw: st.DrawFn) -> CompiledPipeline:
    """Configurations × arms, together or not, in shards."""
    configs = draw(st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), min_size=1, max_size=5, unique=True))
    arms = draw(st.sampled_from([[""], ["shell", "python"], ["python"]]))
    shards = draw(st.integers(1, 3))
    together = draw(st.sampled_from(["", "arm"])) if arms != [""] else ""
    rows = [
        CompiledRow(
            id=".".join(filter(None, [config, arm])),
            values={"config": config, **({"arm": arm} if arm else {})},
            suite=config,
            runner="cpu",
            arm=arm,
            shards=shards,
        )
        for config in configs
        for arm in arms
    ]
    return CompiledPipeline(
        pipeline="p",
        summary="s",
        events=("call",),
        together=together,
        config_axis="config",
        runners={"cpu": ("ubuntu-24.04",)},
        suites={config: Suite(id=config, timeout_s=60) for config in configs},
        rows=tuple(draw(st.permutations(rows))),
    )


@given(pipelines(), st.sampled_from(MODES))
def test_units_are_those_of_the_selection(pipeline: CompiledPipeline, mode: Mode) -> None:
    assert units(pipeline, mode) == list(select(pipeline, Request(mode=mode)).plan.units)


@given(pipelines())
def test_no_mode_makes_more_units_than_the_one_that_is_named(pipeline: CompiledPipeline) -> None:
    mode, found = most_units(pipeline)
    assert found == units(pipeline, mode)
    assert all(len(units(pipeline, other)) <= len(found) for other in MODES)


def pipeline_of(count: int) -> CompiledPipeline:
    names = [f"configuration_{index}" for index in range(count)]
    rows = [
        CompiledRow(id=f"{name}.{arm}", values={"config": name, "arm": arm}, suite=name, runner="cpu", arm=arm)
        for name in names
        for arm in ("shell", "python")
    ]
    return CompiledPipeline(
        pipeline="wide",
        summary="ä 🚂",
        events=("call",),
        together="arm",
        config_axis="config",
        runners={"cpu": ("self-hosted", "linux")},
        suites={name: Suite(id=name, env={"NAME": "zürich"}, timeout_s=60) for name in names},
        rows=tuple(rows),
    )


def test_more_units_than_a_selection_allows_are_counted() -> None:
    assert len(units(pipeline_of(300))) == 300


@pytest.mark.parametrize("count", [1, 40])
def test_the_outputs_are_what_select_rows_writes(count: int, tmp_path: Path) -> None:
    pipeline = pipeline_of(count)
    compiled = tmp_path / "compiled.json"
    compiled.write_text(json.dumps(wire.encode(pipeline)), encoding="utf-8")
    command = [sys.executable, "-SE", str(ROOT / "scripts" / "select_rows.py"), "--compiled", str(compiled), "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "INPUT_"))}
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    written = json.loads(printed[printed.index("{\n") :])
    expected = select_outputs(pipeline, most_units(pipeline)[1])
    plans = [json.loads(unpack(outputs.pop("plan"))) for outputs in (expected, written)]
    assert expected == written
    assert plans[0] == plans[1] | {"seed": ""}  # what a run sticks to: a pull request or a commit


def test_outputs_are_counted_as_utf16() -> None:
    assert utf16(["a", "é🚂"]) == 2 + 2 + 4
