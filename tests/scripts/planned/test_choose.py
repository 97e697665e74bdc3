"""Which cases a piece runs: every case once over all parts, classes whole, disabled as PyTorch has it."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.planned.choose import DEVICES, Disabled, choose, generic
from shuntyard.shards.parts import class_of
from tests.scripts.runner_samples import PLUGIN, SCRIPTS

CASES = st.lists(
    st.builds(
        "t/test_x.py::{}::{}{}".format,
        st.sampled_from(["TestA", "TestB", "TestC"]),
        st.sampled_from(["test_add", "test_mul", "test_add_cpu_float32"]),
        st.sampled_from(["", "[1]", "[a::b]"]),
    ),
    unique=True,
)
ENTRIES = st.lists(
    st.tuples(st.sampled_from(["test_add", "test_mul"]), st.sampled_from(["TestA", "Test", "TestZ"]), st.just("#1")),
    max_size=3,
)


def order(part: int = 1, parts: int = 1, **changes: Any) -> dict[str, Any]:
    return {"part": part, "parts": parts, "whole": "", "disabled": [], "rerun": False, **changes}


@given(CASES, st.integers(1, 5), st.sampled_from(["", "class"]), ENTRIES)
def test_together_the_parts_run_or_skip_every_case_once(
    cases: list[str], parts: int, whole: str, entries: list[tuple[str, str, str]]
) -> None:
    dealt = [choose(cases, order(part, parts, whole=whole, disabled=entries)) for part in range(1, parts + 1)]
    assert sorted(case for chosen in dealt for case in chosen.mine) == sorted(cases)
    all_skipped = choose(cases, order(disabled=entries)).skipped
    for chosen in dealt:
        assert list(chosen.mine) == [case for case in cases if case in set(chosen.mine)]
        assert chosen.skipped == {case: all_skipped[case] for case in chosen.mine if case in all_skipped}
        if whole:
            mine = {class_of(case) for case in chosen.mine}
            assert mine.isdisjoint(class_of(case) for case in cases if case not in chosen.mine)


@given(CASES, st.integers(1, 5))
def test_the_order_in_which_a_machine_finds_the_cases_changes_nothing(cases: list[str], parts: int) -> None:
    for part in range(1, parts + 1):
        assert set(choose(cases, order(part, parts)).mine) == set(choose(cases[::-1], order(part, parts)).mine)


@given(CASES, st.integers(1, 5), ENTRIES)
def test_on_trial_the_parts_run_what_is_else_skipped(
    cases: list[str], parts: int, entries: list[tuple[str, str, str]]
) -> None:
    ran = [choose(cases, order(part, parts, disabled=entries, rerun=True)) for part in range(1, parts + 1)]
    assert {case for chosen in ran for case in chosen.mine} == choose(cases, order(disabled=entries)).skipped.keys()
    assert not any(chosen.skipped for chosen in ran)


@pytest.mark.parametrize(
    ("case", "listed", "hit"),
    [
        ("t.py::TestOps::test_add", ("test_add", "TestOps"), True),
        ("t.py::TestOpsCPU::test_add_cpu_float32", ("test_add", "TestOps"), True),
        ("t.py::TestOpsCPU::test_add_cpu_float32", ("test_add_cpu_float32", "TestOpsCPU"), True),
        ("t.py::TestOpsCPU::test_add_cpu_float32", ("test_add_cpu_float64", "TestOpsCPU"), False),
        ("t.py::TestOpsSPYRE::test_add_spyre_float16", ("test_add", "TestOps"), True),
        ("t.py::TestOpsCPU::test_add_cpu", ("test_add", "TestOps"), False),  # PyTorch takes no device's off alone
        ("t.py::TestOps::test_add[x::test_mul]", ("test_add", "TestOps"), True),
        ("t.py::TestOps::test_add[x::test_mul]", ("test_mul", "TestOps"), False),
        ("t.py::TestOps::test_add", ("test_add", "nested.TestOps"), True),
        ("t.py::Outer::TestOps::test_add", ("test_add", "TestOps"), True),
        ("t.py::Ops::test_add", ("test_add", "TestOps"), False),
        ("t.py::TestOps::test_addmm", ("test_add", "TestOps"), False),
        ("t.py::test_add", ("test_add", "t"), False),
    ],
)
def test_disabled_as_pytorch_has_it(case: str, listed: tuple[str, str], hit: bool) -> None:
    assert Disabled([(*listed, "why")], DEVICES | {"spyre"}).why(case) == ("why" if hit else "")


def test_names_without_an_ending_stay_as_they_are() -> None:
    assert [generic(name) for name in ("test_bool", "test_is_bool", "bool", "test_x_meta_int8")] == [
        "test", "test_is", "bool", "test_x",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        PLUGIN / "shuntyard_planned.py",
        *(SCRIPTS / "shuntyard" / f"{n}.py" for n in ("planned/choose", "shards/parts", "shard")),
    ],
)
def test_what_the_tests_own_python_loads_needs_nothing_that_an_old_one_lacks(path: Path) -> None:
    tree = ast.parse(path.read_text(), feature_version=(3, 9))
    imported = [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]
    imported += [name.name for node in tree.body if isinstance(node, ast.Import) for name in node.names]
    ours = {"shuntyard.shards.parts", "shuntyard.shard", "shuntyard_journal", "pytest"}
    assert {str(name) for name in imported} - ours <= set(sys.stdlib_module_names) | {"collections.abc"}
