"""What an analysis is told from outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.origin import read_jobs, read_origin, read_plan, read_repeats
from shuntyard.plan import Plan
from tests.scripts.report_samples import make_plan

PLAN = make_plan(["smoke", "docs_test"])


def test_a_plan_as_json_and_as_a_file(tmp_path: Path) -> None:
    text = json.dumps(wire.encode(PLAN))
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    assert read_plan(text) == read_plan(str(path)) == PLAN


def test_a_matrix_is_a_plan_too() -> None:
    include = [{"unit": unit.id, "runs-on": ["x"], "plan": wire.encode(unit)} for unit in PLAN.units]
    plan = read_plan(json.dumps({"include": include}))
    assert plan is not None
    assert plan.units == PLAN.units


def test_an_empty_object_is_an_unknown_plan_and_an_empty_matrix_a_known_one() -> None:
    assert read_plan("{}") is None
    assert read_plan(" {} ") is None
    assert read_plan('{"include": []}') == Plan(pipeline="", units=())


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"units": 3}',
        '{"include": 3}',
        '{"include": [3]}',
        '{"include": [{}]}',
        "{" * 100_000,
        "nowhere.json",
        "a\0b",
    ],
)
def test_anything_else_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(ShuntyardError) as caught:
        read_plan(text)
    assert caught.value.hint


def test_a_plan_of_another_schema_is_refused() -> None:
    with pytest.raises(ShuntyardError, match="schema 2"):
        read_plan(json.dumps({**wire.encode(PLAN), "schema": 2}))


def test_jobs_keep_their_order_and_results() -> None:
    jobs = read_jobs('{"select": {"result": "success", "outputs": {}}, "test": {"result": "failure"}, "odd": {}}')
    assert [(job.name, job.result) for job in jobs] == [("select", "success"), ("test", "failure"), ("odd", "")]


@pytest.mark.parametrize("text", ["[]", "3", '{"test": "success"}'])
def test_needs_of_another_shape_are_refused(text: str) -> None:
    with pytest.raises(ShuntyardError, match="needs"):
        read_jobs(text)


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("3", 3), ("999", 999)])
def test_repeats(text: str, number: int) -> None:
    assert read_repeats(text) == number


@pytest.mark.parametrize("text", ["-1", "1.5", "1000", "9" * 5000, "²", "x", ""])
def test_repeats_that_are_no_such_number_are_refused(text: str) -> None:
    with pytest.raises(ShuntyardError, match="repeats"):
        read_repeats(text)


def test_the_run_is_linked_only_to_a_web_server() -> None:
    env = {"GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": "5", "GITHUB_RUN_ATTEMPT": "2"}
    origin = read_origin({**env, "GITHUB_SERVER_URL": "https://github.example"})
    assert (origin.url, origin.attempt) == ("https://github.example/o/r/actions/runs/5", 2)
    assert read_origin({**env, "GITHUB_SERVER_URL": "javascript:alert(1)//"}).url == ""
    assert read_origin({}).provider == ""
