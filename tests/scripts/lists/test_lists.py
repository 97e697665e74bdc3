"""Disabled and unstable jobs, disabled tests: as records, and as the issues behind them."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.lists.jobs import read_jobs
from shuntyard.lists.tests import DisabledTest, disabled_here, read_tests
from tests.conftest import ROOT

FIXTURES = ROOT / "tests" / "fixtures" / "test-scope"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.text(max_size=30), inner, max_size=4),
    max_leaves=20,
)


def read(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))


def test_records_of_jobs_are_read_and_others_noted() -> None:
    records, notes = read_jobs(read("disabled-jobs.json"), "DISABLED")
    assert [(record.workflow, record.platform, record.job) for record in records] == [
        ("pull", "linux-jammy-py3.10-spyre", "test (inductor)"),
        ("trunk", "macos-py3-arm64", ""),
        ("nightly", "manywheel-py3-build", "build"),
    ]
    assert records[2].issue == "103"
    assert notes == ["broken is no record of 6 texts"]


def test_issues_about_jobs_are_read() -> None:
    records, notes = read_jobs(read("unstable-jobs.json"), "UNSTABLE")
    assert [(record.author, record.issue, record.job) for record in records] == [("dan", "201", "test (default)")]
    assert notes == []
    assert [record.platform for record in read_jobs(read("disabled-issues.json"), "DISABLED")[0]] == [
        "linux-jammy-py3.10"
    ]


@pytest.mark.parametrize("name", ["disabled-tests.json", "disabled-issues.json"])
def test_both_forms_of_disabled_tests_say_the_same(name: str) -> None:
    tests, _ = read_tests(read(name))
    told = {test.case: (test.suite, test.issue, test.platforms) for test in tests}
    assert told == {
        "test_add": ("TestOps", 301, ()),
        "test_mul_cpu_float32": ("TestOpsCPU", 302, ("linux", "rocm")),
        "test_sin": ("TestOps", 303, ("mac", "win")),
        "test_cos": ("TestOps", 304, ("linux",) if "tests" in name else ()),
    }


def test_what_is_no_test_is_noted() -> None:
    assert read_tests(read("disabled-tests.json"))[1] == ["rm -rf (/) is no disabled test"]


def test_a_test_is_disabled_where_its_platforms_are_and_not_by_an_issue_that_this_change_mends() -> None:
    tests, _ = read_tests(read("disabled-tests.json"))
    assert [test.case for test in disabled_here(tests, ["Linux", "spyre"], ())] == [
        "test_add", "test_cos", "test_mul_cpu_float32",
    ]  # fmt: skip
    assert [test.case for test in disabled_here(tests, ["win"], ())] == ["test_add", "test_sin"]
    assert [test.case for test in disabled_here(tests, ["linux"], (301, 302))] == ["test_cos"]


def test_the_reason_names_the_issue() -> None:
    assert DisabledTest(case="test_a", suite="T", issue=4).reason == "disabled by issue #4"
    assert "\n" not in DisabledTest(case="test_a", suite="T", url="https://x\n::error::").reason


@given(JSON)
def test_any_json_is_read_or_noted(data: Any) -> None:
    for records, notes in (read_jobs(data, "DISABLED"), read_tests(data)):
        if isinstance(data, dict):
            assert len(records) + len(notes) == len(data)
        elif not isinstance(data, list):
            assert not records and notes


def test_a_hostile_body_takes_no_longer_than_a_long_one() -> None:
    issue = {"title": "DISABLED test_a (__main__.T)", "body": ("platforms:" + " " * 2000 + "\n") * 500, "number": 1}
    started = time.process_time()
    read_tests([issue, {**issue, "title": "DISABLED test" + "a" * 100_000 + " (" + "." * 100_000}])
    assert time.process_time() - started < 2
