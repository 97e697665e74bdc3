"""Reading a compiled matrix: one that is shipped, by its name, or one in a file; anything else is told, not a bug."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from shuntyard import wire
from shuntyard.compiled import read_compiled
from shuntyard.errors import ShuntyardError
from shuntyard.plan import CompiledPipeline
from tests.scripts import records
from tests.scripts.test_select import pipeline

FEW = settings(max_examples=40, deadline=None)

GOOD = pipeline()


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    folder = tmp_path / "compiled"
    folder.mkdir()
    text = json.dumps({"$comment": "Rendered.", **wire.encode(GOOD)})
    (folder / "p.json").write_text(text, encoding="utf-8")
    (tmp_path / "secret.json").write_text(text, encoding="utf-8")
    return folder


def refused(shipped: Path, **asked: str) -> ShuntyardError:
    with pytest.raises(ShuntyardError) as raised:
        read_compiled(shipped, **asked)
    assert raised.value.exit_code == 2
    assert raised.value.hint
    return raised.value


def test_a_shipped_pipeline_is_read_by_its_name(shipped: Path) -> None:
    assert read_compiled(shipped, name="p") == GOOD


def test_a_file_goes_over_a_name(shipped: Path) -> None:
    other = shipped.parent / "other.json"
    other.write_text(json.dumps(wire.encode(GOOD) | {"pipeline": "other"}), encoding="utf-8")
    assert read_compiled(shipped, name="p", path=str(other)).pipeline == "other"


def test_nothing_named_is_told(shipped: Path) -> None:
    assert "neither a pipeline nor a matrix file" in refused(shipped).message


@pytest.mark.parametrize("name", ["q", "../secret", "./p", "p.json", "/p", "p\n"])
def test_a_name_that_is_not_shipped_is_told_with_those_that_are(shipped: Path, name: str) -> None:
    error = refused(shipped, name=name)
    assert error.message == f"there is no pipeline {name!r}"
    assert error.hint == "shipped are p"


def test_a_file_that_cannot_be_read_is_told(shipped: Path) -> None:
    assert "No such file" in refused(shipped, path="no.json").message
    assert "Is a directory" in refused(shipped, path=str(shipped)).message


BROKEN: dict[str, bytes] = {
    "empty": b"",
    "not JSON": b"pipeline: p\n",
    "cut": json.dumps(wire.encode(GOOD)).encode()[:-20],
    "not UTF-8": b'{"pipeline": "\xff"}',
    "a list": b"[]",
    "a number": b"7",
    "nothing": b"null",
    "another shape": b'{"pipeline": "p"}',
    "a deep list": b"[" * 100_000,
    "an unknown field": json.dumps(wire.encode(GOOD) | {"more": 1}).encode(),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_is_no_compiled_matrix_is_told(shipped: Path, case: str) -> None:
    path = shipped.parent / "broken.json"
    path.write_bytes(BROKEN[case])
    assert "is no compiled matrix" in refused(shipped, path=str(path)).message


def test_another_version_of_the_wire_is_told(shipped: Path) -> None:
    path = shipped.parent / "newer.json"
    path.write_text(json.dumps(wire.encode(GOOD) | {"schema": 2}), encoding="utf-8")
    assert "has schema 2, this version of Shuntyard reads 1" in refused(shipped, path=str(path)).message


@FEW
@given(records.of(CompiledPipeline))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, made: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(wire.encode(made) | {"schema": 1, "$comment": "x"}), encoding="utf-8")
    read = read_compiled(path.parent, path=str(path))
    assert wire.encode(read) == wire.encode(made) | {"schema": 1}
