"""The process that draws, and what of its SVG may stand in a page."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from shuntyard.dashboard import strips
from shuntyard.dashboard.cut import ELEMENTS, cut
from shuntyard.dashboard.draw import Pen
from shuntyard.dashboard.strips import Strip
from shuntyard.errors import ShuntyardError

FRAME = '<svg xmlns="http://www.w3.org/2000/svg"><g class="mark-group role-scope cell">{}</g></svg>'


def test_only_drawing_elements_and_their_attributes_are_kept() -> None:
    hostile = """
        <g transform="translate(0,0)"><script>alert(1)</script><foreignObject><b/></foreignObject>
        <a href="javascript:alert(1)"><rect width="5"/></a><use href="#x"/><image href="https://e.example/x"/>
        <style>*{}</style><animate attributeName="href"/>
        <path d="M0,0L1.23456,9.99" id="x" class="y" style="fill:red" onclick="alert(1)" fill="url(#x)"
            stroke="var(--bad)"/><rect width="5" fill="expression(1)" height="3"/>
        <text font-size="10px" fill="var(--dim)">a&lt;b&amp;</text></g>"""
    (found,) = cut(FRAME.format(hostile), 1)
    assert found == (
        '<path d="M0,0L1.2,10" stroke="var(--bad)"/><rect width="5" height="3"/>'
        '<text font-size="10px" fill="var(--dim)">a&lt;b&amp;</text>'
    )


def test_pictures_that_are_missing_are_noticed() -> None:
    with pytest.raises(ValueError, match="1 pictures were drawn, 2 were asked for"):
        cut(FRAME.format("<g><path d='M0,0'/></g>"), 2)


@pytest.mark.parametrize(
    ("written", "kept"),
    [("12.345", "12.3"), ("-0.001", "0"), ("7.0", "7"), ("1.5e-7", "0"), ("-3.96", "-4"), ("100", "100")],
)
def test_coordinates_are_rounded(written: str, kept: str) -> None:
    (found,) = cut(FRAME.format(f"<g><path d='M{written},0'/></g>"), 1)
    assert found == f'<path d="M{kept},0"/>'


def test_opacity_is_not_rounded() -> None:
    (found,) = cut(FRAME.format("<g><path d='M0,0' opacity='0.25'/></g>"), 1)
    assert found == '<path d="M0,0" opacity="0.25"/>'


@pytest.mark.slow
def test_a_strip_is_drawn_where_its_figures_are() -> None:
    good = Strip(start=0.5, end=2.0, value=1.0, low=0.8, high=1.25, band=(0.9, 1.1), one=1.0, tone="good")
    beyond = Strip(start=0.5, end=2.0, value=3.0, low=2.5, high=3.5, band=None, tone="good")
    with Pen() as pen:
        first, second = pen.draw(strips.vega([good, beyond], "log"), 2).result()
        assert pen.draw({}, 0).result() == ()
        with pytest.raises(ShuntyardError, match="the helper program pen failed"):
            pen.draw({"marks": [{"type": "nonsense"}]}, 1).result()
    for markup in (first, second):
        ElementTree.fromstring(f"<svg>{markup}</svg>")
        assert set(re.findall(r"<(\w+)", markup)) <= ELEMENTS
    circle = re.search(r'transform="translate\(([\d.]+),11\)"[^>]* d="M4', first) or re.search(
        r'd="M4[^>]*transform="translate\(([\d.]+),11\)"', first
    )
    assert circle is not None
    assert float(circle[1]) == pytest.approx(strips.WIDTH / 2)
    assert "var(--band)" in first
    assert "var(--band)" not in second
    assert f"translate({strips.WIDTH - strips.EDGE},11)" in second


def test_what_is_sent_is_plain_json() -> None:
    strip = Strip(start=0.0, end=1.0, value=0.5, low=None, high=None, band=(0.0, 0.1))
    (values,) = strips.vega([strip], "linear")["data"][0]["values"]
    assert json.loads(json.dumps(values)) == values
    assert (values["low"], values["high"]) == (0.5, 0.5)


def test_a_bound_that_is_not_known_reaches_to_the_end_of_the_scale() -> None:
    strip = Strip(start=0.0, end=1.0, value=0.5, low=None, high=0.7, band=None)
    (values,) = strips.vega([strip], "linear")["data"][0]["values"]
    assert (values["low"], values["high"]) == (0.0, 0.7)
    assert "band0" not in values
