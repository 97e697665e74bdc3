"""Curves as pictures: Vega specifications, and the texts that stand in them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from statistics import median
from typing import Any, Literal

from shuntyard.analyses.trends import Shift
from shuntyard.dashboard import ticks, wording
from shuntyard.dashboard.curves import Curve
from shuntyard.dashboard.marks import mark

WIDTH, HEIGHT = 270, 96
VIEW = (-40, -16, WIDTH + 50, HEIGHT + 36)  # x, y, width, height of the picture with its labels
_EPOCH, _DAY_MS = datetime(1970, 1, 1), 86_400_000
_FEW = 30  # points up to which each gets a dot
_ROOM = 0.08  # at least so far from the median to the scale's ends: noise shall not look like change
_OF_LINE = {
    "type": "lookup", "from": "lines", "key": "line", "fields": ["line"],
    "values": ["cell", "lo", "hi", "style", "dot"],
}  # fmt: skip
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A text in a picture; `tone` is empty for what is not to catch the eye."""

    x: float
    y: float
    anchor: Anchor
    text: str
    tone: Literal["", "good", "bad"] = ""


def vega(shown: Sequence[Curve], *, baseline: str, candidate: str) -> dict[str, Any]:
    """The specification; it draws a cell for each curve, all from the first to the last moment of any, but no text:
    Vega measures each, which takes two thirds of the time of a hundred small pictures. `labels` has them.
    """
    data: dict[str, list[dict[str, Any]]] = {name: [] for name in ("lines", "points", "grid", "levels", "marks")}
    for cell, curve in enumerate(shown):
        scale = _scale(curve)
        for line in curve.lines:  # no text of a history reaches the process that draws
            style = int(line.ran == candidate) if line.ran in (baseline, candidate) else 2
            few, number = len(line.values) <= _FEW, len(data["lines"])
            about = {"cell": cell, "lo": scale[0], "hi": scale[-1], "style": style, "dot": few}
            data["lines"].append({"line": number, **about})
            data["points"] += (
                {"line": number, "x": _ms(moment), "y": float(f"{value / curve.size:.5g}")}
                for moment, value in zip(line.moments, line.values, strict=True)
            )
        data["grid"] += ({"cell": cell, "y": tick} for tick in scale)
        data["levels"] += ({"cell": cell, **level} for level in _levels(curve))
        data["marks"] += ({"cell": cell, **mark} for mark in _marks(curve))
    styles = {"type": "ordinal", "domain": [0, 1, 2]}
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "data": [
            {"name": name, "values": values, "transform": [_OF_LINE] if name == "points" else []}
            for name, values in data.items()
        ],
        "scales": [
            {"name": "x", "type": "utc", "domain": span(shown), "range": [0, WIDTH]},
            {"name": "color", **styles, "range": ["var(--arm-2)", "var(--arm-1)", "var(--arm-3)"]},
            {"name": "dash", **styles, "range": [[5, 3], [], [1.5, 3]]},
        ],
        "marks": [_cell()],
    }


def labels(curve: Curve, since: int, until: int) -> tuple[Label, ...]:
    """The texts of a curve's picture on the span that `span` gave: values, dates, and the size of each change."""
    scale = _scale(curve)
    values = (
        Label(
            x=-6,
            y=round(HEIGHT * (1 - (tick - scale[0]) / (scale[-1] - scale[0])) + 3.5, 1),
            anchor="end",
            text=f"{tick:,.10g}",
        )
        for tick in scale
    )
    dates = (
        Label(x=_x(at, since, until), y=HEIGHT + 15, anchor="middle", text=text)
        for at, text in ticks.dates(since, until, 4)
    )
    return (*values, *dates, *_sizes(curve, since, until))


def _x(at: int, since: int, until: int) -> float:
    return round(WIDTH * (at - since) / (until - since), 1)


