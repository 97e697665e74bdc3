"""Curves: time or memory of one configuration on one kind of hardware, with the levels between change points. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from statistics import median
from typing import Any, Literal

from shuntyard import human
from shuntyard.analyses.arms import without_arm
from shuntyard.analyses.trends import Newest, Series, Shift
from shuntyard.dashboard import ticks, wording
from shuntyard.stats.sample import Metric

WIDTH, HEIGHT = 270, 96
VIEW = (-40, -16, WIDTH + 50, HEIGHT + 36)  # x, y, width, height of the picture with its labels
MOST_CARDS = 60
_EPOCH, _DAY_MS = datetime(1970, 1, 1), 86_400_000
_FEW = 30  # points up to which each gets a dot
_ROOM = 0.08  # at least so far from the median to the scale's ends: noise shall not look like change
Anchor = Literal["start", "middle", "end"]
_UNITS: dict[Metric, tuple[tuple[float, str], ...]] = {
    "time": ((3600.0, "h"), (60.0, "min"), (1.0, "s"), (0.001, "ms")),
    "memory": ((1000.0, "GB"), (1.0, "MB")),
}
_TURNS = {"h": 3 * 3600.0, "min": 300.0, "s": 1.0, "ms": 0.0, "GB": 2000.0, "MB": 0.0}  # a unit is used from here on


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One metric: a series for each arm (`lines`, the candidate's last so that it lies on top), its unit and how many
    seconds or MB that is, and the shifts in any of them, oldest first."""

    metric: Metric
    unit: str
    size: float
    lines: tuple[Series, ...]
    shifts: tuple[Shift, ...]
    odd: tuple[Newest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A text in a picture; `tone` is empty for what is not to catch the eye."""

    x: float
    y: float
    anchor: Anchor
    text: str
    tone: Literal["", "good", "bad"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One configuration on one kind of hardware: its curves, time before memory."""

    repository: str
    pipeline: str
    name: str
    config: str
    hardware: str
    curves: tuple[Curve, ...]

    @property
    def regressed(self) -> tuple[Shift, ...]:
        """Its shifts for the worse."""
        return tuple(shift for curve in self.curves for shift in curve.shifts if shift.direction == "regressed")


def cards(
    series: Iterable[Series], shifts: Sequence[Shift], newest: Iterable[Newest], *, baseline: str, candidate: str
) -> tuple[Card, ...]:
    """Every configuration with its curves, those with the worst regressions first, then what else changed."""
    shifted: dict[int, list[Shift]] = {}
    for shift in shifts:
        shifted.setdefault(id(shift.series), []).append(shift)
    odd = {id(each.series): each for each in newest if each.anomaly.status in ("high", "low")}
    order = (candidate, baseline)
    groups: dict[tuple[str, ...], dict[Metric, list[Series]]] = {}
    names: dict[tuple[str, ...], str] = {}
    for each in sorted(series, key=lambda each: order.index(each.ran) if each.ran in order else -1, reverse=True):
        key = (each.repository, each.pipeline, each.hardware, each.config, *without_arm(each.row_id, each.ran))
        names[key] = place_name(each.row_id, each.ran) or each.config or each.pipeline
        groups.setdefault(key, {}).setdefault(each.metric, []).append(each)
    found = [
        Card(
            repository=key[0],
            pipeline=key[1],
            name=names[key],
            config=key[3],
            hardware=key[2],
            curves=tuple(
                _curve(metric, metrics[metric], shifted, odd) for metric in ("time", "memory") if metric in metrics
            ),
        )
        for key, metrics in groups.items()
    ]
    return tuple(sorted(found, key=_worst_first))


def place_name(row_id: str, arm: str) -> str:
    """What a row is besides its arm, readable: `python.linux` for `python.linux.shell`."""
    before, found, after = f".{row_id}.".rpartition(f".{arm}.")
    return f"{before}.{after}".strip(".") if found and arm else row_id


def summary(curve: Curve) -> str:
    """The curve in words, for those who cannot see it: each arm's newest and usual value, and every change."""
    lines = [
        f"{line.ran or 'no arm'}: {human.count(len(line.values), 'run')}, newest {amount(line.values[-1], curve.metric)},"
        f" median {amount(median(line.values), curve.metric)}"
        for line in reversed(curve.lines)
    ]
    changes = [
        f"{wording.change(shift.ratio)} since {wording.day(shift.since)} ({shift.series.ran or 'no arm'})"
        for shift in curve.shifts
    ]
    return f"{curve.metric} in {curve.unit}. {'; '.join(lines)}. {'; '.join(changes) or 'No change points'}."


def amount(value: float, metric: Metric) -> str:
    """Seconds or MB, for people."""
    return human.duration(value) if metric == "time" else human.memory(value)


def vega(shown: Sequence[Curve], *, baseline: str, candidate: str) -> dict[str, Any]:
    """The specification; it draws a cell for each curve, all from the first to the last moment of any, without its labels:
    Vega measures each text, which takes two thirds of the time of a hundred small pictures.
    """
    data: dict[str, list[dict[str, Any]]] = {name: [] for name in ("points", "grid", "levels", "marks")}
    for cell, curve in enumerate(shown):
        scale = _scale(curve)
        for number, line in enumerate(curve.lines):  # no text of a history reaches the process that draws
            style = int(line.ran == candidate) if line.ran in (baseline, candidate) else 2
            about = {"cell": cell, "lo": scale[0], "hi": scale[-1], "line": number, "style": style}
            about["dot"] = len(line.values) <= _FEW
            data["points"] += (
                {**about, "x": _ms(moment), "y": float(f"{value / curve.size:.5g}")}
                for moment, value in zip(line.moments, line.values, strict=True)
            )
        data["grid"] += ({"cell": cell, "y": tick} for tick in scale)
        data["levels"] += ({"cell": cell, **level} for level in _levels(curve))
        data["marks"] += ({"cell": cell, **mark} for mark in _marks(curve))
    styles = {"type": "ordinal", "domain": [0, 1, 2]}
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "data": [{"name": name, "values": values} for name, values in data.items()],
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
        Label(x=-6, y=round(HEIGHT * (1 - (tick - scale[0]) / (scale[-1] - scale[0])) + 3.5, 1), anchor="end", text=f"{tick:,.10g}")
        for tick in scale
    )
    dates = (
        Label(x=_x(at, since, until), y=HEIGHT + 15, anchor="middle", text=text) for at, text in ticks.dates(since, until, 4)
    )
    return (*values, *dates, *_sizes(curve, since, until))


