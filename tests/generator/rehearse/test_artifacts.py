"""Artifacts: what a `path` finds, which names GitHub refuses, and what survives the journey."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.rehearse.standins import download_artifact, search, store
from tests.generator.rehearse.small import lay


def found(base: Path, text: str, *, hidden: bool = False) -> list[str]:
    files, root = search.find(search.parse(text, base, base / "home"), hidden=hidden)
    return [str(file.relative_to(root)) for file in files]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    lay(tmp_path, "a/one.txt", "a/b/two.txt", "a/b/three.log", "a/.hid/x", "a/.dot", "c/four.txt", "home/mine")
    (tmp_path / "a" / "loop").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "gone").symlink_to(tmp_path / "nowhere")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a", ["b/three.log", "b/two.txt", "one.txt"]),
        ("a/", ["b/three.log", "b/two.txt", "one.txt"]),
        ("a/one.txt", ["one.txt"]),
        ("a/*.txt", ["one.txt"]),
        ("a/**/*.txt", ["b/two.txt", "one.txt"]),
        ("a/b/t*", ["three.log", "two.txt"]),
        ("a\n!a/b", ["one.txt"]),
        ("a\n!a/**/*.txt", ["b/three.log"]),
        ("a\n!a/b\na/b/two.txt", ["b/two.txt", "one.txt"]),
        ("a/one.txt\nc/four.txt", ["a/one.txt", "c/four.txt"]),
        ("a\nc", ["a/b/three.log", "a/b/two.txt", "a/one.txt", "c/four.txt"]),
        ("# a comment\n\n  c/f?ur.txt  ", ["four.txt"]),
        ("c/[ef]our.txt", ["four.txt"]),
        ("~/mine", ["mine"]),
        ("nowhere", []),
        ("!a", []),
        ("a/../c", ["four.txt"]),
        ("a/.hid", []),
    ],
)
def test_what_a_path_finds(tree: Path, text: str, names: list[str]) -> None:
    assert found(tree, text) == names


def test_hidden_files_come_when_asked_for(tree: Path) -> None:
    assert found(tree, "a", hidden=True) == [".dot", ".hid/x", "b/three.log", "b/two.txt", "one.txt"]


@settings(max_examples=60)
@given(st.lists(st.text(alphabet="ab/*?[]!.~ ", max_size=8), max_size=4))
def test_a_search_never_leaves_what_it_was_pointed_at(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    base = tmp_path_factory.getbasetemp() / "search"
    if not base.exists():
        lay(base, "a/b/x", "b/a", "aa")
    lines = [line for line in lines if ".." not in line and not line.lstrip(" !").startswith(("/", "~"))]
    files, root = search.find(search.parse("\n".join(lines), base, base))
    assert all(base in file.parents and (root == file.parent or root in file.parents) for file in files)


@pytest.mark.parametrize(
    "name", ["", "..", ".", "a/b", "a\\b", "../x", "a:b", 'a"b', "a*", "a?b", "a|b", "<a>", "a\nb", "a\0b"]
)
def test_hostile_names_are_refused(tmp_path: Path, name: str) -> None:
    lay(tmp_path, "file")
    with pytest.raises(store.Refused):
        store.save(tmp_path / "folder", name, [tmp_path / "file"], tmp_path)
    with pytest.raises(store.Refused):
        store.load(tmp_path / "folder", name, tmp_path / "target")


@given(st.text(min_size=1, max_size=30))
def test_a_name_is_refused_or_is_one_folder(name: str) -> None:
    try:
        store.check_name(name)
    except store.Refused:
        return
    assert Path("/store", name).parent == Path("/store") and os.path.normpath(f"/store/{name}") != "/store"


def test_artifacts_travel_without_links_and_permissions(tmp_path: Path) -> None:
    lay(tmp_path, "in/a", "in/b/c")
    (tmp_path / "in" / "a").chmod(0o755)
    folder = tmp_path / "folder"
    folder.mkdir()
    first = store.save(folder, "x", [tmp_path / "in" / "a", tmp_path / "in" / "b" / "c"], tmp_path / "in")
    store.load(folder, "x", tmp_path / "out")
    assert (tmp_path / "out" / "b" / "c").read_text() == "in/b/c"
    assert not os.access(tmp_path / "out" / "a", os.X_OK)
    with pytest.raises(store.Refused, match="409"):
        store.save(folder, "x", [tmp_path / "in" / "a"], tmp_path / "in")
    assert store.save(folder, "x", [tmp_path / "in" / "a"], tmp_path / "in", overwrite=True) != first
    assert store.names(folder) == ["x"]


def test_a_file_name_that_github_refuses_stores_nothing(tmp_path: Path) -> None:
    lay(tmp_path, "in/a:b")
    (tmp_path / "folder").mkdir()
    with pytest.raises(store.Refused, match="':'"):
        store.save(tmp_path / "folder", "x", [tmp_path / "in" / "a:b"], tmp_path / "in")
    assert store.names(tmp_path / "folder") == []


@pytest.mark.parametrize(
    ("name", "pattern", "matches"),
    [
        ("ab--unit", "ab--*", True),
        ("ab-x--unit", "ab--*", False),
        ("a", "{a,b}", True),
        ("c", "{a,b}", False),
        ("log-a-1", "{log,out}-{a,b}-?", True),
        ("a", "!a", False),
        ("b", "!a", True),
        (".a", "*", False),
        (".a", ".*", True),
    ],
)
def test_patterns_of_names(name: str, pattern: str, matches: bool) -> None:
    assert download_artifact.matches(name, pattern) is matches
