"""Markers: hidden, unbreakable, found again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.errors import ShuntyardError
from shuntyard.hub.marks import LIMIT, carries, hidden, marked


@given(st.text(), st.text(max_size=200))
def test_what_is_marked_carries_its_mark_and_fits(marker: str, body: str) -> None:
    try:
        mark = hidden(marker)
    except ShuntyardError:
        return
    assert mark.count("-->") == 1 and mark.endswith("-->") and "\n" not in mark and "--" not in mark[4:-3]
    assert carries(marker, marked(marker, body)) and marked(marker, body).endswith(body)
    assert len(marked(marker, body * 1000)) <= LIMIT


@pytest.mark.parametrize("marker", ["", "  "])
def test_an_empty_marker_would_be_found_everywhere(marker: str) -> None:
    with pytest.raises(ShuntyardError):
        hidden(marker)


@pytest.mark.parametrize("body", [None, 7, "", "text <!-- shuntyard: m -->"])
def test_what_carries_no_mark(body: object) -> None:
    assert not carries("m", body)
