"""Compiled scopes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.scope.read import read_scope
from tests.scripts.scope.samples import WIDE


def write(path: Path, **changes: Any) -> Path:
    path.write_text(json.dumps({"$comment": "Rendered.", **wire.encode(WIDE), **changes}))
    return path


def test_a_scope_is_read_by_name_and_by_path(tmp_path: Path) -> None:
    path = write(tmp_path / "made.json")
    assert read_scope(tmp_path, "made") == read_scope(tmp_path / "nowhere", str(path)) == WIDE


@pytest.mark.parametrize("named", ["other", "../made", "/etc/passwd", ""])
def test_an_unknown_name_is_told_with_those_that_there_are(tmp_path: Path, named: str) -> None:
    write(tmp_path / "made.json")
    with pytest.raises(ShuntyardError, match="there is no scope") as told:
        read_scope(tmp_path, named)
    assert told.value.hint == "shipped are made"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"schema": 2}, "has schema 2"),
        ({"salt": 3}, "is no compiled scope"),
        ({"extra": 1}, "unknown field 'extra'"),
        ({"priorities": []}, "unknown priority 'p1'"),
    ],
)
def test_a_scope_that_is_not_one_is_refused(tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ShuntyardError, match=why):
        read_scope(tmp_path, str(write(tmp_path / "x.json", **changes)))


@pytest.mark.parametrize("text", ["[]", "{", "null", "[" * 100_000])
def test_a_file_that_is_no_scope_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ShuntyardError, match="is no compiled scope"):
        read_scope(tmp_path, str(tmp_path / "x.json"))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ShuntyardError, match="cannot be read"):
        read_scope(tmp_path, "nowhere.json")
