"""The limits that a fixture of a readable size cannot reach."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from generator.check import budget
from generator.check.budget import files, matrices, runs
from generator.check.subject import Subject
from shuntyard.errors import Problem
from shuntyard.plan import CompiledPipeline, CompiledRow, Suite
from tests.generator.check.cases import clean_yard, subject_of
from tests.generator.check.test_any_shape import with_file


@pytest.fixture
def clean(tmp_path: Path) -> Subject:
    return subject_of(clean_yard(tmp_path / "yard"), tools=False)


def found(subject: Subject, name: str) -> list[Problem]:
    return [problem for problem in budget.check(subject) if problem.file == f".github/workflows/{name}.yml"]


@pytest.mark.parametrize(("size", "expected"), [(files.FILE_BYTES, 0), (files.FILE_BYTES + 1, 1)])
def test_a_file_of_half_a_megabyte(clean: Subject, size: int, expected: int) -> None:
    start = "on: push\njobs: {}\n#"
    problems = found(with_file(clean, start.ljust(size, "x"), ".github/workflows/wide.yml", ours=True), "wide")
    assert len(problems) == expected
    assert all("the file has 500,001 bytes; GitHub reads at most 500,000" in problem.message for problem in problems)


@pytest.mark.parametrize(("count", "expected"), [(runs.UNIQUE, 0), (runs.UNIQUE + 1, 1)])
def test_fifty_reusable_workflows(clean: Subject, count: int, expected: int) -> None:
    called = {f"j{n}": {"uses": f"else/where/.github/workflows/w{n}.yml@v1"} for n in range(count)}
    text = json.dumps({"on": "push", "jobs": called | {"again": called["j0"]}})
    problems = found(with_file(clean, text, ".github/workflows/wide.yml", ours=True), "wide")
    assert [problem.message for problem in problems] == [
        "a run uses 51 reusable workflows, GitHub allows 50"
    ] * expected


def pipeline(units: int, text: str) -> CompiledPipeline:
    rows = [CompiledRow(id=f"u{n}", values={"n": str(n)}, suite=f"u{n}", runner="cpu") for n in range(units)]
    return CompiledPipeline(
        pipeline="nightly",
        summary="s",
        events=("call",),
        runners={"cpu": ("ubuntu-24.04",)},
        suites={row.suite: Suite(id=row.suite, env={"TEXT": text}, timeout_s=60) for row in rows},
        rows=tuple(rows),
    )


def test_an_output_of_a_megabyte_counted_as_utf16(clean: Subject) -> None:
    workflow = clean.rendering.workflows["nightly"]
    assert list(matrices.faults(workflow, pipeline(200, "x" * 1500), "")) == []
    (message,) = matrices.faults(workflow, pipeline(200, "x" * 2500), "")
    assert message.startswith("200 rows become outputs of 1,1")
    assert message.endswith(" bytes as UTF-16; GitHub keeps at most 1,048,576 a job")


def test_all_outputs_of_a_run(clean: Subject) -> None:
    """Sixty calls, each within the limit of one job."""
    subject = replace(clean, rendered=replace(clean.rendering, compiled={"nightly": pipeline(4, "é" * 20_000)}))
    nightly = {"uses": "$/.github/workflows/nightly.yml"}
    jobs = {f"j{n}": nightly | {"with": {"instance": f"j{n}"}} for n in range(60)}
    text = json.dumps({"on": "push", "jobs": jobs})
    caller = with_file(subject, text, ".github/workflows/wide.yml", ours=True)
    (file,) = [file for file in caller.home.workflows if file.path.endswith("wide.yml")]
    messages = [problem.message for problem in runs.judge_run(caller, file)]
    assert any(message.startswith("the matrices of a run are outputs of 5") for message in messages)
    assert any("240 jobs of matrices + 180 others = 420 jobs" in message for message in messages)
