"""Tests cut into pieces, and the cases of each piece."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.shards.durations import Estimate
from shuntyard.shards.parts import cases_of, class_of
from shuntyard.shards.pieces import cut
from tests.scripts.shards.samples import SECONDS


@pytest.mark.parametrize(("seconds", "parts"), [(0, 1), (600, 1), (600.1, 2), (1200, 2), (1201, 3), (7703.2, 13)])
def test_a_file_above_600_s_is_cut_into_as_many_parts_as_it_has_600_s(seconds: float, parts: int) -> None:
    made = list(cut("t", Estimate(seconds=seconds, source="measured"), None))
    assert [(piece.part, piece.parts) for piece in made] == [(part, parts) for part in range(1, parts + 1)]


@given(SECONDS, st.floats(1, 1000))
def test_pieces_take_as_long_as_the_test(seconds: float, split_s: float) -> None:
    made = list(cut("t", Estimate(seconds=seconds, source="borrowed"), "class", split_s))
    assert math.isclose(math.fsum(piece.estimate_s for piece in made), seconds, abs_tol=1e-6)
    assert all(piece.estimate_s <= split_s * (1 + 1e-9) or piece.parts == 1000 for piece in made)
    assert len({piece.id for piece in made}) == len(made)


def test_a_whole_file_and_an_unknown_one_are_one_piece() -> None:
    (whole,) = cut("t", Estimate(seconds=5000, source="measured"), "file")
    (unknown,) = cut("t", Estimate(seconds=5000, source="unknown"), None)
    assert whole.id == unknown.id == "t" and whole.whole == "file"


CASES = st.lists(st.from_regex(r"f\.py::(A|B|C)::test_[a-z]{1,3}(\[[a-z:]{1,3}\])?", fullmatch=True), unique=True)


@given(CASES, st.integers(1, 6), st.sampled_from(["", "class"]))
def test_every_case_is_in_exactly_one_part(cases: list[str], parts: int, whole: str) -> None:
    made = [cases_of(cases, part, parts, whole=whole) for part in range(1, parts + 1)]
    assert sorted(case for part in made for case in part) == sorted(cases)
    assert made == [cases_of(cases, part, parts, whole=whole) for part in range(1, parts + 1)]


@given(CASES, st.integers(1, 6))
def test_a_class_is_kept_together(cases: list[str], parts: int) -> None:
    made = [{class_of(case) for case in cases_of(cases, part, parts, whole="class")} for part in range(1, parts + 1)]
    assert sum(len(classes) for classes in made) == len({class_of(case) for case in cases})


def test_known_durations_even_the_parts_out() -> None:
    cases = ["f.py::a", "f.py::b", "f.py::c", "f.py::d"]
    seconds = {"f.py::a": 9.0, "f.py::b": 3.0, "f.py::c": 3.0, "f.py::d": 3.0}
    parts = {frozenset(cases_of(cases, part, 2, seconds=seconds)) for part in (1, 2)}
    assert parts == {frozenset(cases[:1]), frozenset(cases[1:])}


@pytest.mark.parametrize(
    ("case", "group"),
    [
        ("f.py::T::test_a", "f.py::T"),
        ("f.py::T::test_a[x::y]", "f.py::T"),
        ("f.py::test_a", "f.py"),
        ("test_a", "test_a"),
    ],
)
def test_the_class_of_a_case(case: str, group: str) -> None:
    assert class_of(case) == group


@pytest.mark.parametrize("part", [0, 3, -1])
def test_no_such_part(part: int) -> None:
    with pytest.raises(ValueError, match="of 2"):
        cases_of(["a"], part, 2)
