"""Lowering for act: what has to change does, what act would reject is named, and nothing else moves."""

from __future__ import annotations

import copy
import io
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from generator.rehearse.edits import Text
from generator.rehearse.lower import PERMISSIONS, Lowered, lower
from generator.rehearse.survey import File
from generator.source import parse


def lowered(text: str, blocked: dict[str, str] | None = None, at_once: int = 0) -> Lowered:
    file = File(tree="toolkit", path="x.yml", text=text, document=parse(text, "x.yml", strict=False))
    return lower(file, lambda path: f"o/r/{path}@v1", blocked or {}, at_once)


WORKFLOW = """\
# a comment that stays
name: x   # and this
on: {push: }
permissions: {contents: read}
concurrency:
  group: x-${{ github.ref }}
  # a comment inside
  queue: max

jobs:
  one:
    runs-on: ubuntu-24.04
    environment:
      name: prod
      deployment: false
    steps:
      - uses: $/actions/a # pinned
      - {uses: "$/actions/b", with: {a: "$/no"}}
      - run: |
          echo '$/actions/c'
          # uses: $/actions/d
  two: {uses: $/.github/workflows/y.yml}
"""
LOWERED = """\
# a comment that stays
name: x   # and this
on: {push: }
permissions: {contents: read}
concurrency:
  group: x-${{ github.ref }}

jobs:
  one:
    runs-on: ubuntu-24.04
    steps:
      - uses: o/r/actions/a@v1 # pinned
      - {uses: "o/r/actions/b@v1", with: {a: "$/no"}}
      - run: |
          echo '$/actions/c'
          # uses: $/actions/d
  two: {uses: o/r/.github/workflows/y.yml@v1}
"""


def test_references_and_keys_that_act_rejects() -> None:
    found = lowered(WORKFLOW)
    assert found.text == LOWERED
    assert found.removed == (("concurrency.queue", 8), ("jobs.one.environment", 13))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("concurrency: {group: x, queue: max}\n", "concurrency: {group: x}\n"),
        ("concurrency: {queue: max, group: x}\n", "concurrency: {group: x}\n"),
        ("concurrency: {queue: max}\n", "concurrency: {}\n"),
        ("concurrency:\n  queue: max\n", "concurrency:\n  {}\n"),
        ("concurrency:\n  queue: max\n  group: x # c\n", "concurrency:\n  group: x # c\n"),
        ("permissions: {vulnerability-alerts: read}\njobs: {}\n", "jobs: {}\n"),
        ("permissions: read-all\n", "permissions: read-all\n"),
        (
            "jobs:\n  a:\n    snapshot: x\n    permissions: {new: read}\n    runs-on: y\n",
            "jobs:\n  a:\n    runs-on: y\n",
        ),
        ("jobs:\n  a:\n    runs-on: y\n    snapshot: x\n# end\n", "jobs:\n  a:\n    runs-on: y\n# end\n"),
    ],
)
def test_removals(before: str, after: str) -> None:
    assert lowered(before).text == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("jobs:\n  a:\n    runs-on: y\n", "jobs:\n  a:\n    if: false\n    runs-on: y\n"),
        ("jobs:\n  a: {runs-on: y}\n", "jobs:\n  a: {if: false, runs-on: y}\n"),
        ("jobs:\n  a:\n    runs-on: y\n    if: ${{ always() }}\n", "jobs:\n  a:\n    runs-on: y\n    if: false\n"),
        ("jobs:\n  a: {if: 'x', runs-on: y}\n", 'jobs:\n  a: {if: "false", runs-on: y}\n'),
    ],
)
def test_a_blocked_job_never_runs(before: str, after: str) -> None:
    assert lowered(before, {"a": "why"}).text == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  a: {strategy: {matrix: {n: [1]}}}\n", "  a: {strategy: {max-parallel: 1, matrix: {n: [1]}}}\n"),
        ("  a: {strategy: {max-parallel: 3, matrix: {}}}\n", "  a: {strategy: {max-parallel: 1, matrix: {}}}\n"),
        ("  a:\n    strategy:\n      matrix: {}\n", "  a:\n    strategy:\n      max-parallel: 1\n      matrix: {}\n"),
    ],
)
def test_jobs_of_a_matrix_run_one_after_another(before: str, after: str) -> None:
    assert lowered(f"jobs:\n{before}", at_once=1).text == f"jobs:\n{after}"


# --- whatever the file looks like

