# ruff: noqa: E501 - a table is read by its columns: one case a line
"""Axes, include, exclude, filters, runners → rows: which rows, what they are called, and what cannot be."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from generator.expand import expand
from generator.load import Pipeline, Toolkit, load, validate
from generator.points import MOST_POINTS
from generator.schema import PipelineFile
from generator.source import parse
from generator.targets.style import scalar
from shuntyard.errors import Problem, ProblemsFound
from shuntyard.plan import CompiledPipeline
from shuntyard.select import Request, select
from tests.generator.yard import CURSOR, build

HEAD = "pipeline: rows\nsummary: Rows.\n"


@pytest.fixture(scope="module")
def toolkit(tmp_path_factory: pytest.TempPathFactory) -> Toolkit:
    return load(build(tmp_path_factory.mktemp("expand") / "yard").root)


def read(text: str) -> Pipeline:
    document = parse(text, "matrices/rows.yml", tolerant=True)
    return Pipeline(model=validate(PipelineFile, document), document=document)


def rows(toolkit: Toolkit, text: str) -> CompiledPipeline:
    if "runner" not in text:
        text += "runner: cpu\n"
    return expand(toolkit, read(HEAD + text))


def ids(toolkit: Toolkit, text: str) -> list[str]:
    return [row.id for row in rows(toolkit, text).rows]


def problems(toolkit: Toolkit, text: str) -> list[Problem]:
    with pytest.raises(ProblemsFound) as raised:
        rows(toolkit, text)
    return raised.value.problems


# --- which rows


def test_rows_are_the_product_of_the_axes_in_the_order_written(toolkit: Toolkit) -> None:
    assert ids(toolkit, "axes: {os: [linux, mac], python: ['3.10', '3.9']}\n") == [
        "linux.3.10",
        "linux.3.9",
        "mac.3.10",
        "mac.3.9",
    ]


def test_exclude_takes_out_every_row_that_has_its_values(toolkit: Toolkit) -> None:
    text = "axes: {os: [linux, mac], n: [1, 2]}\nexclude: [{os: mac}, {os: linux, n: 2}]\n"
    assert ids(toolkit, text) == ["linux.1"]


def test_include_adds_rows_after_the_product_with_values_in_the_axes_order(toolkit: Toolkit) -> None:
    text = "axes: {os: [linux], n: [1]}\ninclude: [{n: 2, os: mac}, {extra: x, os: bsd, n: 3}]\n"
    assert ids(toolkit, text) == ["linux.1", "mac.2", "bsd.3.x"]
    assert rows(toolkit, text).rows[1].values == {"os": "mac", "n": "2"}


def test_include_alone_makes_a_matrix(toolkit: Toolkit) -> None:
    assert ids(toolkit, "include: [{os: linux}, {os: mac}]\n") == ["linux", "mac"]


def test_exclude_does_not_touch_what_include_adds(toolkit: Toolkit) -> None:
    text = "axes: {os: [linux, mac]}\nexclude: [{os: mac}]\ninclude: [{os: mac}]\n"
    assert ids(toolkit, text) == ["linux", "mac"]


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ("{phase: [1]}", ["unit"]),  # the number and the text are the same phase
        ('{phase: ["1"]}', ["unit"]),
        ("{phase: [2A, 1]}", ["unit", "docs"]),
        ("{risk: [low]}", ["unit", "docs"]),
        ("{risk: [medium, high]}", ["gloo", "inductor"]),
        ("{phase: [1, 2B], risk: [medium]}", ["gloo"]),
        ("{}", ["unit", "docs", "gloo", "inductor"]),
        ("all", ["unit", "docs", "gloo", "inductor"]),
        ("[gloo, unit]", ["gloo", "unit"]),
    ],
)
def test_configurations_are_chosen_by_phase_risk_name_or_all(
    toolkit: Toolkit, filter_: str, expected: list[str]
) -> None:
    compiled = rows(toolkit, f"axes: {{config: {{suites: {filter_}}}}}\n")
    assert [row.id for row in compiled.rows] == expected
    assert [row.suite for row in compiled.rows] == expected
    assert compiled.config_axis == "config"


def test_a_configuration_becomes_what_the_runner_needs_to_know(toolkit: Toolkit) -> None:
    compiled = rows(toolkit, "axes: {config: {suites: [docs, gloo, inductor]}}\n")
    docs, gloo = compiled.suites["docs"], compiled.suites["gloo"]
    assert (docs.suite, docs.tests, docs.arguments) == ("Docs", ("test_docs", "test_tutorials"), ("--doctest-modules",))
    assert (docs.timeout_s, docs.phase, docs.risk) == (300, "2A", "low")
    assert docs.places == ("test/{test}.py", "tests/{test}.py", "testing/{test}.py")
    assert (gloo.tests, gloo.env) == (("test_unit", "test_gloo"), {"OMP_NUM_THREADS": "1"})
    assert compiled.flags == {"docs": True, "gloo": True, "inductor": False}


def test_a_pipeline_s_own_suites_configurations_and_runners_win(toolkit: Toolkit) -> None:
    text = (
        "axes: {config: {suites: [unit, mine]}}\n"
        "runner: cpu\n"
        "suites: {Mine: {tests: [test_mine], command: [make, check]}}\n"
        "configurations: {mine: {suite: Mine, env: {A: b}}, unit: {suite: Mine, adds: [x]}}\n"
        "runners: {cpu: {labels: [own-label], summary: Own.}}\n"
    )
    compiled = rows(toolkit, text)
    assert compiled.suites["mine"].command == ("make", "check")
    assert compiled.suites["unit"].tests == ("test_mine", "x")
    assert compiled.runners == {"cpu": ("own-label",)}


def test_a_pipeline_without_configurations_runs_what_the_project_collects(toolkit: Toolkit) -> None:
    compiled = rows(toolkit, "axes: {n: [1]}\n")
    assert compiled.suites["rows"].tests == ("*",)
    assert compiled.rows[0].suite == "rows"


def test_one_own_configuration_needs_no_axis(toolkit: Toolkit) -> None:
    compiled = rows(toolkit, "axes: {n: [1, 2]}\nconfigurations: {only: {suite: Unit}}\n")
    assert [row.suite for row in compiled.rows] == ["only", "only"]


def test_arms_and_shards_are_told_to_each_row(toolkit: Toolkit) -> None:
    compiled = rows(toolkit, "axes: {config: {suites: [unit]}, arm: [shell, python]}\ntogether: arm\nshards: 3\n")
    assert [(row.id, row.arm, row.shards) for row in compiled.rows] == [
        ("unit.shell", "shell", 3),
        ("unit.python", "python", 3),
    ]
    assert compiled.together == "arm"


def test_a_runner_is_named_for_all_by_an_axis_s_value_or_by_an_axis_called_runner(toolkit: Toolkit) -> None:
    everywhere = rows(toolkit, "axes: {n: [1, 2]}\nrunner: gpu\n")
    assert [row.runner for row in everywhere.rows] == ["gpu", "gpu"]
    assert everywhere.runners == {"gpu": ("self-hosted", "linux", "gpu-one")}
    by_value = rows(toolkit, "axes: {n: [1, 2]}\nrunner: {by: n, values: {'1': cpu, '2': gpu}}\n")
    assert [row.runner for row in by_value.rows] == ["cpu", "gpu"]
    as_axis = rows(toolkit, "axes: {runner: [cpu, gpu]}\nrunner: hub\n")
    assert [row.runner for row in as_axis.rows] == ["cpu", "gpu"]


def test_the_events_of_a_pipeline_are_its_triggers(toolkit: Toolkit) -> None:
    text = "axes: {n: [1]}\ntriggers: {call: {}, schedule: {cron: '1 2 * * *'}, dispatch: true, labels: [ciflow/nightly], push: {branches: [main]}}\n"
    compiled = rows(toolkit, text)
    assert compiled.events == ("call", "schedule", "workflow_dispatch", "pull_request", "push")
    assert compiled.labels == ("ciflow/nightly",)
    assert rows(toolkit, "axes: {n: [1]}\n").events == ()


def test_rows_of_a_caller_are_none_yet(toolkit: Toolkit) -> None:
    assert rows(toolkit, "rows: caller\n").rows == ()


# --- what cannot be: the text with the cursor at the expected place, the message, the hint

FAULTS = {
    "no rows at all": ("axes: {}\n", "the matrix is empty", "at least one axis"),
    "an empty axis": ("axes:\n  n: ¦[]\n", "axis 'n' is empty", "would empty the whole matrix"),
    "a filter that nothing fits": ("axes:\n  c: ¦{suites: {phase: [1], risk: [high]}}\n", "axis 'c' is empty", "whole matrix"),
    "everything excluded": ("axes: ¦{n: [1]}\nexclude: [{n: 1}]\n", "the matrix is empty", "at least one axis"),
    "a value twice": ("axes:\n  n: [1, 2, ¦1]\n", "axis 'n' has '1' twice", "remove one"),
    "a number and the same text": ("axes:\n  n: [1, ¦'1']\n", "axis 'n' has '1' twice", "remove one"),
    "an unknown arm": ("axes:\n  arm: [shell, ¦pyton]\n", "unknown arm 'pyton'", "did you mean 'python'?"),
    "an unknown phase": ("axes:\n  c: {suites: {phase: [1, ¦2X]}}\n", "no configuration is in phase '2X'", "known are 1, 2A, 2B, 2C"),
    "an unknown configuration": ("axes:\n  c: {suites: [unit, ¦doc]}\n", "unknown configuration 'doc'", "did you mean 'docs'?"),
    "two axes of configurations": ("axes:\n  c: {suites: all}\n  d: ¦{suites: [unit]}\n", "a second axis of test configurations", "'c'"),
    "configurations without saying so": ("axes:\n  config: ¦[unit, docs]\n", "a plain list chooses no test configurations", "`config: {suites: [unit, docs]}`"),
    "an exclude that fits nothing": ("axes: {n: [1]}\nexclude: [¦{n: 2}]\n", "this exclude matches no row", "correct its values"),
    "an exclude of an unknown axis": ("axes: {size: [1]}\nexclude: [{siez: ¦1}]\n", "no axis is called 'siez'", "did you mean 'size'?"),
    "an exclude of nothing": ("axes: {n: [1]}\nexclude: [¦{}]\n", "this exclude names no axis", "every row"),
    "an include of nothing": ("axes: {n: [1]}\ninclude: [¦{}]\n", "this include is empty", "at least one value"),
    "an include that is a row already": ("axes: {n: [1], m: [2]}\ninclude: [¦{m: 2, n: 1}]\n", "there is a row {n: 1, m: 2} already", "remove one"),
    "an include of an unknown configuration": ("axes: {c: {suites: [unit]}}\ninclude: [{c: ¦units}]\n", "unknown configuration 'units'", "did you mean 'unit'?"),
    "an include of an unknown arm": ("axes: {n: [1]}\ninclude: [{arm: ¦bash}]\n", "unknown arm 'bash'", "known are python, shell"),
    "ids that collide": ("axes: ¦{a: [x.y, x], b: [z, y.z]}\n", "two rows are called 'x.y.z'", "joined names differ"),
    "an id that is too long": ("axes: ¦{a: [" + "x" * 60 + "], b: [" + "y" * 60 + "]}\n", "longer than 100 characters", "shorten"),
    "more rows than any machine takes": ("axes: ¦{" + ", ".join(f"a{n}: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]" for n in range(8)) + "}\n", "the axes make 100,000,000 rows", "split the pipeline"),
    "together by no axis": ("axes: {size: [1]}\ntogether: ¦sizes\n", "no axis is called 'sizes'", "did you mean 'size'?"),
    "jobs that collide": ("axes: {a: [x, x.m], arm: [shell], b: [m.y, y]}\ntogether: ¦arm\n", "two jobs are called 'x.m.y'", "joined names differ"),
    "arms on two machines": ("axes: {n: [1], arm: [shell, python]}\ntogether: ¦arm\nrunner: {by: arm, values: {shell: cpu, python: gpu}}\n", "share a job, and name different machines", "on one machine"),
    "Pythons in one job": ("axes: {n: [1], python: ['3.11', '3.12']}\ntogether: ¦python\n", "share a job, and name different machines or Pythons", "in one Python"),
    "an include beside the pairs": ("axes: {n: [1], arm: [shell, python]}\ntogether: ¦arm\ninclude: [{n: 1}]\n", "two jobs are called '1'", "joined names differ"),
    "no runner": ("axes: {n: [1]}\n# runner\n", "no runner is named", "known are cpu, gpu, hub"),
    "an unknown runner": ("axes: {n: [1]}\nrunner: ¦cqu\n", "unknown runner 'cqu'", "did you mean 'cpu'?"),
    "an unknown runner by value": ("axes: {n: [1]}\nrunner: {by: n, values: {'1': ¦gqu}}\n", "unknown runner 'gqu'", "did you mean 'gpu'?"),
    "a value without a runner": ("axes: {n: [1, 2]}\nrunner: {by: n, values: ¦{'1': cpu}}\n", "no runner for n '2'", "runner.values"),
    "a runner by an unknown axis": ("axes: {n: [1]}\nrunner: {by: m, values: ¦{'1': cpu}}\n", "no runner for a row without 'm'", "axis name 'm'"),
    "configurations that nothing chooses": ("axes: {n: [1]}\nconfigurations: ¦{a: {suite: Unit}, b: {suite: Unit}}\n", "several configurations", "suites: [one, two]"),
    "an own configuration of an unknown suite": ("axes: {n: [1]}\nconfigurations: {a: {suite: ¦Unti}}\n", "unknown suite 'Unti'", "did you mean 'Unit'?"),
    "rows beside the caller's": ("rows: caller\naxes: ¦{n: [1]}\n", "'axes' says nothing here", "rows: caller"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_what_cannot_be_is_told_at_its_place(toolkit: Toolkit, case: str) -> None:
    text, message, hint = FAULTS[case]
    before, cursor, after = text.partition(CURSOR)
    (problem,) = problems(toolkit, before + after)
    assert message in problem.message
    assert hint in problem.hint
    place = ((HEAD + before).count("\n") + 1, len(before.split("\n")[-1]) + 1)
    assert not cursor or (problem.line, problem.column) == place


def test_all_faults_of_the_rows_are_told_together(toolkit: Toolkit) -> None:
    text = "axes: {arm: [shel], n: []}\nexclude: [{m: 1}]\nconfigurations: {a: {suite: Non}}\nrunner: {by: x, values: {}}\n"
    assert len(problems(toolkit, text)) == 4


# --- properties

WORDS = st.from_regex(r"[a-c][a-c.+_-]{0,2}", fullmatch=True).filter(lambda word: ".." not in word)
AXES = st.dictionaries(
    st.sampled_from(["os", "n", "arm2", "size"]), st.lists(WORDS, min_size=1, max_size=3, unique=True), min_size=1, max_size=3
)  # fmt: skip
QUICK = settings(max_examples=35, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def expanded(toolkit: Toolkit, **keys: Any) -> CompiledPipeline:
    return expand(toolkit, read(scalar({"pipeline": "rows", "summary": "Rows.", "runner": "cpu", **keys})))


@QUICK
@given(axes=AXES, data=st.data())
def test_rows_are_the_points_that_no_exclude_matches_each_under_one_id(
    toolkit: Toolkit, axes: dict[str, list[str]], data: st.DataObject
) -> None:
    points = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    excluded = data.draw(st.lists(st.sampled_from(points), max_size=len(points) - 1, unique_by=str))
    exclude = [dict(list(point.items())[: data.draw(st.integers(1, len(point)))]) for point in excluded]
    kept = [point for point in points if not any(entry.items() <= point.items() for entry in exclude)]
    assume(kept)
    names = [".".join(point.values()) for point in kept]
    try:
        compiled = expanded(toolkit, axes=axes, exclude=exclude)
    except ProblemsFound as found:
        assert len(set(names)) < len(names)
        assert all("two rows are called" in problem.message for problem in found.problems)
        return
    assert [row.values for row in compiled.rows] == kept
    assert [row.id for row in compiled.rows] == names
    assert len(set(names)) == len(names)


@QUICK
@given(axes=AXES, extra=WORDS, data=st.data())
def test_a_row_keeps_its_id_whatever_else_the_matrix_gets(
    toolkit: Toolkit, axes: dict[str, list[str]], extra: str, data: st.DataObject
) -> None:
    """An axis that gets a value, or an order of values: history and sticky choices follow the ids."""
    name = data.draw(st.sampled_from(sorted(axes)))
    more = {**axes, name: data.draw(st.permutations([*axes[name], extra + "-new"]))}
    try:
        before = {tuple(row.values.items()): row.id for row in expanded(toolkit, axes=axes).rows}
        after = {tuple(row.values.items()): row.id for row in expanded(toolkit, axes=more).rows}
    except ProblemsFound:
        assume(False)
    assert before.items() <= after.items()
    assert all(row_id == ".".join(value for _, value in values) for values, row_id in after.items())


@QUICK
@given(axes=AXES, shards=st.integers(1, 4), data=st.data())
def test_what_expands_can_be_selected_under_ids_that_are_unique_and_safe_in_a_file_name(
    toolkit: Toolkit, axes: dict[str, list[str]], shards: int, data: st.DataObject
) -> None:
    together = data.draw(st.sampled_from([None, *axes]))
    try:
        compiled = expanded(toolkit, axes=axes, shards=shards, **({"together": together} if together else {}))
    except ProblemsFound:
        assume(False)
    units = select(compiled, Request()).plan.units
    assert len({unit.id for unit in units}) == len(units)
    assert sorted(row.id for unit in units for row in unit.rows) == sorted([row.id for row in compiled.rows] * shards)
    for unit in units:
        assert not set(unit.id) & set('/\\:*?"<>| \n')
        assert len({tuple(v for k, v in row.values.items() if k != together) for row in unit.rows}) == 1


def test_the_largest_product_allowed_is_expanded_quickly_enough(toolkit: Toolkit) -> None:
    values = [f"v{n}" for n in range(100)]
    assert MOST_POINTS >= 100 * 100
    assert len(expanded(toolkit, axes={"a": values, "b": values}).rows) == 10_000
