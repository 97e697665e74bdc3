# ruff: noqa: E501 - a table is read by its columns: one case a line
"""Bad matrices: each fault is told at its file, line and column with a hint, all of them at once, and nothing is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.load import load, load_pipeline
from shuntyard import wire
from shuntyard.errors import Problem, ProblemsFound, ShuntyardError
from tests.generator.yard import MATRICES, Yard

ARM = "arm: [shell, python]"
CONFIG = "config: {suites: {phase: [1, 2A]}} # from suites.yml"
SUMMARY = "Two arms on the first configurations."

# Name of the fault → the file; what it says; what it says instead, with the cursor at the expected place; message; hint.
FAULTS = {
    # the format
    "unknown key": ("any", "rows: caller", "¦rowz: caller", "unknown key 'rowz'", "did you mean 'rows'?"),
    "unknown key in a job": ("nightly", "action: analyse}", "action: analyse, ¦alway: true}", "unknown key 'alway'", "did you mean 'always'?"),
    "unknown key in a runner": ("runners", "cards: 1", "¦card: 1", "unknown key 'card'", "did you mean 'cards'?"),
    "unknown key in a filter": ("nightly", "{phase: [1, 2A]}", "{¦phse: [1]}", "unknown key 'phse'", "did you mean 'phase'?"),
    "unknown key among several forms": ("actions", "{output: run-shard.artifact}", "{¦otput: run-shard.artifact}", "unknown key 'otput'", "did you mean 'output'?"),
    "missing key": ("labels", "summary: Run the nightly on this pull request.", "¦color: '0e8a16'", "key 'summary' is missing", "add it"),
    "missing key with a description": ("toolkit", "hub: hub\n", "", "key 'hub' is missing", "the runner for jobs that need no special hardware"),
    "3.10 in a list": ("nightly", ARM, ARM + "\n  python: [¦3.10]", "3.10 reads as the number 3.1", 'quote it to keep it text: "3.10"'),
    "3.10 by itself": ("nightly", ARM, ARM + "\n  python: ¦3.10", "found 3.10, which reads as the number 3.1", '"3.10"'),
    "3.10 as an axis of one value": ("nightly", "{suites: {phase: [1, 2A]}}", "{suites: {phase: [¦3.10]}}", "3.10 reads as the number 3.1", '"3.10"'),
    "3.10 as a default at home": ("nightly", "tests: test_unit test_docs", "python-version: ¦3.10", "3.10 reads as the number 3.1", '"3.10"'),
    "a truth value for text": ("nightly", ARM, ARM + "\n  x: [¦true]", "true reads as a truth value", '"true"'),
    "a date for text": ("nightly", ARM, ARM + "\n  x: [¦2026-01-31]", "2026-01-31 reads as the date 2026-01-31", '"2026-01-31"'),
    "a hexadecimal number": ("nightly", ARM, ARM + "\n  x: [¦0x10]", "0x10 reads as the number 16", '"0x10"'),
    "nothing for text": ("nightly", f"summary: {SUMMARY}", "¦summary: # later", "text is expected here, found nothing", "write text"),
    "nothing among values": ("nightly", ARM, ARM + "\n  x: [¦null]", "null reads as nothing", '"null"'),
    "text for a number": ("nightly", "timeout-minutes: 60", "timeout-minutes: ¦'60'", "a whole number is expected here, found '60'", "without quotes"),
    "a fraction for a number": ("nightly", "timeout-minutes: 60", "timeout-minutes: ¦1.5", "a whole number is expected here", "such as 60"),
    "too small": ("nightly", "timeout-minutes: 60", "timeout-minutes: ¦0", "the number 0 is too small", "at least 1"),
    "too large": ("nightly", "timeout-minutes: 60", "timeout-minutes: ¦9999", "the number 9999 is too large", "at most 7200"),
    "yes for true": ("nightly", "dispatch: true", "dispatch: ¦yes", "true or false is expected here, found 'yes'", "without quotes"),
    "a list for text": ("nightly", "runner: cpu", "runner: ¦[cpu]", "text or a mapping is expected here, found a list", "key: value"),
    "a mapping for a list": ("nightly", "requires: [test, report]", "requires: ¦{a: 1}", "a list is expected here, found a mapping", "[one, two]"),
    "text for a mapping": ("nightly", "gate: {requires: [test, report]}", "gate: ¦test", "a mapping is expected here, found 'test'", "indented"),
    "empty list": ("nightly", "requires: [test, report]", "requires: ¦[]", "this must not be empty", "at least one"),
    "empty text": ("nightly", f"summary: {SUMMARY}", "summary: ¦''", "this must not be empty", "at least one"),
    "too long": ("nightly", f"summary: {SUMMARY}", "summary: ¦" + "x" * 301, "is too long", "at most 300"),
    "a word that is none of the choices": ("suites", "risk: medium", "risk: ¦middle", "'middle' is not allowed here", "'low', 'medium' or 'high'"),
    "a date in quotes": ("runners", "2030-01-31", "¦'2030-01-31'", "a date is expected here", "without quotes"),
    "an impossible date": ("runners", "2030-01-31", "¦2030-02-31", "a value that cannot be read: day is out of range", "quote it"),
    # names
    "a name with ..": ("nightly", "pipeline: nightly", "pipeline: ¦../nightly", "'../nightly' is not allowed here", "lower-case letters"),
    "a value with ..": ("nightly", ARM, ARM + "\n  x: [¦a..b]", "'a..b' is not allowed here", "two dots"),
    "a value with a slash": ("nightly", ARM, ARM + "\n  x: [¦../../etc]", "'../../etc' is not allowed here", "letters, digits"),
    "a name with non-ASCII letters": ("nightly", "pipeline: nightly", "pipeline: ¦nächtlich", "is not allowed here", "lower-case letters"),
    "a value with look-alike letters": ("nightly", ARM, ARM + "\n  x: [¦\u0430rm]", "is not allowed here", "letters, digits"),
    "a name with a newline": ("nightly", "pipeline: nightly", 'pipeline: ¦"nightly\\n"', r"'nightly\n' is not allowed here", "lower-case letters"),
    "a text of two lines": ("nightly", f"summary: {SUMMARY}", 'summary: ¦"one\\ntwo"', "is not allowed here", "one line of printable text"),
    "a name with quotes": ("nightly", "action: analyse", "action: ¦'a\"b'", "is not allowed here", "lower-case letters"),
    "a label with quotes": ("nightly", "[ciflow/nightly]", "[¦\"x' || true || 'y\"]", "is not allowed here", "letters, digits"),
    "an expression": ("nightly", "tests: test_unit test_docs", "tests: ¦a ${{ secrets.X }}", "a GitHub expression", "plain values"),
    "an expression in a value": ("nightly", ARM, ARM + "\n  x: [¦'${{ github.actor }}']", "a GitHub expression", "plain values"),
    "an expression in a key": ("nightly", ARM, ARM + "\n  ¦'${{ x }}': [1]", "a GitHub expression (${{) in a key", "plain values"),
    "a key that is no word": ("nightly", ARM, ARM + "\n  ¦'a b': [1]", "'a b' is not allowed here", "letters, digits"),
    "a path out of the folder": ("actions", "{temp: yard/artifacts}", "{temp: ¦../artifacts}", "'../artifacts' is not allowed here", "stay inside"),
    "an absolute path": ("suites", "Unit: {", "Unit: {places: [¦/etc/passwd], ", "is not allowed here", "stay inside"),
    "an escaped NUL": ("nightly", "tests: test_unit test_docs", 'tests: ¦"a\\0b"', "a character that cannot be used here", "remove it"),
    "a real NUL": ("nightly", f"summary: {SUMMARY}", "summary: a¦\0b", "a character that YAML does not allow", "remove it"),
    "a commit that is none": ("pins", "a1" * 20, "¦main", "'main' is not allowed here", "^[0-9a-f]{40}$"),
    "a schedule that is none": ("nightly", '"17 3 * * *"', "¦nightly", "'nightly' is not allowed here", "it must match"),
    # YAML's own
    "duplicate key": ("nightly", "runner: cpu", "runner: cpu\n¦runner: gpu", "duplicate key 'runner'", "first on line 12"),
    "tab": ("nightly", "runner: cpu", "runner:\n¦\tcpu", "a tab in the indentation", "spaces only"),
    "anchor": ("nightly", "runner: cpu", "runner: ¦&here cpu", "an anchor", "write the value out"),
    "merge key": ("nightly", "runner: cpu", "¦<<: {shards: 2}\nrunner: cpu", "a merge key", "write the keys out"),
    "tag": ("nightly", "runner: cpu", "runner: ¦!!str cpu", "a YAML tag", "plain values"),
    "unclosed list": ("nightly", "requires: [test, report]", "requires: [test, report", "not YAML", "just before"),
    # names that no other file has
    "the hub is no runner": ("toolkit", "hub: hub", "hub: ¦hubb", "unknown runner 'hubb'", "did you mean 'hub'?"),
    "the checkout is not pinned": ("pins", "actions/checkout:", "¦actions/chekout:", "actions/checkout is not pinned", "declare"),
    "a suite that nobody has": ("suites", "suite: Docs", "suite: ¦Dcos", "unknown suite 'Dcos'", "did you mean 'Docs'?"),
    "a suite that no pipeline uses yet": ("suites", "inductor: {suite: Unit", "inductor: {suite: ¦Unti", "unknown suite 'Unti'", "did you mean 'Unit'?"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_told_at_its_place_with_a_hint_and_nothing_is_written(yard: Yard, case: str) -> None:
    name, old, new, message, hint = FAULTS[case]
    place = yard.edit(name, old, new)
    before = yard.files()
    code, out, _ = yard.run("render", "--format", "json")
    assert (code, yard.files()) == (1, before)
    problems = [wire.decode(Problem, item) for item in json.loads(out)["problems"]]
    assert [problem.file for problem in problems] == [f"matrices/{name}.yml"], problems
    (problem,) = problems
    assert message in problem.message
    assert hint in problem.hint
    assert place is None or (problem.line, problem.column) == place


# Whole files → message, hint, and how many problems the file has.
FILES = {
    "empty": ("", "is missing", "", 2),
    "only a comment": ("# nothing yet\n", "is missing", "", 2),
    "a list": ("- pipeline: nightly\n", "a mapping is expected here, found a list", "key: value", 1),
    "a word": ("nightly\n", "a mapping is expected here, found 'nightly'", "key: value", 1),
    "a number": ("3.10\n", "a mapping is expected here, found 3.10, which reads as the number 3.1", "key: value", 1),
    "two documents": ("pipeline: nightly\n---\nsummary: x\n", "not YAML", "just before", 1),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_of_another_shape_is_told(yard: Yard, case: str) -> None:
    text, message, hint, count = FILES[case]
    yard.put("nightly", text)
    problems = yard.problems()
    assert len(problems) == count
    assert all(message in problem.message and hint in problem.hint and problem.hint for problem in problems)
    assert {problem.file for problem in problems} == {"matrices/nightly.yml"}


def test_a_file_that_is_not_utf8_is_told_at_the_byte(yard: Yard) -> None:
    yard.matrix("nightly").write_bytes(b"pipeline: nightly\nsummary: caf\xe9\n")
    (problem,) = yard.problems()
    assert (problem.where(), problem.hint) == ("matrices/nightly.yml:2:13", "save the file as UTF-8")


@pytest.mark.parametrize("name", ["toolkit", "runners", "labels", "pins", "suites", "actions"])
def test_a_shared_file_that_is_missing_is_told(yard: Yard, name: str) -> None:
    yard.matrix(name).unlink()
    (problem,) = yard.problems()
    assert problem.file == f"matrices/{name}.yml"
    assert "No such file" in problem.message
    assert problem.hint


def test_a_file_with_the_wrong_ending_is_not_passed_over(yard: Yard) -> None:
    yard.matrix("nightly").rename(yard.matrix("nightly").with_suffix(".yaml"))
    (problem,) = yard.problems()
    assert (problem.file, problem.hint) == ("matrices/nightly.yaml", "rename it to nightly.yml")


def test_all_faults_of_all_files_are_told_at_once_in_order(yard: Yard) -> None:
    places = [
        yard.edit("labels", "ciflow/nightly:", '¦"ciflow/*":'),
        yard.edit("nightly", "runner: cpu", "¦runnr: cpu"),
        yard.edit("pins", "version: v7.0.0", "version: ¦7"),
        yard.edit("suites", "risk: high", "risk: ¦higher"),
        yard.edit("toolkit", "version: v1", "version: ¦1.0"),
    ]
    yard.edit("nightly", "dispatch: true", "dispatch: &x 1")
    yard.put("any", "")
    problems = yard.problems()
    named = [(problem.file, problem.line, problem.column) for problem in problems]
    for name, place in zip(("labels", "nightly", "pins", "suites", "toolkit"), places, strict=True):
        assert place is not None
        assert (f"matrices/{name}.yml", *place) in named
    assert [p.message for p in problems if p.file == "matrices/any.yml"] == [
        "key 'pipeline' is missing",
        "key 'summary' is missing",
    ]
    assert len(problems) == 8
    assert problems == sorted(problems)


def test_faults_of_recipes_of_rows_and_of_jobs_are_told_together(yard: Yard) -> None:
    yard.edit("actions", "when: python-version", "when: python-versoin")
    yard.edit("nightly", ARM, "arm: [shell, pyton]")
    assert {(problem.file, problem.rule) for problem in yard.problems()} == {
        ("matrices/actions.yml", "recipe"),
        ("matrices/nightly.yml", "matrix"),
    }


def test_a_fault_of_yaml_does_not_hide_the_format_s(yard: Yard) -> None:
    yard.edit("nightly", "runner: cpu", "runner: &x cpu\nshards: many\nshards: 2")
    assert [problem.message for problem in yard.problems()] == [
        "an anchor",
        "a whole number is expected here, found 'many'",
        "duplicate key 'shards'",
    ]


def test_a_pipeline_has_its_file_s_name(yard: Yard) -> None:
    yard.matrix("nightly").rename(yard.matrix("evening"))
    (problem,) = yard.problems()
    assert problem.where() == "matrices/evening.yml:1:11"
    assert "rename the file to nightly.yml" in problem.hint


def test_a_good_toolkit_is_loaded_as_it_is_written(yard: Yard) -> None:
    toolkit = yard.toolkit()
    assert sorted(toolkit.pipelines) == ["any", "nightly"]
    assert toolkit.pipelines["nightly"].model.jobs["report"].needs == "test"
    assert toolkit.configurations["inductor"].python_runner is False
    assert toolkit.configurations["unit"].phase == "1"
    assert toolkit.runners["gpu"].memory_gb == 24
    assert str(toolkit.runners["gpu"].quarantine and toolkit.runners["gpu"].quarantine.until) == "2030-01-31"
    assert set(toolkit.action_names()) == {
        "analyse",
        "compile-matrix",
        "gate",
        "run-shard",
        "select-rows",
        "setup-toolkit",
    }
    assert set(toolkit.documents) == set(MATRICES)


def test_a_folder_without_matrices_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(ShuntyardError) as raised:
        load(tmp_path)
    assert raised.value.exit_code == 2
    assert "--root" in raised.value.hint


def test_a_caller_s_file_is_named_as_the_caller_names_it(tmp_path: Path) -> None:
    path = tmp_path / "matrix.yml"
    path.write_text("pipeline: mine\nsummary: x\nrunnr: a\n", encoding="utf-8")
    with pytest.raises(ProblemsFound) as raised:
        load_pipeline(path, shown=".ci/matrix.yml")
    assert raised.value.problems == [
        Problem(
            file=".ci/matrix.yml",
            line=3,
            column=1,
            path="runnr",
            rule="format",
            message="unknown key 'runnr'",
            hint="did you mean 'runner'?",
        )
    ]
