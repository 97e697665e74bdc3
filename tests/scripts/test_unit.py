"""What a job is given to run."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard import report, unit, wire
from shuntyard.errors import ShuntyardError
from shuntyard.plan import CompiledPipeline, Shard, Suite, Unit
from shuntyard.unit import abba, check_name, dry_run, is_good, read_unit, worst
from tests.scripts.runner_samples import make_row, make_suite, make_unit

PAIR = make_unit("shell", "python")


def as_text(value: Unit) -> str:
    return json.dumps(wire.encode(value))


def test_reads_what_select_rows_wrote() -> None:
    assert read_unit(as_text(PAIR)) == PAIR


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("null", "is missing"),
        ("{}", "not a unit"),
        ("[]", "not a unit"),
        ('"x"', "not a unit"),
        (as_text(PAIR).replace('"suite"', '"sweet"', 1), "sweet"),
        (as_text(replace(PAIR, rows=())), "no rows"),
        (as_text(replace(PAIR, rows=(PAIR.rows[0],) * 2)), "two rows"),
        (as_text(replace(PAIR, shard=Shard(index=3, of=2))), "shard 3 of 2"),
        (as_text(make_unit("perl")), "perl"),
    ],
)
def test_what_is_no_unit_is_refused(text: str, message: str) -> None:
    with pytest.raises(ShuntyardError, match=message):
        read_unit(text)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../x",
        "a/b",
        "a\\b",
        "a..b",
        ".hidden",
        "-option",
        "a\nb",
        "a\0b",
        "a\x1b[2J",
        "a:b",
        "a*",
        " a",
        "a ",
        "x" * 201,
        "\u202ea",
        "a\ud800",
    ],
)
def test_names_that_no_file_should_have_are_refused(name: str) -> None:
    with pytest.raises(ShuntyardError, match="cannot be the name"):
        check_name("the id", name)
    for bad in (replace(PAIR, id=name), replace(PAIR, rows=(replace(PAIR.rows[0], id=name),))):
        with pytest.raises(ShuntyardError, match="cannot be the name"):
            read_unit(as_text(bad))


@pytest.mark.parametrize("name", ["docs_test.python", "a-b.c_d", "phase 2A", "prüfung", "py3.12-rocm7.1.1"])
def test_readable_names_are_fine(name: str) -> None:
    check_name("the id", name)


@given(st.integers(1, 4), st.integers(1, 6))
def test_rows_run_forwards_and_backwards_in_turn(rows: int, repeats: int) -> None:
    members = [make_row("", make_suite(id=f"c{index}")) for index in range(rows)]
    order = abba(members, repeats)
    assert sorted((row.id, number) for row, number in order) == sorted(
        (row.id, n + 1) for row in members for n in range(repeats)
    )
    assert [number for _, number in order] == sorted(number for _, number in order)
    if repeats > 1:
        assert [row for row, _ in order][: 2 * rows] == [*members, *reversed(members)]


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([], "passed"),
        (["passed", "empty"], "empty"),
        (["empty", "failed"], "failed"),
        (["failed", "error", "passed"], "error"),
    ],
)
def test_the_worst_outcome(outcomes: list[Any], expected: str) -> None:
    assert worst(outcomes) == expected


def test_the_report_ranks_outcomes_in_the_same_order() -> None:
    assert unit._WORST_FIRST == report.WORST_FIRST


def test_only_one_of_several_shards_may_be_empty() -> None:
    assert is_good("passed", 1)
    assert is_good("empty", 2)
    assert not is_good("empty", 1)
    assert not is_good("failed", 2)
    assert not is_good("error", 2)


def test_a_dry_run_tells_each_configuration() -> None:
    suites = (
        Suite(id="docs_test", suite="DocsTestSuite", tests=("test_docs", "test_tutorials")),
        Suite(id="python", suite="PythonTestSuite"),
        Suite(id="bare", command=("make", "check")),
        Suite(id="smoke", suite="SmokeTestSuite", tests=("test_smoke",)),
    )
    pipeline = CompiledPipeline(
        pipeline="ab", summary="", events=(), runners={}, rows=(), suites={suite.id: suite for suite in suites}
    )
    assert dry_run(pipeline, {"smoke": ("testing/test_a.py", "x.py")}) == [
        "docs_test → DocsTestSuite: test_docs, test_tutorials",
        "python → PythonTestSuite: what the project's own pytest settings collect",
        "bare → bare: make check",
        "smoke → SmokeTestSuite: testing/test_a.py, x.py",
    ]
