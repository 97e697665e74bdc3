"""The package's own suites, as the pipeline runs them: with the plan of its stage, through run-shard, in both modes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from shuntyard.evidence import artifact_name
from shuntyard.passed import passed_rows, read_report
from shuntyard.result import CaseResult
from tests.spyre.steps import Ran, Steps, environment, on_path

PIPELINE = "torch-spyre"
LINTERS = ("format", "imports", "lint", "spelling")
EMULATED = {"TORCH_SPYRE_EMULATE": "1", "TORCH_SPYRE_CARDS": "2"}


@pytest.fixture
def units(steps: Steps, tmp_path: Path) -> dict[str, Any]:
    return steps.selected(PIPELINE, tmp_path, "pull_request")[0]


def run(steps: Steps, project: Path, unit: Any, programs: Path, pipeline: str = PIPELINE, **env: str) -> Ran:
    artifact = artifact_name(pipeline, "", unit["id"])
    return steps.run(
        "run_shard", project, env={**on_path(programs), **env}, unit=json.dumps(unit), pipeline=pipeline,
        results=str(project.parent / "results" / artifact),
    )  # fmt: skip


def outcomes(cases: dict[str, CaseResult]) -> Counter[str]:
    return Counter(case.outcome for case in cases.values())


def test_a_pull_request_runs_linters_once_and_tests_on_each_python(units: dict[str, Any]) -> None:
    linters = [f"{name}.3.12" for name in LINTERS]
    tests = [f"{name}.{python}" for name in ("emulation", "unit") for python in ("3.11", "3.12")]
    assert sorted(units) == sorted([*linters, *tests])


def test_without_a_device(steps: Steps, project: Path, units: dict[str, Any], installed: Path) -> None:
    ran = run(steps, project, units["unit.3.11"], installed)
    assert ran.code == 0, ran.said
    found = outcomes(ran.cases("unit.3.11"))
    assert set(found) == {"passed"}
    assert found["passed"] >= 20


def test_on_two_emulated_cards(steps: Steps, project: Path, units: dict[str, Any], installed: Path) -> None:
    """The unit itself switches the emulation on: its environment is the matrix's."""
    ran = run(steps, project, units["emulation.3.11"], installed, TORCH_SPYRE_CARDS="2")
    assert ran.code == 0, ran.said
    cases = ran.cases("emulation.3.11")
    assert outcomes(cases) == {"passed": len(cases)}
    assert len(cases) >= 40
    for name in ("test_a_linear_layer", "test_a_layer_is_one_program", "test_between_cards"):
        assert any(name in case for case in cases), name


def test_with_one_card_what_needs_two_is_not_run(
    steps: Steps, project: Path, units: dict[str, Any], installed: Path
) -> None:
    cases = run(steps, project, units["emulation.3.11"], installed).cases("emulation.3.11")
    messages = [case.message for case in cases.values() if case.outcome == "skipped"]
    assert len(messages) == 3
    assert all("not run: two cards are needed" in message for message in messages)


@pytest.mark.parametrize(
    ("env", "why"),
    [({}, "not run: no Spyre card is here"), (EMULATED, "not run: the cards here are emulated")],
    ids=["absent", "emulated"],
)
def test_tests_of_the_hardware_are_not_run_without_it(
    steps: Steps, project: Path, installed: Path, tmp_path: Path, env: dict[str, str], why: str
) -> None:
    """And a row of which nothing ran is not green and publishes nothing, although nothing failed."""
    pipeline = f"{PIPELINE}-device"
    units, plan = steps.selected(pipeline, tmp_path, "schedule")
    (unit,) = units.values()
    ran = run(steps, project, unit, installed, pipeline, **env)
    cases = ran.cases(unit["id"])
    assert (ran.code, outcomes(cases)) == (1, {"skipped": 2})
    assert all(why in case.message for case in cases.values())
    results, report = str(tmp_path / "results"), tmp_path / "report"
    told = steps.run("analyse_results", tmp_path, pipeline=pipeline, plan=plan, results=results, report=str(report))
    assert report.is_dir(), told.said
    shown = passed_rows(report, unit["rows"][0]["values"])
    assert (shown.good, shown.failed) == (False, (unit["id"],))
    (row,) = read_report(report).rows
    assert (row.outcome, row.tests, row.skipped) == ("empty", 2, 2)
    assert row.reasons[0].startswith(why)


def test_an_operator_that_ran_on_the_host_is_found(
    steps: Steps, project: Path, units: dict[str, Any], installed: Path
) -> None:
    """The counts are what tells: the result itself is right."""
    tests = project / "tests" / "emulation" / "test_operators.py"
    text = tests.read_text(encoding="utf-8")
    assert '"neg": lambda a, b: -a,' in text
    tests.write_text(text.replace('"neg": lambda a, b: -a,', '"neg": lambda a, b: (-a.cpu()).to(a.device),'))
    for other in ("test_tensors.py", "test_compile.py"):
        (tests.parent / other).unlink()
    ran = run(steps, project, units["emulation.3.11"], installed)
    assert ran.code == 1
    bad = [name for name, case in ran.cases("emulation.3.11").items() if case.outcome == "failed"]
    assert len(bad) == 1
    assert bad[0].endswith("[neg]")


def test_the_linters_that_a_developer_has(
    steps: Steps, project: Path, units: dict[str, Any], torch_python: str, tmp_path: Path
) -> None:
    """The preparation is the matrix's own: an editable installation with the linters, from the index that pip knows."""
    programs = environment(torch_python, tmp_path / "developer")
    first = steps.run(
        "run_shard", project, env=on_path(programs), unit=json.dumps(units["lint.3.12"]), pipeline=PIPELINE,
        results=str(tmp_path / "results"), prepare="python -m pip install --quiet --editable .[dev]",
    )  # fmt: skip
    assert first.code == 0, first.said
    for row in ("format.3.12", "imports.3.12", "spelling.3.12"):
        ran = run(steps, project, units[row], programs)
        assert ran.code == 0, ran.said
    (project / "src/torch_spyre/more.py").write_text("import sys,os  # teh first\n", encoding="utf-8")
    found = {row: run(steps, project, units[row], programs).code for row in units if row.split(".")[0] in LINTERS}
    assert found == {f"{name}.3.12": 1 for name in LINTERS}
