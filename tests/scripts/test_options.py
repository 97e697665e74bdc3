"""Small input languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.errors import ShuntyardError
from shuntyard.options import SWITCHES, read_flags, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", []), (" a  b\n,c,,d\t", ["a", "b", "c", "d"]), ("one", ["one"]), (", ,", [])],
)
def test_words_are_parted_by_spaces_commas_and_lines(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_flags_switch_by_name_and_the_last_one_counts() -> None:
    assert read_flags("a=on b=off, c=true\nd=false *=on") == {"a": True, "b": False, "c": True, "d": False, "*": True}
    assert read_flags("a=on a=off") == {"a": False}
    assert read_flags("  ") == {}


@pytest.mark.parametrize("text", ["a", "a=", "=on", "a=yes", "a=ON", "a==on", "a=on=off", "a = on"])
def test_anything_else_is_refused_with_its_word(text: str) -> None:
    with pytest.raises(ShuntyardError) as raised:
        read_flags(f"fine=on {text}")
    assert "is not understood" in raised.value.message
    assert "name=on" in raised.value.hint


@given(st.dictionaries(st.from_regex(r"[A-Za-z0-9_.*-]{1,8}", fullmatch=True), st.sampled_from(sorted(SWITCHES))))
def test_flags_are_read_back_as_written(flags: dict[str, str]) -> None:
    written = " ".join(f"{name}={switch}" for name, switch in flags.items())
    assert read_flags(written) == {name: SWITCHES[switch] for name, switch in flags.items()}


@given(st.text(max_size=20))
def test_no_text_whatever_makes_anything_but_flags_or_an_error(text: str) -> None:
    try:
        flags = read_flags(text)
    except ShuntyardError as error:
        assert error.exit_code == 2
    else:
        assert len(flags) <= len(words(text))
