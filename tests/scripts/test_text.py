"""Text of others: nothing invisible gets through, nothing grows beyond its budget."""

from __future__ import annotations

import html
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.text import clip, clip_escaped, clip_middle, line, visible, width

ANY = st.text(st.characters(), max_size=300)  # surrogates included
PIECES = ["\x1b[31m", "\x1b]0;t\x07", "\x1b", "\x07", "\r\n", "\n", "\t", "\u202e", "\ud800", "##[", "::", "a"]
NASTY = st.lists(st.sampled_from(PIECES)).map("".join)


@given(ANY | NASTY)
def test_visible_leaves_nothing_that_hides(text: str) -> None:
    shown = visible(text)
    hidden = [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    assert hidden == []
    assert not set(shown) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u2028\u2029")
    shown.encode()


def test_visible_drops_colours_and_shows_other_controls() -> None:
    assert visible("\x1b[1;31mred\x1b[0m \x1b]0;t\x07\x00\x7f\x9b") == "red ␀␡⟨U+009B⟩"


def test_visible_keeps_lines_tabs_and_other_alphabets() -> None:
    assert visible("a\r\n\tb → ж 日本 👩‍🔬") == "a\n\tb → ж 日本 👩‍🔬"


@pytest.mark.parametrize("unit", ["\x1b]", "\x1b]" + "a" * 999, "\x1b[0;", "\x1b["])
def test_visible_takes_linear_time_on_unfinished_codes(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    start = time.perf_counter()
    visible(text)
    assert time.perf_counter() - start < 5  # quadratic would take hours


@given(ANY | NASTY, st.integers(min_value=2, max_value=60))
def test_line_is_one_line_within_its_limit_and_no_runner_command(text: str, limit: int) -> None:
    shown = line(text, limit)
    assert len(shown) <= limit
    assert shown.splitlines() in ([], [shown])
    assert "##[" not in shown
    assert not shown.lstrip().startswith("::")


@given(ANY | NASTY | st.text("\"'&<>é日😀", max_size=200), st.integers(min_value=4, max_value=400))
def test_clip_escaped_keeps_to_its_bytes_once_escaped(text: str, limit: int) -> None:
    assert (
        len(html.escape(clip_escaped(text, limit)).replace("&quot;", "&#34;").replace("&#x27;", "&#39;").encode())
        <= limit
    )


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=50))
def test_clip_escaped_leaves_a_short_text_alone(text: str) -> None:
    assert clip_escaped(text, 5 * len(text) + 3) == text


def test_clipping_shows_that_something_was_cut() -> None:
    assert clip("abcdef", 4) == "abc…"
    assert clip("abcd", 4) == "abcd"
    assert clip_escaped("abcdefgh", 6) == "abc…"
    middle = clip_middle("head" + "x" * 1000 + "tail", 90)
    assert middle.startswith("head")
    assert middle.endswith("tail")
    assert "… 918 characters left out …" in middle


def test_width_counts_columns_of_a_terminal() -> None:
    assert width("ab") == 2
    assert width("日本") == 4
    assert width("e\u0301") == 1
