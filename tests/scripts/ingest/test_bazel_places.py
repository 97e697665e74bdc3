"""Bazel's paths and labels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.ingest.bazel_places import LAST, Place, case_of, folder_of, is_made_by_bazel, place_of, prefix_of


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("bazel-testlogs/pkg/x_test/test.xml", Place("pkg/x_test")),
        ("out/testlogs/x_test/test.xml", Place("x_test")),
        ("testlogs/p/x/shard_2_of_3/test.xml", Place("p/x", 2, 3)),
        ("testlogs/p/x/run_1_of_2/test.xml", Place("p/x", 1, 1, 1, 2)),
        ("testlogs/p/x/shard_1_of_3_run_2_of_2/test_attempts/attempt_4.xml", Place("p/x", 1, 3, 2, 2, 4)),
        ("testlogs\\p\\x\\test.xml", Place("p/x")),
        ("testlogs/test.xml", None),
        ("mytestlogs/p/x/test.xml", None),
        ("report.xml", None),
    ],
)
def test_places(path: str, place: Place | None) -> None:
    assert place_of(path) == place


@pytest.mark.parametrize(
    ("label", "folder"),
    [
        ("//pkg:x_test", "pkg/x_test"),
        ("//:x_test", "x_test"),
        ("//a/b:c", "a/b/c"),
        ("@jax//tests:pmap_test", "external/jax/tests/pmap_test"),
        ("@@jax+//tests:pmap_test", "external/jax+/tests/pmap_test"),
        ("@//pkg:x", "pkg/x"),
        ("//pkg:sub/name", "pkg/sub/name"),
        ("//pkg", "pkg/pkg"),
        ("", ""),
    ],
)
def test_folders(label: str, folder: str) -> None:
    assert folder_of(label) == folder


NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)


@given(st.lists(NAMES, min_size=1, max_size=4), NAMES, st.sampled_from(["", "@jax"]))
def test_a_label_comes_back_from_its_folder(package: list[str], target: str, repository: str) -> None:
    label = f"{repository}//{'/'.join(package)}:{target}"
    if package[0] != "external":
        assert Place(folder_of(label)).label == label


def test_ids() -> None:
    assert case_of("//a:b") == "//a:b"
    assert case_of("//a:b", 2, 4, 1, 3) == "//a:b (shard 2 of 4, run 1 of 3)"
    assert prefix_of(Place("a/b", 2, 4, 1, 3), "") == "//a:b (run 1 of 3)"


def test_the_document_that_bazel_makes_itself() -> None:
    assert is_made_by_bazel(Place("pkg/x"), ["pkg/x"])
    assert is_made_by_bazel(Place("external/jax/tests/x", 2, 3), ["tests/x_shard_2/3"]) is False
    assert is_made_by_bazel(Place("external/jax/tests/x", 2, 3), ["jax/tests/x_shard_2/3"])
    assert is_made_by_bazel(Place("external/jax/tests/x", 2, 3), ["external/jax/tests/x_shard_2/3"])
    assert is_made_by_bazel(Place("external/jax/tests/x"), ["external/jax/tests/x"])
    assert not is_made_by_bazel(Place("pkg/x"), ["pkg/x", "other"])
    assert LAST > 10**6