def _cell() -> dict[str, Any]:
    of_cell = [{"type": "filter", "expr": "datum.cell === parent.cell"}]
    x, y = {"scale": "x", "field": "x"}, {"scale": "y", "field": "y"}
    at = {"x": x, "y": y}
    color = {"scale": "color", "field": "style"}
    dash = {"scale": "dash", "field": "style"}
    return {
        "type": "group",
        "name": "cell",
        "from": {"facet": {"name": "cellpoints", "data": "points", "groupby": "cell"}},
        "data": [
            {"name": "dots", "source": "cellpoints", "transform": [{"type": "filter", "expr": "datum.dot"}]},
            *({"name": f"cell{name}", "source": name, "transform": of_cell} for name in ("grid", "levels", "marks")),
        ],
        "scales": [
            {
                "name": "y",
                "type": "linear",
                "domain": {"fields": [{"data": "cellpoints", "field": field} for field in ("lo", "hi")]},
                "range": [HEIGHT, 0],
                "zero": False,
            }
        ],
        "marks": [
            mark("rule", "cellgrid", x={"value": 0}, x2={"value": WIDTH}, y=y, stroke={"value": "var(--line)"}),
            mark(
                "rule", "celllevels", x=x, x2={"scale": "x", "field": "x2"}, y=y, stroke={"value": "var(--dim)"},
                strokeWidth={"value": 6}, strokeOpacity={"value": 0.3},
            ),
            {
                "type": "group",
                "from": {"facet": {"name": "linepoints", "data": "cellpoints", "groupby": "line"}},
                "marks": [mark("line", "linepoints", **at, stroke=color, strokeDash=dash, strokeWidth={"value": 1.5})],
            },
            mark("symbol", "dots", **at, size={"value": 14}, fill=color),
            mark(
                "rule", "cellmarks", x=x, y={"value": -2}, y2={"value": HEIGHT}, stroke={"field": "color"},
                strokeDash={"value": [3, 2]},
            ),
        ],
    }  # fmt: skip


def _scale(curve: Curve) -> list[float]:
    """The ticks of a curve, which it lies between. Noise shall not look like change: at least ±_ROOM of the median."""
    values = [value / curve.size for line in curve.lines for value in line.values]
    middle = median(values)
    return ticks.numbers(min([*values, middle * (1 - _ROOM)]), max([*values, middle * (1 + _ROOM)]), 3)


def _levels(curve: Curve) -> Iterable[dict[str, Any]]:
    """The median level of each stretch between change points, of the series that have any."""
    for line in curve.lines:
        shifts = [shift for shift in curve.shifts if shift.series is line]
        ends = [shift.since for shift in shifts]
        for start, end, level in zip(
            [line.moments[0], *ends], [*ends, line.moments[-1]],
            [*(shift.before for shift in shifts), *(shift.after for shift in shifts[-1:])], strict=False,
        ):  # fmt: skip
            yield {"x": _ms(start), "x2": _ms(end), "y": level / curve.size}


def _marks(curve: Curve) -> Iterable[dict[str, Any]]:
    """A line for each change."""
    for shift in _marked(curve):
        yield {"x": _ms(shift.since), "color": "var(--bad)" if shift.direction == "regressed" else "var(--good)"}


def _sizes(curve: Curve, since: int, until: int) -> Iterable[Label]:
    for shift in _marked(curve):
        x, worse = _x(_ms(shift.since), since, until), shift.direction == "regressed"
        anchor: Anchor = "end" if x > 0.8 * WIDTH else "start" if x < 0.2 * WIDTH else "middle"
        text = f"{'▲' if worse else '▼'} {wording.change(shift.ratio)}"
        yield Label(x=x, y=-5, anchor=anchor, text=text, tone="bad" if worse else "good")


def _marked(curve: Curve) -> Iterable[Shift]:
    """The changes that are marked: arms that change together are marked once, by the greater change."""
    together: dict[tuple[str, str], Shift] = {}
    for shift in curve.shifts:
        key = (shift.first_after, shift.direction)
        if key not in together or abs(shift.ratio - 1) > abs(together[key].ratio - 1):
            together[key] = shift
    return together.values()


def span(shown: Sequence[Curve]) -> list[int]:
    """The first and the last moment of any curve, in ms since 1970 UTC; never the same one."""
    moments = [moment for curve in shown for line in curve.lines for moment in (line.moments[0], line.moments[-1])]
    since, until = _ms(min(moments, default=_EPOCH)), _ms(max(moments, default=_EPOCH))
    return [since, until] if since < until else [since - _DAY_MS, until + _DAY_MS]


def _ms(moment: datetime) -> int:
    return int(moment.replace(tzinfo=timezone.utc).timestamp() * 1000)
