"""Whatever shape a workflow has, no rule trips over it, and every place that it names is in the file."""

from __future__ import annotations

import copy
import functools
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import check
from generator.check.subject import File, Subject, Tree
from generator.source import parse
from tests.generator.check.cases import clean_yard, judge, subject_of

OURS = [rule for rule in check.RULES if rule not in ("drift", *check.TOOLS)]
START: dict[str, Any] = {
    "name": "any",
    "on": {
        "pull_request": {"types": ["labeled", "synchronize"]},
        "schedule": [{"cron": "0 3 * * *"}],
        "push": {"tags": ["ciflow/nigthly/*"]},
        "workflow_dispatch": {"inputs": {"a": {"type": "string"}}},
        "workflow_call": {"inputs": {"instance": {"default": ""}}, "secrets": {"key": {}}},
        "pull_request_target": {},
    },
    "permissions": "write-all",
    "concurrency": {"group": "any-${{ inputs.instance }}", "cancel-in-progress": "${{ github.event_name != 'x' }}"},
    "defaults": {"run": {"shell": "${{ inputs.a }}", "working-directory": "x"}},
    "jobs": {
        "a": {
            "runs-on": ["self-hosted", "gpu-oen"],
            "strategy": {"matrix": {"os": ["x", "y"], "include": [{"os": "z"}], "exclude": [{"os": "x"}]}},
            "concurrency": {"group": "a", "cancel-in-progress": True},
            "if": "${{ github.event.label.name == 'ciflow/nigthly' }}",
            "steps": [
                {"uses": "actions/checkout@v7", "with": {"ref": "${{ github.head_ref }}", "persist-credentials": True}},
                {"run": "echo ${{ github.event.issue.title }}", "shell": "bash", "env": {"INPUT_A": "b"}, "id": "s"},
                {"run": 'python3 "$GITHUB_ACTION_PATH/../../scripts/gate.py"', "id": "g"},
                {"parallel": [{"uses": "$/actions/gaet", "with": {"empty": "maybe"}}]},
                {"uses": "yard-owner/yard/actions/select-rows@main", "with": {"percent": "x"}},
            ],
        },
        "b": {
            "uses": "yard-owner/yard/.github/workflows/nightly.yml@v1",
            "with": {"instance": "x", "mode": "pair", "configs": "unit dosc"},
            "secrets": "inherit",
            "permissions": {"contents": "none"},
            "needs": ["a"],
        },
        "c": {"uses": "$/.github/workflows/any.yml", "with": {"matrix": "m.yml", "pipeline": "p"}, "needs": "gate"},
        "gate": {
            "needs": ["a", "b"],
            "runs-on": "${{ matrix.os }}",
            "steps": [{"uses": "$/actions/gate", "with": {"requires": "a", "needs": "{}"}}],
        },
    },
}
WORDS = (
    "",
    "x",
    "*",
    "inherit",
    "${{ inputs.a }}",
    "${{",
    "}}",
    "@",
    "./",
    "$/",
    "docker://",
    "o/r@",
    "0 0",
    "labeled",
)
KEYS = st.sampled_from(["uses", "run", "with", "on", "a", "steps"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 300)
    | st.floats(allow_nan=False, allow_infinity=False, width=16)
    | st.sampled_from(WORDS)
    | st.text("aZ0-_./:@#'\"{}[]$&*!|>%é🚂 \n", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=4,
)


def paths(value: Any, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every value below."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for key, item in pairs for path in [(*above, key), *paths(item, (*above, key))]]


PATHS = paths(START)


@functools.cache
def clean() -> Subject:
    with tempfile.TemporaryDirectory() as name:
        return subject_of(clean_yard(Path(name) / "yard"), tools=False)


def changed(changes: list[tuple[tuple[str | int, ...], Any]]) -> Any:
    """START with the values at some paths replaced."""
    data = copy.deepcopy(START)
    for path, value in changes:
        holder: Any = data
        for part in path[:-1]:
            holder = holder[part] if _has(holder, part) else None
        if _has(holder, path[-1]):
            holder[path[-1]] = value
    return data


def _has(holder: Any, part: str | int) -> bool:
    if isinstance(holder, dict):
        return part in holder
    return isinstance(holder, list) and isinstance(part, int) and part < len(holder)


def with_file(subject: Subject, text: str, path: str, *, ours: bool) -> Subject:
    """The subject with one file more: in the toolkit, or in a caller."""
    shown = path if ours else f"caller/{path}"
    file = File(document=parse(text, shown, strict=False), text=text, path=path, ours=ours)
    if ours:
        return replace(subject, home=replace(subject.home, files={**subject.home.files, path: file}))
    return replace(subject, callers=(Tree(name="caller", root=subject.root / "nowhere", files={path: file}),))


@pytest.mark.slow
@pytest.mark.parametrize("path", [".github/workflows/zzz.yml", "actions/zzz/action.yml", "caller"])
@settings(max_examples=100, deadline=None)
@given(changes=st.lists(st.tuples(st.sampled_from(PATHS), VALUES), max_size=4), indent=st.sampled_from([None, 2]))
def test_no_shape_trips_a_rule(path: str, changes: list[tuple[tuple[str | int, ...], Any]], indent: int | None) -> None:
    data = changed(changes)
    ours = path != "caller"
    if path.endswith("action.yml"):
        runs = data["jobs"].get("a") if isinstance(data["jobs"], dict) else data["jobs"]
        data = {"name": "zzz", "inputs": data["on"], "outputs": data["jobs"], "runs": runs}
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    subject = with_file(clean(), text, path if ours else ".github/workflows/ci.yml", ours=ours)
    lines = text.split("\n")
    for problem in judge(subject, *OURS):
        if problem.file in (path, "caller/.github/workflows/ci.yml"):
            assert 1 <= problem.line <= len(lines), problem
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1, problem


def test_the_start_shows_many_rules() -> None:
    subject = with_file(clean(), json.dumps(START), ".github/workflows/zzz.yml", ours=True)
    found = {problem.rule for problem in judge(subject, *OURS)}
    assert {"contract", "permissions", "timeouts", "concurrency", "pins", "injection", "triggers"} <= found
    assert {"labels", "runners", "gate", "checkout"} <= found
