"""Which pipeline a job belongs to."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shuntyard.jobs import by_pipeline


def rows(*names: str) -> list[dict[str, Any]]:
    return [{"job": name, "pipeline": "CI"} for name in names]


def names(found: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    assert all(row["pipeline"] == pipeline for pipeline, own in found.items() for row in own)
    return {pipeline: [row["job"] for row in own] for pipeline, own in found.items()}


def test_a_call_is_found_by_its_units_and_takes_its_other_jobs_along() -> None:
    jobs = rows("lint", "ab / select", "ab / test smoke", "ab / test docs_test", "ab / report", "docs / build")
    assert names(by_pipeline(jobs, {"python-runner-ab": ["smoke", "docs_test"]})) == {
        "python-runner-ab": ["ab / select", "ab / test smoke", "ab / test docs_test", "ab / report"]
    }


def test_at_home_there_is_no_calling_job() -> None:
    jobs = rows("select", "test smoke", "gate")
    assert names(by_pipeline(jobs, {"ab": ["smoke"]})) == {"ab": ["select", "test smoke", "gate"]}


def test_two_pipelines_of_one_run() -> None:
    jobs = rows("a / test smoke", "a / test docs", "b / test smoke", "b / test other", "b / gate")
    found = names(by_pipeline(jobs, {"one": ["smoke", "docs"], "two": ["smoke", "other"]}))
    assert found == {
        "one": ["a / test smoke", "a / test docs"],
        "two": ["b / test smoke", "b / test other", "b / gate"],
    }


def test_what_cannot_be_told_is_left_out() -> None:
    jobs = rows("a / test smoke", "b / test smoke")
    assert names(by_pipeline(jobs, {"one": ["smoke"], "two": ["smoke"]})) == {"one": [], "two": []}


def test_one_pipeline_called_twice_has_both_calls() -> None:
    jobs = rows("x86 / test smoke", "arm / test smoke", "arm / gate", "lint")
    assert names(by_pipeline(jobs, {"ab": ["smoke"]}))["ab"] == ["x86 / test smoke", "arm / test smoke", "arm / gate"]


def test_a_run_without_units_takes_all_jobs_where_it_is_alone() -> None:
    assert names(by_pipeline(rows("a / select", "lint"), {"ab": []})) == {"ab": ["a / select", "lint"]}
    assert names(by_pipeline(rows("a / select"), {"ab": [], "other": []})) == {"ab": [], "other": []}


@given(st.lists(st.text(max_size=12)), st.dictionaries(st.text(max_size=5), st.lists(st.text(max_size=5)), max_size=3))
def test_no_job_belongs_to_two(jobs: list[str], units: dict[str, list[str]]) -> None:
    found = by_pipeline(rows(*jobs), units)
    assert set(found) == set(units) and sum(map(len, found.values())) <= len(jobs)
