"""Markdown from hostile text, judged by a real Markdown parser."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from shuntyard.markdown import Sheet, block, code, sentence, table_head, table_row

MARKUP = r"""
` `` ``` ~~~ | \ \| a &lt; # - 1. > *** --- |---| <!-- --> </details> <img/src=x/onerror=alert(1)> [x](http://e.example)
![x](http://e.example/p.png) [ref]:http://e.example @someone #12 http://e.example www.e.example :smile: $$ {{x}} ${{y}}
"""
FRAGMENTS = st.sampled_from(
    [*MARKUP.split(), " ", "    ", "\t", "\n", "\n\n", "\r", "\u2028", "\x1b[31m", "\x00", "\ud800"]
)
HOSTILE = st.lists(FRAGMENTS, max_size=12).map("".join) | st.text(max_size=60)


def parse(markdown: str) -> list[Token]:
    tokens = []
    for token in MarkdownIt("commonmark").enable("table").parse(markdown):
        tokens += [token, *(token.children or [])]
    return tokens


def kinds(markdown: str) -> list[str]:
    return [token.type for token in parse(markdown)]


@given(HOSTILE)
def test_code_is_one_code_span_and_nothing_else(text: str) -> None:
    shown = kinds(f"before {code(text)} after")
    assert shown in (
        ["paragraph_open", "inline", "text", "code_inline", "text", "paragraph_close"],
        ["paragraph_open", "inline", "text", "paragraph_close"],  # an empty text is a dash
    )


@given(st.lists(HOSTILE, min_size=2, max_size=2))
def test_no_text_leaves_its_cell(texts: list[str]) -> None:
    rows = [[code(text), code(text)] for text in texts]
    tokens = kinds("\n".join([table_head(["a", "b"], right=frozenset({1})), *map(table_row, rows)]))
    assert (tokens.count("tr_open"), tokens.count("th_open"), tokens.count("td_open")) == (3, 2, 4)
    assert set(tokens) <= {
        *(f"{name}_{end}" for name in ("table", "thead", "tbody", "tr", "th", "td") for end in ("open", "close")),
        *("inline", "text", "code_inline"),
    }


@given(HOSTILE)
def test_a_block_is_one_fence_with_the_text_in_it(text: str) -> None:
    tokens = parse(f"before\n\n{block(text, 500)}\nafter")
    fences = [token for token in tokens if token.type == "fence"]
    assert len(fences) == 1
    assert [token.type for token in tokens if token.type != "fence"] == [
        *("paragraph_open", "inline", "text", "paragraph_close"),
        *("paragraph_open", "inline", "text", "paragraph_close"),
    ]


@given(HOSTILE)
def test_prose_becomes_code_as_soon_as_it_could_become_more(text: str) -> None:
    shown = kinds(sentence(text))
    assert set(shown) <= {"paragraph_open", "inline", "text", "code_inline", "paragraph_close"}


def test_plain_prose_stays_prose() -> None:
    for text in (
        "All 24 rows passed.",
        "2 results missing or unusable; 3 rows failed.",
        "not every job: test (failure).",
    ):
        assert sentence(text) == text
    for text in ("see www.e.example", "http://e.example", "to @someone", "a_b_", "x.y.", "---", "1) x", "- x"):
        assert sentence(text) == f"`{text}`"


def test_a_sheet_takes_what_fits_and_refuses_the_rest_whole() -> None:
    sheet = Sheet(10)
    assert sheet.add("é" * 3)
    assert not sheet.add("abc")
    assert sheet.add("ab")
    assert sheet.text() == "ééé\nab\n"
    assert len(sheet.text().encode()) == 10
