"""One edit of matrices/runners.yml takes a machine out of every matrix, and no longer than it says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from generator.check import RULES
from generator.check.subject import collect
from generator.load import load
from generator.render import render, write
from shuntyard.plan import CompiledPipeline
from shuntyard.select import Request, Selection, select
from tests.generator.check.cases import as_text

EIGHT = "  rocm-8:\n    summary: Eight AMD cards.\n"
HELD = "    quarantine: {owner: The ROCm team, reason: card 3 throws ECC errors, until: 2026-11-30}\n"


@pytest.fixture
def toolkit(toolkit_root: Path) -> Path:
    """The toolkit as it ships, with rocm-8 in quarantine, and rendered."""
    file = toolkit_root / "matrices" / "runners.yml"
    text = file.read_text(encoding="utf-8")
    assert EIGHT in text
    file.write_text(text.replace(EIGHT, EIGHT + HELD), encoding="utf-8")
    write(toolkit_root, render(load(toolkit_root)).files)
    return toolkit_root


def compiled(root: Path, name: str) -> CompiledPipeline:
    toolkit = load(root)
    return render(toolkit).compiled[name]


def weekly(pipeline: CompiledPipeline, today: str) -> Selection:
    return select(pipeline, Request(event="schedule", size="weekly", today=today))


def runners_rule(root: Path, today: date) -> str:
    return as_text(list(RULES["runners"].check(collect(root, [], today))))


@pytest.mark.slow
def test_the_rows_of_a_runner_in_quarantine_are_left_out_with_the_reason_and_the_check_is_content(
    toolkit: Path,
) -> None:
    pipeline = compiled(toolkit, "nightly-rbe")
    selection = weekly(pipeline, "2026-11-22")
    assert {unit.runs_on for unit in selection.plan.units} == {("linux-x86-64-1gpu-amd",)}
    reason = "its runner rocm-8 is in quarantine until 2026-11-30 (The ROCm team: card 3 throws ECC errors)"
    left = [name for name, why in selection.reasons.items() if why == reason]
    assert left == [row.id for row in pipeline.rows if row.values["gpus"] == "multi"] and len(left) == 8
    assert not weekly(pipeline, "2026-12-01").reasons
    assert runners_rule(toolkit, date(2026, 11, 22)) == ""


@pytest.mark.slow
def test_a_quarantine_that_is_over_is_a_problem_where_it_stands(toolkit: Path) -> None:
    said = runners_rule(toolkit, date(2026, 12, 1))
    text = (toolkit / "matrices" / "runners.yml").read_text(encoding="utf-8")
    line = text[: text.index(HELD)].count("\n") + 1
    column = HELD.index("2026-11-30") + 1
    place = f"matrices/runners.yml:{line}:{column}: "
    assert said.startswith(f"{place}the quarantine of rocm-8 expired on 2026-11-30 (The ROCm team: card 3 throws ECC")
