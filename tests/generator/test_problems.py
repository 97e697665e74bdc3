"""Problems as text, JSON, annotations and SARIF: nothing in them can become anything else."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.problems import STYLES, show
from shuntyard import wire
from shuntyard.errors import Problem

FEW = settings(max_examples=40, deadline=None)

LATE = Problem(file="b.yml", line=2, column=3, rule="jobs", message="second", hint="do this")
EARLY = Problem(file="a.yml", line=10, column=1, rule="format", message="first")
WHOLE = Problem(file="a.yml", message="the whole file", path="x.y")

PROBLEMS = st.lists(
    st.builds(
        Problem,
        file=st.text(max_size=8),
        line=st.integers(0, 99),
        column=st.integers(0, 99),
        path=st.text(max_size=5),
        rule=st.sampled_from(["", "format", "jobs"]),
        message=st.text(max_size=20)
        | st.sampled_from(["a\nb", "::error::x", "a\r\n::set-env name=X::y", "%0A", "a, b: c"]),
        hint=st.text(max_size=10),
    ),
    max_size=4,
)


def shown(problems: list[Problem], style: str) -> str:
    stream = io.StringIO()
    show(problems, style, stream)
    return stream.getvalue()


def test_problems_are_shown_once_in_the_order_of_their_places() -> None:
    assert shown([LATE, EARLY, WHOLE, LATE], "text") == (
        "a.yml: the whole file\n"
        "a.yml:10:1: first [format]\n"
        "b.yml:2:3: second [jobs]\n"
        "    do this\n"
    )  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_no_problems_are_shown_as_nothing(style: str) -> None:
    text = shown([], style)
    if style == "json":
        assert json.loads(text) == {"schema": 1, "problems": []}
    elif style == "sarif":
        assert json.loads(text)["runs"][0]["results"] == []
    else:
        assert text == ""


@FEW
@given(PROBLEMS)
def test_json_holds_every_problem_exactly(problems: list[Problem]) -> None:
    data = json.loads(shown(problems, "json"))
    assert [wire.decode(Problem, item) for item in data["problems"]] == sorted(set(problems))


@FEW
@given(PROBLEMS)
def test_an_annotation_is_one_command_on_one_line_whatever_it_says(problems: list[Problem]) -> None:
    text = shown(problems, "github")
    lines = text.split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(set(problems))
    for line, problem in zip(lines, sorted(set(problems)), strict=True):
        assert line.startswith("::error ")
        assert "\r" not in line
        properties, _, message = line.removeprefix("::error ").partition("::")
        fields = dict(field.split("=", 1) for field in properties.split(","))
        assert set(fields) <= {"file", "line", "col", "title"}
        assert decoded(fields.get("file", "")) == problem.file
        assert decoded(message) == problem.message + (f"\n{problem.hint}" if problem.hint else "")


def decoded(text: str) -> str:
    """As the runner reads it back."""
    for escape, char in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(escape, char)
    return text


@FEW
@given(PROBLEMS)
def test_sarif_has_a_rule_a_place_and_a_text_for_each(problems: list[Problem]) -> None:
    data = json.loads(shown(problems, "sarif"))
    (run,) = data["runs"]
    assert data["version"] == "2.1.0"
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert "" not in rules
    assert len(run["results"]) == len(set(problems))
    for result in run["results"]:
        assert result["ruleId"] in rules
        (place,) = result["locations"]
        region = place["physicalLocation"]["region"]
        assert region["startLine"] >= 1 and region["startColumn"] >= 1
        assert place["physicalLocation"]["artifactLocation"]["uri"].isascii()
        assert " " not in place["physicalLocation"]["artifactLocation"]["uri"]
