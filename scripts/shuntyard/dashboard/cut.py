"""SVG as Vega makes it → pieces that may stand in the page. Pure, and of the standard library alone.

What a specification draws is taken apart: only elements and attributes that the lists below name are kept, so a piece
can hold no script, no link, no style, and no id that meets another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

CELL = "cell"

_SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"g", "path", "line", "rect", "text"}
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_COLOR = re.compile(r"none|transparent|currentColor|var\(--[a-z0-9-]+\)")
_PATH = re.compile(r"[MLHVCSQTAZmlhvcsqtaz0-9eE.,\s+-]*")
_MEASURE = re.compile(r"[0-9eE.,\s+-]*")
_ATTRIBUTES: dict[str, re.Pattern[str]] = {
    "d": _PATH,
    "transform": re.compile(r"(?:(?:translate|rotate|scale)\([0-9eE.,\s+-]*\)\s*)*"),
    "fill": _COLOR,
    "stroke": _COLOR,
    "text-anchor": re.compile(r"start|middle|end"),
    "stroke-linecap": re.compile(r"butt|round|square"),
    "font-weight": re.compile(r"bold|\d{3}"),
    "font-size": re.compile(r"\d+(?:\.\d+)?(?:px)?"),
    **dict.fromkeys(("x", "y", "x1", "x2", "y1", "y2", "width", "height", "rx", "stroke-width"), _MEASURE),
    **dict.fromkeys(("stroke-dasharray", "stroke-opacity", "fill-opacity", "opacity"), _MEASURE),
}
_USUAL = {
    ("opacity", "1"),
    ("stroke-opacity", "1"),
    ("fill-opacity", "1"),
    ("transform", "translate(0,0)"),
    ("rx", "0"),
}


def cut(svg: str, cells: int) -> tuple[str, ...]:
    """The pictures of an SVG, cleaned. Raises ValueError where there are not as many as were asked for."""
    root = ElementTree.fromstring(svg)  # noqa: S314 (from our own process, of our own numbers: no text of a result is in it)
    found = [
        "".join(markup for child in item for markup in _clean(child))
        for group in root.iter(f"{_SVG}g")
        if CELL in group.get("class", "").split()
        for item in group
    ]
    if len(found) != cells:
        raise ValueError(f"{len(found)} pictures were drawn, {cells} were asked for")
    return tuple(found)


def _clean(element: ElementTree.Element) -> Iterator[str]:
    """The element as markup, if it is on the list and shows anything."""
    tag = element.tag.removeprefix(_SVG)
    if tag not in ELEMENTS or element.get("class") in ("background", "foreground"):
        return
    kept = {
        name: value if "opacity" in name else _NUMBER.sub(_round, value)
        for name, value in element.attrib.items()
        if name in _ATTRIBUTES and (name, value) not in _USUAL and _ATTRIBUTES[name].fullmatch(value)
    }
    inner = escape(element.text or "") if tag == "text" else "".join(m for child in element for m in _clean(child))
    if (tag == "g" and not inner) or (tag == "path" and not kept.get("d")):
        return
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in kept.items())
    if tag == "g" and not attributes:
        yield inner
    elif inner:
        yield f"<{tag}{attributes}>{inner}</{tag}>"
    else:
        yield f"<{tag}{attributes}/>"


def _round(match: re.Match[str]) -> str:
    """A tenth of a unit is finer than any screen shows these; the page gets a third smaller."""
    text = f"{float(match[0]):.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
