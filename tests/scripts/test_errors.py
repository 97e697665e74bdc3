"""Errors as values: their exit codes, and how a problem says where it is."""

from __future__ import annotations

import dataclasses

import pytest

from shuntyard.errors import EXIT_PROBLEMS, EXIT_USAGE, Problem, ProblemsFound, ShuntyardError


@pytest.mark.parametrize(
    ("line", "column", "where"), [(3, 4, "x.yml:3:4"), (3, 0, "x.yml:3"), (0, 0, "x.yml"), (0, 4, "x.yml:4")]
)
def test_a_problem_says_where_it_is_as_far_as_that_is_known(line: int, column: int, where: str) -> None:
    assert Problem(file="x.yml", line=line, column=column, message="m").where() == where


def test_problems_are_ordered_by_place_and_told_once() -> None:
    first = Problem(file="a.yml", line=2, message="m")
    second = Problem(file="a.yml", line=10, message="a")
    third = Problem(file="b.yml", line=1, message="a")
    found = ProblemsFound([third, second, first, second])
    assert found.problems == [first, second, third]
    assert str(found) == "3 problems found"
    assert str(ProblemsFound([first])) == "1 problem found"
    assert found.exit_code == EXIT_PROBLEMS == 1


def test_an_error_has_a_message_a_hint_and_an_exit_code() -> None:
    error = ShuntyardError("wrong", hint="do this")
    assert (str(error), error.message, error.hint, error.exit_code) == ("wrong", "wrong", "do this", EXIT_USAGE)
    assert ShuntyardError("x", exit_code=1).exit_code == 1


def test_a_problem_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Problem(file="a", message="b").line = 3  # type: ignore[misc]
