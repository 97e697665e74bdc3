"""GitHub's side: the run's context from hostile files, summaries, annotations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.ci.github import (
    Context,
    annotate_problem,
    annotation,
    read_context,
    write_outputs,
    write_summary,
)
from shuntyard.errors import Problem, ShuntyardError

ENV = {
    "GITHUB_EVENT_NAME": "pull_request",
    "GITHUB_REPOSITORY": "owner/repo",
    "GITHUB_SHA": "abc",
    "GITHUB_REF": "refs/pull/7/merge",
    "GITHUB_RUN_ID": "123",
    "GITHUB_RUN_ATTEMPT": "2",
}


def context(tmp_path: Path, payload: Any, **env: str) -> Context:
    event = tmp_path / "event.json"
    event.write_text(json.dumps(payload), encoding="utf-8")
    return read_context({**ENV, **env, "GITHUB_EVENT_PATH": str(event)})


def test_the_context_of_a_labelled_pull_request(tmp_path: Path) -> None:
    payload = {
        "action": "labeled",
        "label": {"name": "ciflow/x"},
        "pull_request": {"number": 7, "labels": [{"name": "ciflow/x"}, {"name": "bug"}]},
    }
    assert context(tmp_path, payload) == Context(
        event="pull_request",
        action="labeled",
        repository="owner/repo",
        sha="abc",
        ref="refs/pull/7/merge",
        run_id="123",
        attempt=2,
        number=7,
        label="ciflow/x",
        labels=("ciflow/x", "bug"),
    )


def test_a_sticky_choice_sticks_to_the_pull_request_else_to_the_commit(tmp_path: Path) -> None:
    first = context(tmp_path, {"pull_request": {"number": 7}}, GITHUB_SHA="one")
    second = context(tmp_path, {"pull_request": {"number": 7}}, GITHUB_SHA="two", GITHUB_RUN_ATTEMPT="9")
    assert first.change == second.change == "owner/repo#7"
    assert context(tmp_path, {}).change == "owner/repo@abc"


@pytest.mark.parametrize("path", ["", "/nowhere/event.json", "/"])
def test_without_an_event_file_there_is_only_the_environment(path: str) -> None:
    assert read_context({"GITHUB_EVENT_PATH": path}) == Context()
    assert read_context(ENV | {"GITHUB_EVENT_PATH": path}).event == "pull_request"


@pytest.mark.parametrize("text", ["", "{", "not json", "[" * 100_000])
def test_an_event_file_that_is_no_json_is_an_error(tmp_path: Path, text: str) -> None:
    event = tmp_path / "event.json"
    event.write_text(text, encoding="utf-8")
    with pytest.raises(ShuntyardError, match="is not JSON") as raised:
        read_context({"GITHUB_EVENT_PATH": str(event)})
    assert raised.value.hint


def test_an_event_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "event").write_bytes(b'{"action": "\xff"}')
    with pytest.raises(ShuntyardError, match="is not JSON"):
        read_context({"GITHUB_EVENT_PATH": str(tmp_path / "event")})


@pytest.mark.parametrize(
    "payload",
    [
        [],
        "text",
        7,
        None,
        {"pull_request": []},
        {"pull_request": "x"},
        {"pull_request": {"number": "seven"}},
        {"pull_request": {"number": -7}},
        {"pull_request": {"number": True}},
        {"pull_request": {"number": 1.5}},
        {"pull_request": {"number": None, "labels": None}},
        {"label": "x", "action": 3},
        {"label": {"name": ["x"]}, "action": {}},
    ],
)
def test_an_event_of_another_shape_counts_as_absent(tmp_path: Path, payload: Any) -> None:
    found = context(tmp_path, payload)
    assert (found.number, found.label, found.action, found.labels) == (0, "", "", ())
    assert found.change == "owner/repo@abc"


@pytest.mark.parametrize("attempt", ["", "x", "-1", "0", "1.5", "9" * 50, "²"])
def test_an_attempt_that_is_no_number_is_the_first(attempt: str) -> None:
    assert read_context(ENV | {"GITHUB_RUN_ATTEMPT": attempt}).attempt == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["pull_request", "label", "labels", "number", "name", "action", "x"]), inner)
    ),
    max_leaves=10,
)


@given(JSON)
def test_no_event_whatever_makes_anything_but_a_context(tmp_path_factory: pytest.TempPathFactory, payload: Any) -> None:
    found = context(tmp_path_factory.getbasetemp(), payload)
    assert isinstance(found.label, str) and isinstance(found.action, str)
    assert found.number >= 0
    assert all(isinstance(label, str) for label in found.labels)
    assert found.change.startswith("owner/repo")


def test_summaries_and_outputs_are_appended_and_skipped_outside_github(tmp_path: Path) -> None:
    summary, output = tmp_path / "summary", tmp_path / "output"
    env = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(output)}
    assert write_summary(env, "# One\n") and write_summary(env, "Two\n")
    assert summary.read_text(encoding="utf-8") == "# One\nTwo\n"
    write_outputs(env, {"a": "1"})
    write_outputs(env, {"b": "2"})
    assert [line.split("<<")[0] for line in output.read_text(encoding="utf-8").splitlines()[::3]] == ["a", "b"]
    assert write_summary({}, "lost") is False
    write_outputs({}, {"a": "1"})


def test_every_output_has_a_fence_of_its_own(tmp_path: Path) -> None:
    output = tmp_path / "output"
    write_outputs({"GITHUB_OUTPUT": str(output)}, {f"o{n}": "x" for n in range(20)})
    fences = {line.split("<<")[1] for line in output.read_text(encoding="utf-8").splitlines()[::3]}
    assert len(fences) == 20


def test_annotations_say_only_what_they_know() -> None:
    assert annotation("warning", "m") == "::warning::m"
    assert annotation("error", "m", file="f", line=1, column=2, title="t") == "::error file=f,line=1,col=2,title=t::m"
    assert annotation("notice", "a%b\r\nc", title="a,b:c\n") == "::notice title=a%2Cb%3Ac%0A::a%25b%0D%0Ac"


def test_a_problem_s_annotation_stands_on_its_line() -> None:
    problem = Problem(file="x.yml", line=3, column=4, message="wrong", hint="do this")
    assert annotate_problem(problem) == "::error file=x.yml,line=3,col=4,title=shuntyard::wrong%0Ado this"
    assert annotate_problem(Problem(file="x.yml", message="wrong", rule="r")) == "::error file=x.yml,title=r::wrong"


@given(st.text(), st.text(), st.text())
def test_an_annotation_is_one_line_with_one_command(message: str, file: str, title: str) -> None:
    text = annotation("error", message, file=file, title=title)
    assert not set(text) & {"\n", "\r"}
    command, _, rest = text.removeprefix("::").partition("::")
    assert command.split(" ")[0] == "error"
    assert rest.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%") == message


def test_what_a_schedule_and_a_release_say(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    for payload, said in (
        ({"schedule": "17 2 * * *"}, ("17 2 * * *", "")),
        ({"action": "published", "release": {"tag_name": "v1.4.0"}}, ("", "v1.4.0")),
        ({"release": ["v1"], "schedule": {"cron": 1}}, ("", "")),
    ):
        event.write_text(json.dumps(payload), encoding="utf-8")
        context = read_context({"GITHUB_EVENT_PATH": str(event)})
        assert (context.cron, context.release) == said
