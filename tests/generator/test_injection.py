# ruff: noqa: E501 - the pipeline of these tests is read line by line
"""Whatever stands in a matrix, it is refused, or it is rendered as that very text: never as a key or an expression."""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from generator.assemble import assemble
from generator.compose import compose_all
from generator.expand import expand
from generator.load import Pipeline, Toolkit, load, validate
from generator.schema import PipelineFile
from generator.source import parse
from generator.targets.github import GitHub
from shuntyard.errors import ProblemsFound
from tests.generator.yard import ACTIONS, LABELS, RUNNERS, SUITES, TOOLKIT, Yard, build

# Every position of the format that takes text, filled.
PIPELINE: dict[str, Any] = {
    "pipeline": "nightly",
    "summary": "Everything at once.",
    "triggers": {
        "call": {"inputs": ["configs", "tests", "percent"]},
        "schedule": [{"cron": "17 3 * * *", "timezone": "Europe/Berlin"}],
        "dispatch": True,
        "labels": ["ciflow/nightly"],
        "push": {"branches": ["main", "release/*"]},
    },
    "axes": {"config": {"suites": ["unit", "own"]}, "arm": ["shell", "python"], "size": ["big", "small"]},
    "include": [{"config": "docs", "arm": "shell", "size": "huge"}],
    "exclude": [{"config": "own", "size": "small"}],
    "together": "arm",
    "runner": {"by": "size", "values": {"big": "gpu", "small": "cpu", "huge": "mine"}},
    "jobs": {
        "test": {"matrix": "rows", "action": "run-shard", "with": {"tests": "test_a", "verbose": "true"}},
        "report": {"needs": ["test"], "always": True, "action": "analyse", "runner": "cpu", "with": {"title": "A title"}},
    },
    "gate": {"requires": ["test", "report"], "empty": "pass"},
    "outputs": {"verdict": "report.verdict"},
    "at-home": {"configs": "unit own", "tests": "test_a test_b"},
    "suites": {"Own": {"tests": ["test_own"], "places": ["t/{test}.py"], "command": ["make", "-k"], "arguments": ["-x"]}},
    "configurations": {"own": {"suite": "Own", "adds": ["more"], "phase": "2A", "arguments": ["-q"], "env": {"A_B": "c"}}},
    "runners": {"mine": {"labels": ["self-hosted", "my box"], "summary": "Mine.", "accelerator": "gpu_rocm"}},
}  # fmt: skip

SHARED = {"toolkit": TOOLKIT, "runners": RUNNERS, "labels": LABELS, "suites": SUITES, "actions": ACTIONS}

NASTY = st.sampled_from(
    ["${{ github.token }}", "${{", "}}", "{{", "$", "'", "''", '"', "\n", "\r\n", "\n    run: id", ": ", " #", "- ", "? ",
     "' || true || '", "') || ('", "::error::", "$(id)", "`id`", "; id", "../..", "\\", "\\n", "\0", "\x1b[31m", "é", "🚀",
     "\u2028", "\x85", "\ufeff", "&a", "*a", "!!str ", "%YAML", "|", ">", "<<", ">>", "<%", "%>", "<# #>", "{", "[", "~",
     "true", "null", "3.10", "1e3", " ", "\t", "@", ",", "=", "inputs.tests", "x-y", "A", "0"]
)  # fmt: skip
PARTS = st.lists(st.one_of(NASTY, st.text(max_size=6)), min_size=1, max_size=4).map("".join).filter(bool)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of each text in nested values; of a key, the path ends with `(key,)`."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, (key,))
            yield from paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths(item, (*path, index))
    elif isinstance(value, str):
        yield path


def replaced(value: Any, path: tuple[Any, ...], text: str) -> Any:
    """A copy with `text` put before, after or instead of what stands at `path`."""
    result = copy.deepcopy(value)
    inner = result
    for part in path[:-1]:
        inner = inner[part]
    last = path[-1]
    if isinstance(last, tuple):
        items = [(text if key == last[0] else key, item) for key, item in inner.items()]
        inner.clear()
        inner.update(items)
    else:
        inner[last] = text
    return result


