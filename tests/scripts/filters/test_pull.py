"""What a pull request says about its tests."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.filters.pull import FLAGS, flags, number_of, reenabled

HERE = "pytorch/pytorch"


@pytest.mark.parametrize(
    ("event", "ref", "number"),
    [
        (7, "refs/tags/ciflow/spyre/9", 7),
        (0, "refs/tags/ciflow/spyre/9", 9),
        (0, "ciflow/inductor-perf_x/123456", 123456),
        (0, "refs/heads/ciflow", 0),
        (0, "refs/tags/ciflow/a/b/9", 0),
        (0, "refs/tags/ciflow/spyre/9x", 0),
        (0, "refs/tags/xciflow/spyre/9", 0),
        (0, "refs/tags/ciflow/spyre/" + "9" * 500, 0),
        (0, "refs/tags/ciflow/spyre/٣", 0),
        (0, "", 0),
    ],
)
def test_the_number_comes_from_the_event_or_a_ciflow_tag(event: int, ref: str, number: int) -> None:
    assert number_of(event, ref) == number


@pytest.mark.parametrize("flag", FLAGS)
def test_a_flag_is_a_label_or_stands_in_brackets(flag: str) -> None:
    assert flags([flag], "")[flag] and flags([], f"please [{flag}] thanks")[flag]
    assert not flags([flag.upper(), f"x{flag}"], f"{flag} [ {flag} ]")[flag]


@pytest.mark.parametrize(
    ("text", "issues"),
    [
        ("Close #62851", (62851,)),
        ("fixES #62851, closes #3", (62851, 3)),
        ("RESOLVED #62851\nfixed #62851", (62851,)),
        ("Fixes https://github.com/pytorch/pytorch/issues/5", (5,)),
        ("fix https://github.com/other/repo/issues/5", ()),
        ("closes  #62851", ()),
        ("fixing #62851", ()),
        ("fix 62851", ()),
        ("fix #", ()),
        ("fix #" + "9" * 400, (int("9" * 18),)),
        ("", ()),
    ],
)
def test_issues_that_a_text_closes(text: str, issues: tuple[int, ...]) -> None:
    assert reenabled(text, here=HERE, issues=HERE) == issues


def test_a_bare_number_means_an_issue_of_the_repository_that_says_it() -> None:
    text = "fixes #1, fixes https://github.com/pytorch/pytorch/issues/2"
    assert reenabled(text, here="torch-spyre/torch-spyre", issues=HERE) == (2,)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert all(number >= 0 for number in reenabled(text, here=HERE, issues=HERE))
    assert set(flags([], text)) == set(FLAGS)


@pytest.mark.parametrize(
    "piece", ["fix ", "fixes https://github.com/", "close #", "a" * 90 + "/", "[", "fix https://github.com/a"]
)
def test_a_hostile_text_takes_no_longer_than_a_long_one(piece: str) -> None:
    started = time.process_time()
    reenabled(piece * (1_000_000 // len(piece)), here=HERE, issues=HERE)
    assert time.process_time() - started < 3