USES = st.sampled_from(["$/actions/a", "$/actions/b", "actions/checkout@v7", "./acts/x", "docker://y"])
WORDS = st.text(alphabet="ab :#'\"$/{}-\n", max_size=12)
STEPS = st.lists(st.one_of(st.fixed_dictionaries({"uses": USES}), st.fixed_dictionaries({"run": WORDS})), max_size=3)
JOB = st.fixed_dictionaries(
    {"runs-on": st.just("x"), "steps": STEPS},
    optional={
        "name": WORDS,
        "if": st.just("always()"),
        "snapshot": WORDS,
        "permissions": st.dictionaries(st.sampled_from(["contents", "brand-new"]), st.just("read"), max_size=2),
        "concurrency": st.fixed_dictionaries({"group": WORDS}, optional={"queue": st.just("max")}),
        "environment": st.fixed_dictionaries({"name": WORDS}, optional={"deployment": st.booleans()}),
    },
)
FILES = st.fixed_dictionaries(
    {"on": st.just("push"), "jobs": st.dictionaries(st.sampled_from(["one", "two", "three"]), JOB, min_size=1)},
    optional={"concurrency": st.fixed_dictionaries({"group": WORDS}, optional={"queue": st.just("max")})},
)


def written(data: Any, flow: bool | None) -> str:
    yaml = YAML()
    yaml.default_flow_style = flow
    yaml.width = 4096
    stream = io.StringIO()
    yaml.dump(_readable(data), stream)
    return "# head\n" + stream.getvalue() + "# tail\n"


def _readable(data: Any) -> Any:
    """The same with quotes around `:a`: the library writes `{group: :a}`, which neither it nor act reads back."""
    if isinstance(data, dict):
        return {key: _readable(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_readable(value) for value in data]
    return DoubleQuotedScalarString(data) if isinstance(data, str) and data.startswith(":") else data


def expected(data: Any, blocked: set[str]) -> Any:
    """What the lowered file should say, worked out on the data."""
    data = copy.deepcopy(data)
    for place in (data, *data["jobs"].values()):
        if "concurrency" in place:
            place["concurrency"].pop("queue", None)
        if set(place.get("permissions", ())) - PERMISSIONS:
            del place["permissions"]
        if set(place.get("environment", ())) - {"name", "url"}:
            del place["environment"]
        place.pop("snapshot", None)
        for step in place.get("steps", ()):
            if step.get("uses", "").startswith("$/"):
                step["uses"] = f"o/r/{step['uses'][2:]}@v1"
    for name in blocked:
        data["jobs"][name]["if"] = False
    return data


COLON = {"on": "push", "jobs": {"one": {"runs-on": "x", "steps": [], "concurrency": {"group": ":a"}}}}


@example(COLON, None, set())
@given(FILES, st.sampled_from([True, False, None]), st.sets(st.sampled_from(["one", "two", "three"])))
def test_only_what_must_change_changes(data: Any, flow: bool | None, blocked: set[str]) -> None:
    text = written(data, flow)
    blocked &= set(data["jobs"])
    result = lowered(text, dict.fromkeys(blocked, "why"))
    assert parse(result.text, "x.yml", strict=False).data == expected(data, blocked)
    assert result.text.startswith("# head\n") and result.text.endswith("# tail\n")
    if expected(data, blocked) == data:
        assert result.text == text


@example(COLON, None)
@given(FILES, st.sampled_from([True, False, None]))
def test_every_value_is_found_where_it_stands(data: Any, flow: bool | None) -> None:
    text = Text(written(data, flow))
    edits = [text.replace_scalar(("jobs", name, "runs-on"), "y") for name in data["jobs"]]
    for job in data["jobs"].values():
        job["runs-on"] = "y"
    assert parse(text.apply(edits), "x.yml", strict=False).data == data


MAY_FAIL = """\
jobs:
  one:
    continue-on-error: ${{ matrix.experimental || false }}
    steps:
      - id: get
        uses: x/y@v1
      - id: run
        if: ${{ inputs.go != '' }}
        run: a
      - {id: tell, if: always(), run: b}
      - run: c
        continue-on-error: true
  two:
    steps:
      - run: d
"""
MAY_FAIL_LOWERED = """\
jobs:
  one:
    continue-on-error: ${{ matrix.experimental || false }}
    steps:
      - continue-on-error: "${{ matrix.experimental || false }}"
        id: get
        uses: x/y@v1
      - continue-on-error: "${{ matrix.experimental || false }}"
        id: run
        if: "${{ (inputs.go != '') && steps.get.outcome != 'failure' }}"
        run: a
      - {continue-on-error: "${{ matrix.experimental || false }}", id: tell, if: always(), run: b}
      - if: "${{ steps.get.outcome != 'failure' && steps.run.outcome != 'failure' && steps.tell.outcome != 'failure' }}"
        run: c
        continue-on-error: true
  two:
    steps:
      - run: d
"""


def test_a_job_that_may_fail_has_steps_that_may_and_still_skips_what_follows() -> None:
    text = lowered(MAY_FAIL).text
    assert text == MAY_FAIL_LOWERED
    assert YAML(typ="safe").load(text)["jobs"]["one"]["steps"][2]["if"] == "always()"