def at(value: Any, path: tuple[Any, ...]) -> str:
    for part in path:
        value = part[0] if isinstance(part, tuple) else value[part]
    return str(value)


def as_yaml(value: Any) -> str:
    """JSON is YAML, but for characters that YAML would fold or refuse."""
    return re.sub("[^ -~]", lambda found: f"\\U{ord(found[0]):08x}", json.dumps(value, ensure_ascii=False))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], Any]:
    """Every scalar and every empty collection, by path."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = {inner: leaf for key, item in items for inner, leaf in leaves(item, (*path, key)).items()}
    return found or {path: value}


def expressions(text: str) -> list[str]:
    """What GitHub evaluates in a text, its string literals blanked: an expression ends at the first `}}` outside one."""
    found = []
    while "${{" in text:
        text = text.partition("${{")[2]
        body = re.match(r"(?:[^'}]|}(?!})|'(?:[^']|'')*')*}}", text)
        assert body, f"an expression without an end: {text!r}"
        found.append(re.sub(r"'(?:[^']|'')*'", "'…'", body[0]))
        text = text[body.end() :]
    return found


def load_yaml(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def check_same_but_for_one_text(before: str, after: str, old: str, new: str) -> None:
    """Two renderings are of the same shape; where they differ, a scalar holds `new` as it stands, or quoted."""
    first, second = leaves(load_yaml(before)), leaves(load_yaml(after))
    names = {part for path in second for part in path} - {part for path in first for part in path}
    assert names <= {new}, f"new keys: {names}"
    if not names:
        assert first.keys() == second.keys()
    for path, leaf in second.items():
        known = first.get(path, leaf if names else None)
        if leaf != known:
            assert isinstance(known, str)
            assert leaf in (known.replace(old, new), known.replace(quoted(old), quoted(new))), (path, known, leaf)
    assert all_expressions(first, old, new) == all_expressions(second, new, new)


def all_expressions(values: dict[tuple[Any, ...], Any], old: str, new: str) -> Counter[str]:
    texts = [leaf for leaf in values.values() if isinstance(leaf, str)]
    found = [expression for text in texts for expression in expressions(text)]
    either = rf"(?<=\.)(?:{re.escape(old)}|{re.escape(new)})(?![a-z0-9-])"  # a name that may have become another
    return Counter(re.sub(either, "name", expression) for expression in found)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.fixture(scope="module")
def shared_yard(tmp_path_factory: pytest.TempPathFactory) -> Yard:
    return build(tmp_path_factory.mktemp("injection") / "yard")


class Base:
    """The unchanged toolkit, and what it renders to. No dataclass: Hypothesis would show every field of it."""

    def __init__(self, root: Path) -> None:
        self.toolkit = load(root)
        self.workflow = workflow(self.toolkit, PIPELINE)
        self.files = files(root)


@pytest.fixture(scope="module")
def base(shared_yard: Yard) -> Base:
    return Base(shared_yard.root)


def workflow(toolkit: Toolkit, values: dict[str, Any]) -> str:
    """The rendered workflow of a pipeline. Raises ProblemsFound."""
    document = parse(as_yaml(values), "matrices/nightly.yml", tolerant=True)
    pipeline = Pipeline(model=validate(PipelineFile, document), document=document)
    expand(toolkit, pipeline)
    return GitHub(toolkit).workflow(assemble(toolkit, compose_all(toolkit), pipeline))


@settings(max_examples=35, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(sorted(paths(PIPELINE), key=str)),
    parts=PARTS,
    where=st.sampled_from(["{1}", "{0}{1}", "{1}{0}"]),
)
def test_no_text_of_a_pipeline_leaves_its_place(base: Base, path: tuple[Any, ...], parts: str, where: str) -> None:
    old = at(PIPELINE, path)
    new = where.format(old, parts)
    try:
        after = workflow(base.toolkit, replaced(PIPELINE, path, new))
    except ProblemsFound as found:
        assert all(problem.message and problem.line == 1 for problem in found.problems)
        return
    assert "${{" not in new
    check_same_but_for_one_text(base.workflow, after, old, new)


def files(root: Path) -> dict[str, str]:
    """The rendered workflows and actions by path. Raises ProblemsFound."""
    toolkit = load(root)
    composites, target = compose_all(toolkit), GitHub(toolkit)
    found = {f"actions/{name}/action.yml": target.action(composite) for name, composite in composites.items()}
    for name, pipeline in toolkit.pipelines.items():
        expand(toolkit, pipeline)
        found[f".github/workflows/{name}.yml"] = target.workflow(assemble(toolkit, composites, pipeline))
    return found | {".github/actionlint.yaml": target.actionlint(toolkit)}


def shared_positions() -> list[tuple[str, tuple[Any, ...]]]:
    return [(name, path) for name, text in SHARED.items() for path in sorted(paths(load_yaml(text)), key=str)]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(shared_positions()), parts=PARTS, where=st.sampled_from(["{1}", "{0}{1}", "{1}{0}"]))
def test_no_text_of_a_shared_file_leaves_its_place(
    shared_yard: Yard, base: Base, place: tuple[str, tuple[Any, ...]], parts: str, where: str
) -> None:
    name, path = place
    values = load_yaml(SHARED[name])
    old = at(values, path)
    new = where.format(old, parts)
    try:
        text = json.dumps(replaced(values, path, new), ensure_ascii=False, default=str)
        text = text.replace('"2030-01-31"', "2030-01-31")  # a date is one only without quotes
        shared_yard.matrix(name).write_text(re.sub("[^ -~]", lambda c: f"\\U{ord(c[0]):08x}", text), encoding="utf-8")
        after = files(shared_yard.root)
    except ProblemsFound as found:
        assert all(problem.message for problem in found.problems)
        return
    finally:
        shared_yard.put(name, SHARED[name])
    assert "${{" not in new
    assert all(re.fullmatch(r"[a-z0-9./_-]+", file) for file in after)
    labels = load_yaml(after[".github/actionlint.yaml"])
    assert all(isinstance(label, str) for label in labels.pop("self-hosted-runner")["labels"])
    assert labels == {}
    for file in base.files.keys() & after.keys():
        if base.files[file] != after[file] and file.endswith(".yml"):
            check_same_but_for_one_text(base.files[file], after[file], old, new)
            assert run_lines(base.files[file]) == run_lines(after[file])


def run_lines(text: str) -> list[Any]:
    return [leaf for path, leaf in leaves(load_yaml(text)).items() if path[-1] == "run"]


@pytest.mark.parametrize(
    "text",
    [
        "it's",
        "a }} b",
        "' || github.token || '",
        "one\ntwo: three\n",
        "  spaces  ",
        "🚀 \u00e9",
        "# no comment",
        "- item",
        "&anchor *alias !tag",
        "{a: b}",
        "trailing\n\n",
        "\n",
        "\ttab",
        "\\",
    ],
)
def test_a_default_at_home_is_a_string_literal_of_the_expression(base: Base, text: str) -> None:
    rendered = load_yaml(workflow(base.toolkit, replaced(PIPELINE, ("at-home", "configs"), text)))
    (step,) = rendered["jobs"]["select"]["steps"]
    literal = "'" + text.replace("'", "''") + "'"
    home = "github.repository == 'yard-owner/yard'"
    assert step["with"]["configs"] == "${{ inputs.configs || (" + home + " && " + literal + ") || '' }}"


def test_a_label_is_a_string_literal_of_the_condition(yard: Yard) -> None:
    label = "Run it: now ./+-_ please"
    yard.edit("labels", "ciflow/nightly:", f'"{label}":')
    yard.edit("nightly", "[ciflow/nightly]", f'["{label}"]')
    rendered = load_yaml(yard.render().files[".github/workflows/nightly.yml"])
    condition = rendered["jobs"]["select"]["if"]
    assert condition == (
        "${{ github.event.action != 'unlabeled' && (github.event.action != 'labeled' || github.event.label.name == '"
        + label
        + "') }}"
    )


@given(st.text(max_size=30))
def test_the_lexer_of_these_tests_knows_where_an_expression_ends(text: str) -> None:
    assert expressions("a ${{ x == " + quoted(text) + " }} b") == [" x == '…' }}"]
