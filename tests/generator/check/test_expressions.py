"""Expressions are found and read as GitHub reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.check.support.expressions import body, contexts, expressions, literals, never_on

NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True).filter(
    lambda name: name not in ("true", "false", "null")
)
PATHS = st.lists(NAMES, min_size=2, max_size=4).map(".".join)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=12)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@given(st.lists(TEXTS.map(quoted), max_size=4))
def test_a_literal_never_ends_an_expression(texts: list[str]) -> None:
    written = "${{ format(" + ", ".join(texts) + ") }}"
    assert expressions(f"echo {written} and {written}") == [written, written]
    assert [quoted(text) for text in literals(body(written))] == texts


@given(PATHS, TEXTS.map(quoted))
def test_a_context_is_seen_wherever_it_stands_and_a_literal_never_is(path: str, text: str) -> None:
    assert contexts("${{ " + path + " }}") == [path]
    assert contexts("${{ contains(" + text + ", toJSON( " + path + " )) }}") == [path]
    assert contexts("${{ " + text + " == " + text + " }}") == []


@given(st.text(max_size=60))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    for expression in expressions(text):
        assert text.count(expression) >= 1
        assert isinstance(contexts(expression), list)
    never_on(text, "schedule")


def test_shapes_of_contexts() -> None:
    assert contexts("github.event.pull_request.labels.*.name") == ["github.event.pull_request.labels.*.name"]
    assert contexts("github [ 'event' ] . action || inputs.Some-Name") == ["github[''].action", "inputs.some-name"]
    assert contexts("1.5e3 == 0x1f && true") == []
    assert contexts("matrix[inputs.x].y") == ["matrix[inputs.x].y"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("${{ github.event_name == 'pull_request' }}", True),
        ("github.event_name != 'schedule' && github.ref != 'x'", True),
        ("${{ github.event_name == 'push' || github.event_name == 'pull_request' }}", True),
        ("${{ github.event_name == 'push' || inputs.cancel }}", False),
        ("${{ github.event_name != 'push' }}", False),
        ("${{ github.event_name == 'schedule' }}", False),
        ("${{ !(github.event_name == 'schedule') }}", False),  # true, but not proved
        ("${{ github.ref != 'refs/heads/main' }}", False),
        ("true", False),
        ("false", True),
    ],
)
def test_whether_a_condition_rules_an_event_out(condition: str, expected: bool) -> None:
    assert never_on(condition, "schedule") is expected
