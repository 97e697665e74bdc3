"""The lowered copy has every line and column where the original has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.check.contract.lowering import MOUNT, lower
from generator.check.subject import File
from generator.source import parse

TOOLKIT = "o/r"
REFERENCES = st.sampled_from(
    [
        "o/r/.github/workflows/a.yml@v1",
        "O/R/.github/workflows/b.yml@main",
        "x/y/.github/workflows/a.yml@v1",
        "./.github/workflows/own.yml",
    ]
)
QUOTES = st.sampled_from(["", "'", '"'])


def workflow(text: str) -> File:
    return File(document=parse(text, "ci.yml", strict=False), text=text, path=".github/workflows/ci.yml", ours=False)


@settings(max_examples=60)
@given(st.lists(st.tuples(REFERENCES, QUOTES, st.booleans()), min_size=1, max_size=5))
def test_only_references_change_and_nothing_moves(calls: list[tuple[str, str, bool]]) -> None:
    lines = ["on: push # o/r/.github/workflows/a.yml@v1", "jobs:"]
    for index, (reference, quote, flow) in enumerate(calls):
        written = f"{quote}{reference}{quote}"
        lines += (
            [f"  j{index}: {{uses: {written}, with: {{a: é}}}} # o/r"]
            if flow
            else [f"  j{index}:", f"    uses: {written} # o/r"]
        )
    original = workflow("\n".join(lines) + "\n")
    lowered = lower(TOOLKIT, original)
    assert [len(line) for line in lowered.text.splitlines()] == [len(line) for line in original.text.splitlines()]
    after = workflow(lowered.text)
    for path, mark in original.document.marks.items():
        moved = after.document.marks[path]
        assert (moved.line, moved.column) == (mark.line, mark.column)
        if mark.text.lower().startswith("o/r/"):
            assert moved.text == f"./{MOUNT}/{mark.text[4:].partition('@')[0]}"
        else:
            assert moved.text == mark.text


def test_an_anchored_reference_is_lowered_once() -> None:
    text = "on: push\njobs:\n  a:\n    uses: &x o/r/.github/workflows/a.yml@v1\n  b:\n    uses: *x\n"
    lowered = lower(TOOLKIT, workflow(text))
    assert lowered.text.count(f"./{MOUNT}/.github/workflows/a.yml") == 1
    assert "o/r" not in lowered.text


@pytest.mark.parametrize("path", ["o/r/.github/workflows/a.yml@v1", "./.github/workflows/own.yml"])
def test_a_call_covers_its_lines(path: str, tmp_path: Path) -> None:
    text = f"on: push\njobs:\n  a:\n    uses: {path}\n    with:\n      x: 1\n  b:\n    runs-on: x\n"
    lowered = lower(TOOLKIT, workflow(text))
    assert [list(lines) for lines in lowered.lines] == ([[4, 5, 6]] if path.startswith("o/r") else [])
