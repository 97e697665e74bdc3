"""What is executed, as argument vectors. A value becomes one argument, or several, and is never parsed again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from shuntyard.errors import ShuntyardError
from shuntyard.options import words
from shuntyard.plan import Suite

EVERYTHING = "*"  # the test that means whatever the project's own pytest settings collect


def python_command(python: str, suite: Suite, tests: Sequence[str]) -> list[str]:
    """The Python runner: the suite's own command where it has one, else pytest on the tests."""
    if suite.command:
        return list(suite.command)
    return [python, "-m", "pytest", *suite.arguments, *tests]


def shell_command(entry: str, config: str, tests: Sequence[str]) -> list[str]:
    """The shell entry, `.ci/test.sh {config}` say, split as a shell splits words, then filled in.

    `{config}` may stand anywhere in an argument; `{tests}` is an argument of its own and becomes one for each test.
    Raises ShuntyardError when the entry is empty, does not split, or has `{tests}` inside a longer argument.
    """
    argv: list[str] = []
    for word in split(entry, "shell-entry"):
        if word == "{tests}":
            argv.extend(tests)
        elif "{tests}" in word:
            raise ShuntyardError(f"{word!r} in input 'shell-entry'", hint="write {tests} as an argument of its own")
        else:
            argv.append(word.replace("{config}", config))
    if not argv:
        raise ShuntyardError("input 'shell-entry' is empty", hint="name a script, such as .ci/test.sh {config}")
    return argv


def wants_tests(entry: str) -> bool:
    """Whether the shell entry is told which tests to run."""
    return "{tests}" in split(entry, "shell-entry")


def split(text: str, name: str) -> list[str]:
    """One command line as an argument vector. Raises ShuntyardError that names the input."""
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ShuntyardError(
            f"input {name!r} is not understood: {error} in {text!r}", hint="check its quotes"
        ) from error


def prepare_commands(text: str) -> list[list[str]]:
    """One command a line; empty lines and comments are passed over."""
    lines = (line.strip() for line in text.splitlines())
    return [split(line, "prepare") for line in lines if line and not line.startswith("#")]


def read_tests(text: str) -> dict[str, tuple[str, ...]]:
    """`smoke=testing/test_a.py docs_test=docs,README.rst`: which paths a configuration means. Raises ShuntyardError."""
    tests: dict[str, tuple[str, ...]] = {}
    for word in text.split():
        name, equals, paths = word.partition("=")
        tests[name] = tuple(words(paths))
        if not name or not equals or not tests[name]:
            raise ShuntyardError(f"{word!r} in input 'tests'", hint="write config=path, or config=path,path")
    return tests


def environment(base: Mapping[str, str], suite: Suite, *, plugin: str, facts: Mapping[str, str]) -> dict[str, str]:
    """The environment of a run: the machine's, the suite's over it, then what the journal needs.

    `plugin` is the folder of the pytest plugin; `facts` are the SHUNTYARD_ variables that describe the run.
    """
    env = {**base, **suite.env, **facts}
    env.pop(
        "SHUNTYARD_JOURNAL_PID", None
    )  # started by a test of somebody's, this run is still the outermost of its own
    env["PYTEST_ADDOPTS"] = " ".join(filter(None, [env.get("PYTEST_ADDOPTS", ""), "-p shuntyard_journal"]))
    env["PYTHONPATH"] = ":".join(filter(None, [plugin, env.get("PYTHONPATH", "")]))
    return env
