"""The way into every script: where inputs come from, how it ends, what it says and to whom."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, Run, call
from shuntyard.errors import Problem, ProblemsFound, ShuntyardError

CONTRACT = Contract(
    name="do-it",
    summary="Does it, 100 %.",
    inputs=(
        Input(name="some-name", help="A name, at most 5 % long."),
        Input(name="count", type="number", default="3", help="How many."),
        Input(name="mode", type="choice", choices=("a", "b"), default="a", help="Which."),
    ),
    outputs=(Output(name="said", help="What was said."),),
    exits={0: "done", 1: "not done", 2: "wrong usage"},
)


class Ended(NamedTuple):
    code: int
    out: str
    err: str


def run(work: Run, *argv: str, env: Mapping[str, str] | None = None) -> Ended:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = call(CONTRACT, work, argv, env or {})
        except SystemExit as stop:
            assert isinstance(stop.code, int)
            code = stop.code
    return Ended(code, out.getvalue(), err.getvalue())


def echo(inputs: dict[str, Value], _: Mapping[str, str]) -> Done:
    print("working")
    return Done(outputs={"said": f"{inputs['some-name']} {inputs['count']} {inputs['mode']}"})


def failing(error: BaseException) -> Run:
    def work(inputs: dict[str, Value], env: Mapping[str, str]) -> Done:
        raise error

    return work


# --- inputs


@pytest.mark.parametrize(
    ("argv", "env", "said"),
    [
        (["--some-name", "x"], {}, "x 3 a"),
        ([], {"INPUT_SOME_NAME": "y", "INPUT_COUNT": "4"}, "y 4 a"),
        (["--count", "5"], {"INPUT_SOME_NAME": "y", "INPUT_COUNT": "4"}, "y 5 a"),
        (["--count", ""], {"INPUT_SOME_NAME": "y", "INPUT_COUNT": "4"}, "y 3 a"),
        (["--mode=b"], {"INPUT_SOME_NAME": "y", "INPUT_MODE": ""}, "y 3 b"),
        (["--some-name=--count"], {}, "--count 3 a"),
    ],
)
def test_the_command_line_goes_over_the_environment_and_that_over_the_default(
    argv: list[str], env: dict[str, str], said: str
) -> None:
    ended = run(echo, "--json", *argv, env=env)
    assert ended.code == 0
    assert json.loads(ended.out) == {"said": said}


def test_a_missing_input_is_wrong_usage() -> None:
    ended = run(echo)
    assert ended == Ended(2, "", "error: input 'some-name' is missing\nA name, at most 5 % long.\n")


@pytest.mark.parametrize("argv", [["--nope"], ["--some", "x"], ["extra"], ["--count"]])
def test_an_unknown_option_is_wrong_usage(argv: list[str]) -> None:
    ended = run(echo, *argv, env={"INPUT_SOME_NAME": "x"})
    assert ended.code == 2
    assert "usage: scripts/do_it.py" in ended.err


# --- what it says


def test_the_help_tells_inputs_exit_codes_and_the_environment() -> None:
    ended = run(echo, "--help")
    assert ended.code == 0
    for text in (
        "Does it, 100 %.",
        "A name, at most 5 % long. (required)",
        "(default: '3')",
        "one of a, b",
        "exit codes:\n  0   done\n  1   not done\n  2   wrong usage",
        "--some-name from INPUT_SOME_NAME",
    ):
        assert " ".join(text.split()) in " ".join(ended.out.split())


def test_the_contract_is_told_as_json_without_running() -> None:
    ended = run(failing(RuntimeError("must not run")), "--contract")
    data = json.loads(ended.out)
    assert (ended.code, data["name"], data["exits"]) == (0, "do-it", {"0": "done", "1": "not done", "2": "wrong usage"})
    assert [item["name"] for item in data["inputs"]] == ["some-name", "count", "mode"]


def test_json_alone_goes_to_standard_output() -> None:
    ended = run(echo, "--json", "--some-name", "x")
    assert json.loads(ended.out) == {"said": "x 3 a"}
    assert ended.err == "working\n"
    assert run(echo, "--some-name", "x").out == "working\n"


# --- how it ends

PROBLEM = Problem(file="a,b.yml", line=3, column=4, rule="r", message="wrong\nhere: %", hint="do this")
ENDINGS: list[tuple[BaseException, int, str, str]] = [
    (ShuntyardError("wrong", hint="do this"), 2, "error: wrong\ndo this\n", "::error::wrong%0Ado this\n"),
    (ShuntyardError("wrong", exit_code=1), 1, "error: wrong\n", "::error::wrong\n"),
    (
        ProblemsFound([PROBLEM]),
        1,
        "a,b.yml:3:4: wrong\nhere: % (do this)\n",
        "::error file=a%2Cb.yml,line=3,col=4,title=r::wrong%0Ahere: %25%0Ado this\n",
    ),
    (KeyboardInterrupt(), 130, "interrupted\n", "interrupted\n"),
]


@pytest.mark.parametrize(("error", "code", "plain", "annotated"), ENDINGS)
def test_an_error_is_told_plainly_here_and_as_an_annotation_in_ci(
    error: BaseException, code: int, plain: str, annotated: str
) -> None:
    assert run(failing(error), "--some-name", "x") == Ended(code, "", plain)
    in_ci = {"GITHUB_ACTIONS": "true", "INPUT_SOME_NAME": "x"}
    assert run(failing(error), env=in_ci) == Ended(code, "", annotated)


def test_a_bug_is_told_as_one() -> None:
    ended = run(failing(RuntimeError("boom")), "--some-name", "x")
    assert ended.code == 3
    assert "RuntimeError: boom" in ended.err
    assert "this is a bug in Shuntyard (scripts/do_it.py)" in ended.err


def test_an_exit_code_is_kept_and_outputs_are_written_with_it(tmp_path: Path) -> None:
    output = tmp_path / "output"
    done = Done(outputs={"said": "no"}, exit_code=1)
    ended = run(lambda _inputs, _env: done, "--some-name", "x", env={"GITHUB_OUTPUT": str(output)})
    assert ended.code == 1
    assert parsed(output.read_text(encoding="utf-8")) == {"said": "no"}


def test_an_error_writes_no_outputs(tmp_path: Path) -> None:
    output = tmp_path / "output"
    run(failing(ShuntyardError("wrong")), "--some-name", "x", env={"GITHUB_OUTPUT": str(output)})
    assert not output.exists()


def parsed(text: str) -> dict[str, str]:
    """As the runner reads the file (actions/runner, FileCommandManager: `name<<delimiter`, lines, the delimiter)."""
    found = {}
    lines = text.split("\n")
    assert lines.pop() == ""
    while lines:
        name, heredoc, fence = lines.pop(0).partition("<<")
        assert heredoc and fence
        end = lines.index(fence)
        found[name] = "\n".join(lines[:end])
        del lines[: end + 1]
    return found


HOSTILE = st.text(max_size=20) | st.sampled_from(
    [
        "a\nb",
        "\n",
        "EOF",
        "end_",
        "x<<EOF\nevil\nEOF\n",
        "end_0\nverdict<<end_0\npassed\nend_0",
        "\r\n",
        "::set-output name=x::y",
    ]
)


@given(st.lists(HOSTILE, min_size=1, max_size=3))
def test_no_value_can_end_early_or_start_another_output(
    tmp_path_factory: pytest.TempPathFactory, values: list[str]
) -> None:
    output = tmp_path_factory.mktemp("output") / "output"
    done = Done(outputs={f"out-{index}": value for index, value in enumerate(values)})
    run(lambda _inputs, _env: done, "--some-name", "x", env={"GITHUB_OUTPUT": str(output)})
    assert parsed(output.read_bytes().decode("utf-8")) == done.outputs


def test_a_byte_that_is_no_text_is_escaped_in_an_output(tmp_path: Path) -> None:
    output = tmp_path / "output"
    name = b"caf\xe9.xml".decode("utf-8", "surrogateescape")
    done = Done(outputs={"first": "kept", "said": name})
    ended = run(lambda _inputs, _env: done, "--some-name", "x", env={"GITHUB_OUTPUT": str(output)})
    assert ended.code == 0
    assert parsed(output.read_text(encoding="utf-8")) == {"first": "kept", "said": "caf\\udce9.xml"}
