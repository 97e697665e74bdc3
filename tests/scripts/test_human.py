"""Numbers and tables for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard import human
from shuntyard.text import width


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "–"),
        (0.0001, "1 ms"),
        (0.85, "850 ms"),
        (0.9996, "1.00 s"),
        (9.99, "9.99 s"),
        (9.996, "10.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 00 s"),
        (125, "2 min 05 s"),
        (3599.6, "1 h 00 min"),
        (3600 * 30 + 240, "30 h 04 min"),
    ],
)
def test_duration(seconds: float, shown: str) -> None:
    assert human.duration(seconds) == shown


@given(st.floats(min_value=1e-6, max_value=1e9))
def test_duration_never_says_sixty_of_a_smaller_unit(seconds: float) -> None:
    shown = human.duration(seconds)
    assert "60 s" not in shown
    assert "60 min" not in shown
    assert not shown.startswith("1000")


@pytest.mark.parametrize(("megabytes", "shown"), [(0, "–"), (312.4, "312 MB"), (999.6, "1.0 GB"), (1440, "1.4 GB")])
def test_memory(megabytes: float, shown: str) -> None:
    assert human.memory(megabytes) == shown


def test_counts_ratios_tallies_moments() -> None:
    assert [human.count(number, "row") for number in (0, 1, 1000)] == ["0 rows", "1 row", "1,000 rows"]
    assert (human.ratio(None), human.ratio(0.9666)) == ("–", "0.97×")
    assert human.tally(["passed", "failed", "passed"]) == "2 × passed, 1 × failed"
    assert human.tally([]) == "not there"
    assert human.moment("2026-11-20T03:17:12+00:00") == "2026-11-20 03:17 UTC"


def test_table_is_aligned_also_with_wide_characters() -> None:
    lines = human.table(
        ("name", "n"), [("a", "1"), ("日本語", "1,000"), ("two\nlines", "12")], right=frozenset({1})
    ).split("\n")
    assert lines == [
        "name           n",
        "---------  -----",
        "a              1",
        "日本語     1,000",
        "two lines     12",
    ]
    assert len({width(text) for text in lines}) == 1