def _x(at: int, since: int, until: int) -> float:
    return round(WIDTH * (at - since) / (until - since), 1)


def _cell() -> dict[str, Any]:
    of_cell = [{"type": "filter", "expr": "datum.cell === parent.cell"}]
    x, y = {"scale": "x", "field": "x"}, {"scale": "y", "field": "y"}
    color = {"scale": "color", "field": "style"}
    line = {
        "x": x, "y": y, "stroke": color, "strokeDash": {"scale": "dash", "field": "style"}, "strokeWidth": {"value": 1.5},
    }  # fmt: skip
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
            _mark("rule", "cellgrid", x={"value": 0}, x2={"value": WIDTH}, y=y, stroke={"value": "var(--line)"}),
            _mark(
                "rule", "celllevels", x=x, x2={"scale": "x", "field": "x2"}, y=y, stroke={"value": "var(--dim)"},
                strokeWidth={"value": 6}, strokeOpacity={"value": 0.3},
            ),
            {
                "type": "group",
                "from": {"facet": {"name": "linepoints", "data": "cellpoints", "groupby": "line"}},
                "marks": [_mark("line", "linepoints", **line)],
            },
            _mark("symbol", "dots", x=x, y=y, size={"value": 14}, fill=color),
            _mark(
                "rule", "cellmarks", x=x, y={"value": -2}, y2={"value": HEIGHT}, stroke={"field": "color"},
                strokeDash={"value": [3, 2]},
            ),
        ],
    }  # fmt: skip


def _mark(kind: str, data: str, **channels: Any) -> dict[str, Any]:
    return {"type": kind, "from": {"data": data}, "encode": {"enter": channels}}


def _scale(curve: Curve) -> list[float]:
    """The ticks of a curve, which it lies between. Noise shall not look like change: at least ±_ROOM of the median."""
    values = [value / curve.size for line in curve.lines for value in line.values]
    middle = median(values)
    return ticks.numbers(min([*values, middle * (1 - _ROOM)]), max([*values, middle * (1 + _ROOM)]), 3)


def _curve(
    metric: Metric, lines: Sequence[Series], shifted: Mapping[int, Sequence[Shift]], odd: Mapping[int, Newest]
) -> Curve:
    typical = median([value for line in lines for value in line.values])
    size, unit = next(((size, unit) for size, unit in _UNITS[metric] if typical >= _TURNS[unit]), _UNITS[metric][-1])
    shifts = sorted((shift for line in lines for shift in shifted.get(id(line), ())), key=lambda shift: shift.since)
    return Curve(
        metric=metric,
        unit=unit,
        size=size,
        lines=tuple(lines),
        shifts=tuple(shifts),
        odd=tuple(odd[id(line)] for line in lines if id(line) in odd),
    )


def _worst_first(card: Card) -> tuple[Any, ...]:
    regressed = max((shift.ratio for shift in card.regressed), default=1.0)
    changed = any(curve.shifts or curve.odd for curve in card.curves)
    return -regressed, not changed, card.repository, card.pipeline, card.name, card.hardware


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
