"""Regular expressions that cannot take long."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuntyard.ingest.patterns import TEXT, fault


@pytest.mark.parametrize(
    "pattern",
    [
        "mosaic",
        "not (yet )?supported|unsupported",
        r"\btpu",
        ">= ?[2-9]",
        "requires .* device",
        "sm[0-9]+",
        "x{1,3}y",
        "a|b|c",
    ],
)
def test_good(pattern: str) -> None:
    assert fault(pattern) == ""


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(a+)+b", "repeats more than a single character"),
        ("(a|aa)+b", "repeats more than a single character"),
        ("(ab)*c", "repeats more than a single character"),
        ("a.*b.*c", "more than 5,000 ways"),
        ("a?" * 40 + "b", "more than 5,000 ways"),
        ("(a|a)" * 20 + "b", "more than 5,000 ways"),
        (r"(a)\1", "uses groupref"),
        ("a(?=b)", "uses assert"),
        ("(?<!a)b", "uses assert not"),
        ("a*", "matches the empty text"),
        ("a|", "matches the empty text"),
        ("CUDA", "capital letters"),
        ("(", "is no regular expression"),
        ("", "has 0 characters"),
        ("a" * 301, "has 301 characters"),
        ("a" + "(" * 149 + "b" + ")" * 149, ""),
    ],
)
def test_bad(pattern: str, why: str) -> None:
    assert why in fault(pattern)


PIECES = st.sampled_from(["a", "b", "a?", "a*", "[ab]+", "(a|b)", "(a|ab)?", ".", "a{0,9}", ".*", "(aa|a)"])


@settings(deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=6).map("".join))
def test_what_is_let_through_is_quick_with_the_worst_texts(pattern: str) -> None:
    if fault(pattern):
        return
    compiled = re.compile(pattern + "z")
    started = time.process_time()
    for text in ("a" * TEXT, "ab" * (TEXT // 2), "a" * (TEXT - 1) + "y"):
        compiled.search(text)
    assert time.process_time() - started < 5
