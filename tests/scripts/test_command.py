"""Argument vectors and environments; nothing in them is ever parsed twice."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.command import environment, prepare_commands, python_command, read_tests, shell_command, wants_tests
from shuntyard.errors import ShuntyardError
from tests.scripts.runner_samples import make_suite


def test_the_python_arm_runs_pytest_on_the_tests() -> None:
    argv = python_command("python", make_suite(arguments=("-x", "--tb=short")), ["test/a.py", "test/b c.py"])
    assert argv == ["python", "-m", "pytest", "-x", "--tb=short", "test/a.py", "test/b c.py"]


def test_a_suite_s_own_command_is_taken_as_it_is() -> None:
    assert python_command("python", make_suite(command=("make", "test; rm -rf /")), ["x"]) == ["make", "test; rm -rf /"]


def test_the_shell_entry_is_split_then_filled_in() -> None:
    assert shell_command(".ci/test.sh {config}", "docs_test", []) == [".ci/test.sh", "docs_test"]
    argv = shell_command("bash -c 'run \"$@\"' x --config={config} {tests} end", "c", ["a.py", "b.py"])
    assert argv == ["bash", "-c", 'run "$@"', "x", "--config=c", "a.py", "b.py", "end"]
    assert wants_tests("x {tests}")
    assert not wants_tests("x tests")


HOSTILE = st.text(st.sampled_from("a \t\n'\"\\$`;|&<>(){}*?[]#!~%-"), min_size=1, max_size=12)


@given(config=HOSTILE, tests=st.lists(HOSTILE, max_size=3))
def test_no_value_becomes_more_or_less_than_the_arguments_it_stands_for(config: str, tests: list[str]) -> None:
    argv = shell_command("run {config} pre-{config} {tests} last", config, tests)
    assert argv == ["run", config, f"pre-{config}", *tests, "last"]


@pytest.mark.parametrize("entry", ["", "   ", "run 'unclosed", "run --tests={tests}"])
def test_an_entry_that_cannot_be_meant_is_refused(entry: str) -> None:
    with pytest.raises(ShuntyardError, match="shell-entry"):
        shell_command(entry, "c", [])


def test_preparation_is_one_command_a_line() -> None:
    assert prepare_commands("\n# a comment\npip install -e '.[test, x]'\n  make build\n") == [
        ["pip", "install", "-e", ".[test, x]"],
        ["make", "build"],
    ]
    with pytest.raises(ShuntyardError, match="prepare"):
        prepare_commands("echo 'unclosed")


@given(st.lists(st.lists(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1), min_size=1)))
def test_preparation_reads_what_shlex_joins(commands: list[list[str]]) -> None:
    text = "\n".join(shlex.join(argv) for argv in commands)
    assert prepare_commands(text) == commands


def test_tests_by_configuration() -> None:
    assert read_tests(" smoke=testing/test_a.py python=* \n docs_test=docs,README.rst") == {
        "smoke": ("testing/test_a.py",),
        "python": ("*",),
        "docs_test": ("docs", "README.rst"),
    }
    assert read_tests("") == {}


@pytest.mark.parametrize("text", ["smoke", "=a.py", "smoke=", "smoke=,"])
def test_tests_that_name_nothing_are_refused(text: str) -> None:
    with pytest.raises(ShuntyardError, match="'tests'"):
        read_tests(text)


def test_the_environment_keeps_what_the_project_set() -> None:
    base = {"PATH": "/bin", "PYTEST_ADDOPTS": "-q", "PYTHONPATH": "src", "X": "machine", "SHUNTYARD_JOURNAL_PID": "1"}
    suite = make_suite(env={"X": "suite", "SHUNTYARD_SHARD": "suite"})
    env = environment(base, suite, plugin="/toolkit/plugin", facts={"SHUNTYARD_SHARD": "2"})
    assert env == {
        "PATH": "/bin",
        "PYTEST_ADDOPTS": "-q -p shuntyard_journal",
        "PYTHONPATH": "/toolkit/plugin:src",
        "X": "suite",
        "SHUNTYARD_SHARD": "2",
    }


def test_a_suite_may_add_its_own_pytest_options() -> None:
    env = environment({}, make_suite(env={"PYTEST_ADDOPTS": "-x"}), plugin="/p", facts={})
    assert (env["PYTEST_ADDOPTS"], env["PYTHONPATH"]) == ("-x -p shuntyard_journal", "/p")
