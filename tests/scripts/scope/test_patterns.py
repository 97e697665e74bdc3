"""Patterns of test names."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.scope.patterns import Patterns


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("test_ops", "test_ops", True),
        ("test_ops", "test_ops_jit", False),
        ("test_cuda*", "test_cuda", True),
        ("test_cuda*", "test_cuda_graph", True),
        ("test_cuda*", "dynamo/test_cuda", False),
        ("dynamo/*", "dynamo/test_x", True),
        ("dynamo/*", "dynamo/cpython/test_x", False),
        ("dynamo/**", "dynamo/cpython/3_13/test_x", True),
        ("dynamo/**", "dynamo", True),
        ("**/*nccl*", "test_nccl", True),
        ("**/*nccl*", "distributed/a/test_c10d_nccl", True),
        ("a/**/b/**/c", "a/b/x/b/c", True),
        ("a/**/b/**/c", "a/x/c", False),
        ("**", "anything/at/all", True),
        ("t?st", "test", True),
        ("t?st", "t/st", False),
        ("[ab]", "a", False),
        ("*[ab]", "x[ab]", True),
    ],
)
def test_a_pattern_fits(pattern: str, name: str, fits: bool) -> None:
    assert Patterns([pattern]).fit(name) is fits


SEGMENT = st.text("ab*?", min_size=1, max_size=4).filter(lambda text: "**" not in text)
PATTERN = st.lists(SEGMENT | st.just("**"), min_size=1, max_size=4).map("/".join)
NAME = st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=4).map("/".join)


def as_regex(pattern: str) -> str:
    """What a pattern means, written the plain way."""
    parts = pattern.split("/")
    inner = {"*": "[^/]*", "?": "[^/]"}
    return "".join(
        "(?:[^/]+/)*" if part == "**" else "".join(inner.get(c, re.escape(c)) for c in part) + "/" for part in parts
    )


@given(PATTERN, NAME)
def test_patterns_mean_what_the_plain_regular_expression_means(pattern: str, name: str) -> None:
    assert Patterns([pattern]).fit(name) == bool(re.fullmatch(as_regex(pattern), name + "/"))


@given(st.lists(PATTERN, max_size=4), NAME)
def test_several_patterns_fit_where_one_does(patterns: list[str], name: str) -> None:
    assert Patterns(patterns).fit(name) == any(Patterns([pattern]).fit(name) for pattern in patterns)


@pytest.mark.parametrize("pattern", ["*a" * 60 + "b", "**/a/" * 60 + "b", "a?*" * 60])
def test_no_pattern_hangs(pattern: str) -> None:
    started = time.process_time()
    for name in ("a" * 5000, "a/" * 2000 + "a"):
        assert not Patterns([pattern]).fit(name) or "b" not in pattern
    assert time.process_time() - started < 2
