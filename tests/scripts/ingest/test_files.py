"""Which files are meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.ingest import files
from shuntyard.ingest.files import find
from shuntyard.ingest.source import read_all
from tests.scripts.ingest.samples import case, junit


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a/one.xml", "a/b/two.xml", "a/b/log.txt", "three.json", "a/[odd].xml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(junit(case(path.stem)))
    return tmp_path


def names(base: Path, *words: str) -> list[str]:
    return [item.name for item in find(words, base)]


def test_folders_patterns_and_names(tree: Path) -> None:
    assert names(tree, "a") == ["a/[odd].xml", "a/one.xml", "a/b/log.txt", "a/b/two.xml"]
    assert names(tree, "a/**/*.xml") == ["a/[odd].xml", "a/b/two.xml", "a/one.xml"]
    assert names(tree, "three.json", "*.json", "./three.json") == ["three.json"]
    assert names(tree, str(tree / "a/b")) == [f"{tree}/a/b/log.txt", f"{tree}/a/b/two.xml"]
    assert names(tree, "a/[odd].xml") == ["a/[odd].xml"]  # it is there, so it is no pattern


def test_a_pattern_or_name_without_a_file_is_missed_aloud(tree: Path) -> None:
    sources, others = read_all(find(["none*.xml", "none.xml"], tree))
    assert [source.told.problem for source in sources] == ["cannot be read: No such file or directory"] * 2
    assert others == []


def test_a_link_that_is_named_is_followed(tree: Path) -> None:
    (tree / "bazel-testlogs").symlink_to(tree / "a", target_is_directory=True)
    assert names(tree, "bazel-testlogs") == [
        f"bazel-testlogs/{name}" for name in ("[odd].xml", "one.xml", "b/log.txt", "b/two.xml")
    ]


def test_in_a_folder_what_is_no_result_is_passed_over_but_not_what_a_crash_left(tmp_path: Path) -> None:
    kept = {"a.xml": junit(case("a"))}
    silent = {
        "coverage.xml": b"<coverage/>",
        "package.json": b'{"a": 1}',
        "log.txt": b"hello",
        "empty.log": b"",
        "core": b"\x7fELF",
    }
    loud = {"empty.xml": b"", "torn.xml": b"<testsuites><tes", "zeros.xml": b"\0" * 50, "cut.jsonl": b"\0"}
    for name, data in {**kept, **silent, **loud}.items():
        (tmp_path / name).write_bytes(data)
    sources, others = read_all(find(["."], tmp_path))
    assert sorted(others) == sorted(silent)
    assert {source.name for source in sources if source.told.problem} == set(loud)
    named, _ = read_all(find(["coverage.xml", "log.txt"], tmp_path))
    assert all(source.told.problem for source in named)


def test_too_many_files_are_refused(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_FILES", 3)
    with pytest.raises(ShuntyardError, match="more than 3 files"):
        find(["a"], tree)


def test_reading_stops_when_there_is_too_much_and_says_so(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shuntyard.ingest.source.TOTAL_LIMIT", 100)
    sources, _ = read_all(find(["a"], tree))
    assert [bool(source.told.problem) for source in sources] == [False, False, True, True]
    assert "was not read" in sources[2].told.problem
