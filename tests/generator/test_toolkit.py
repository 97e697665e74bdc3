"""The toolkit's own matrices: they render, what is committed is what they render to, and they say what they should."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.load import Toolkit, load
from generator.render import Rendering, drift, render, write
from shuntyard.select import Request, select
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def toolkit() -> Toolkit:
    return load(ROOT)


@pytest.fixture(scope="module")
def rendering(toolkit: Toolkit) -> Rendering:
    return render(toolkit)


def test_what_is_committed_is_what_the_matrices_make(rendering: Rendering) -> None:
    assert [problem.message for problem in drift(ROOT, rendering.files)] == [], "make render, and commit what it writes"


def test_a_copy_renders_to_the_same_files_and_nothing_is_removed(toolkit_root: Path, rendering: Rendering) -> None:
    assert render(load(toolkit_root)).files == rendering.files
    write(toolkit_root, rendering.files)
    assert write(toolkit_root, rendering.files) == []


def test_every_suite_of_the_rollout_is_there_with_its_tests_risk_and_phase(toolkit: Toolkit) -> None:
    """The system's own document, "Expanded Rollout Strategy: Python Test Runner Phase 2"."""
    tests = {name: [*toolkit.suites[item.suite].tests, *item.adds] for name, item in toolkit.configurations.items()}
    assert set(tests) >= {
        "smoke", "python", "docs_test", "distributed", "jit_legacy", "inductor", "inductor_distributed",
        "inductor_cpp_wrapper", "huggingface", "torchbench", "timm", "benchmark",
    }  # fmt: skip
    assert tests["docs_test"] == ["test_docs", "test_tutorials"]
    assert tests["distributed"] == ["test_distributed", "test_c10d_nccl", "test_c10d_gloo"]
    assert tests["jit_legacy"] == ["test_jit", "test_jit_legacy"]
    assert tests["inductor_distributed"] == ["test_inductor", "test_inductor_distributed"]
    assert tests["inductor_cpp_wrapper"] == ["test_inductor", "test_inductor_cpp_wrapper"]
    assert tests["huggingface"] == ["test_benchmarks", "test_huggingface"]
    assert tests["torchbench"] == ["test_benchmarks", "test_torchbench"]
    risks = {name: item.risk for name, item in toolkit.configurations.items()}
    assert (risks["docs_test"], risks["distributed"], risks["inductor_distributed"]) == ("low", "medium", "high")
    phases = {name: item.phase for name, item in toolkit.configurations.items()}
    assert (phases["docs_test"], phases["jit_legacy"], phases["distributed"]) == ("2A", "2B", "2C")


def test_the_a_b_pipeline_pairs_both_arms_of_every_configuration(rendering: Rendering) -> None:
    compiled = rendering.compiled["python-runner-ab"]
    units = select(compiled, Request(event="schedule")).plan.units
    assert len(units) == len({row.suite for row in compiled.rows}) >= 10
    assert all({row.arm for row in unit.rows} == {"shell", "python"} for unit in units)


@pytest.mark.parametrize("name", ["python-runner-ab", "test-matrix"])
def test_a_workflow_is_short_however_many_rows_it_has(rendering: Rendering, name: str) -> None:
    assert len(rendering.files[f".github/workflows/{name}.yml"].splitlines()) < 350
