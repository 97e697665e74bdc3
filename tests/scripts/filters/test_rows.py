"""Matrices as callers write them."""

from __future__ import annotations

import json

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.filters.rows import read_rows
from tests.scripts.filters.samples import gone, left, rows


def test_rows_keep_everything_that_stands_in_them() -> None:
    (row,) = read_rows('{"include": [{"config": " default ", "runner": ["a", "b"], "cards": 4}]}').kept
    assert row.config == "default" and row.values["runner"] == ["a", "b"] and row.values["cards"] == 4


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"include": {}}', '{"include": [1]}', "null", "[" * 100_000])
def test_what_is_no_matrix_is_refused(text: str) -> None:
    with pytest.raises(ShuntyardError):
        read_rows(text)


def test_a_configuration_that_is_no_text_is_refused() -> None:
    with pytest.raises(ShuntyardError, match="is no text"):
        read_rows('{"include": [{"config": 3}]}')


def test_more_rows_than_a_matrix_runs_are_refused() -> None:
    with pytest.raises(ShuntyardError, match="257 rows"):
        read_rows(json.dumps({"include": [{}] * 257}))


def test_what_is_taken_away_keeps_its_reason() -> None:
    told = rows("a", "b", "c").without({0: "first", 2: "last"})
    assert left(told) == ["b"] and gone(told) == {"a": "first", "c": "last"}
