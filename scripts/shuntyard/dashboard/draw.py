"""Vega specifications → pieces of SVG that may stand in the page. No other file knows the process that draws.

A specification draws any number of pictures as items of one group named `cell`, each from its own origin: 100 curves
in one call take 0.4 s, in a hundred calls (of Vega-Lite) 25 s. What comes back is taken apart: only elements and
attributes that the lists below name are kept, so a piece can hold no script, no link, no style, and no id that meets
another. Colours are the page's CSS variables (`var(--bad)`), which is how one picture serves light and dark.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from shuntyard.dashboard.worker import Worker
from shuntyard.errors import ShuntyardError
from shuntyard.store import HINT

CELL = "cell"
Vega = Mapping[str, Any]

_SVG = "{http://www.w3.org/2000/svg}"
_ELEMENTS = {"g", "path", "line", "rect", "text"}
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


class Pen:
    """Draws in a process of its own, one specification after the other; use it in a `with` statement."""

    def __init__(self) -> None:
        if importlib.util.find_spec("vl_convert") is None:
            raise ShuntyardError("the dashboard needs the library 'vl_convert', which is not installed", hint=HINT)
        self._worker = Worker("pen")

    def __enter__(self) -> Pen:
        self._worker.__enter__()
        self._thread = ThreadPoolExecutor(1, "pen")
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._worker.__exit__()
        self._thread.shutdown()

    def draw(self, vega: Vega, cells: int) -> Future[tuple[str, ...]]:
        """The pictures of a specification that draws `cells` of them, as soon as they are there: elements that go into
        an `<svg>`. Its result raises ShuntyardError where the process ended."""
        return self._thread.submit(self._draw, vega, cells)

    def _draw(self, vega: Vega, cells: int) -> tuple[str, ...]:
        return cut(self._worker.ask(vega), cells) if cells else ()


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
    if tag not in _ELEMENTS or element.get("class") in ("background", "foreground"):
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
