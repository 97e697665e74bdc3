"""What a `uses:` means."""

from __future__ import annotations

import pytest

from generator.callee import parse


@pytest.mark.parametrize(
    ("text", "kind", "path", "ref"),
    [
        ("./actions/gate", "workspace", "actions/gate", ""),
        ("$/.github/workflows/a.yml", "self", ".github/workflows/a.yml", ""),
        ("yard-owner/yard/.github/workflows/a.yml@v1", "toolkit", ".github/workflows/a.yml", "v1"),
        ("Yard-Owner/YARD/actions/gate@main", "toolkit", "actions/gate", "main"),
        ("yard-owner/yard-2/actions/gate@v1", "elsewhere", "actions/gate", "v1"),
        ("actions/cache/restore@v4", "elsewhere", "restore", "v4"),
        ("docker://alpine:3.20", "docker", "", ""),
        ("nonsense", "elsewhere", "", ""),
    ],
)
def test_its_kind_its_path_and_its_ref(text: str, kind: str, path: str, ref: str) -> None:
    found = parse(text, "yard-owner/yard")
    assert (found.kind, found.path, found.ref, found.text) == (kind, path, ref, text)


def test_the_files_that_it_may_mean() -> None:
    assert parse("o/r/.github/workflows/a.yml@v1", "o/r").files() == (".github/workflows/a.yml",)
    assert parse("$/actions/gate", "o/r").files() == ("actions/gate/action.yml", "actions/gate/action.yaml")
    assert parse("./", "o/r").files() == ("action.yml", "action.yaml")


def test_a_commit_is_forty_digits() -> None:
    assert parse(f"o/r@{'a1' * 20}", "x/y").is_commit
    assert not parse(f"o/r@{'a1' * 19}", "x/y").is_commit
    assert not parse("o/r@v1", "x/y").is_commit
