"""Bars: what each day came to, and where the minutes of a round trip went. Vega specifications; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from shuntyard.analyses.round_trip import Leg, RoundTrip
from shuntyard.dashboard.recent import Day

DAYS_HEIGHT = 110
WIDE, NARROW = (1020, 150), (330, 44)  # units of width; bars at most
TRIP_WIDTH, TRIP_HEIGHT = 480, 20
# Worst at the bottom, where a bar's height can be read; what passed is pale.
_LAYERS = (("error", "var(--odd)"), ("failed", "var(--bad)"), ("empty", "var(--dim)"), ("passed", "var(--pass)"))
STAGES = {
    "queue": "var(--stage-1)",
    "set-up": "var(--stage-2)",
    "test": "var(--stage-3)",
    "fixtures": "var(--stage-4)",
    "after the tests": "var(--stage-5)",
    "report": "var(--stage-5)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Some days on end; `first` and `last` are both in it."""

    first: date
    last: date
    passed: int
    failed: int
    error: int
    empty: int
    fallbacks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stage of a bar: minutes from `start` to `end`."""

    stage: str
    start: float
    end: float


def bins(days: Sequence[Day], first: date, last: date, most: int) -> tuple[Bin, ...]:
    """The time from `first` to `last` in at most `most` bins of as many whole days each, with the empty ones."""
    length = max(1, -(-((last - first).days + 1) // most))
    found: dict[int, list[Day]] = {}
    for day in days:
        if first <= day.day <= last:
            found.setdefault((day.day - first).days // length, []).append(day)
    counted = ("passed", "failed", "error", "empty", "fallbacks")
    return tuple(
        Bin(
            first=first + timedelta(days=number * length),
            last=min(first + timedelta(days=(number + 1) * length - 1), last),
            **{name: sum(getattr(day, name) for day in found.get(number, ())) for name in counted},
        )
        for number in range(((last - first).days // length) + 1)
    )


def days_vega(shown: Sequence[Bin], width: int) -> dict[str, Any]:
    """The specification; it draws one cell."""
    start, end = _ms(shown[0].first), _ms(shown[-1].last + timedelta(days=1))
    rows = []
    for each in shown:
        top = 0
        for layer, color in _LAYERS:
            count = getattr(each, layer)
            if count:
                span = {"x": _ms(each.first), "x2": _ms(each.last + timedelta(days=1))}
                rows.append({**span, "y": top, "y2": top + count, "color": color})
            top += count
    label = {"labelColor": "var(--dim)", "labelFontSize": 11, "domain": False, "ticks": False}
    highest = max((row["y2"] for row in rows), default=1)
    return {
        "width": width,
        "height": DAYS_HEIGHT,
        "data": [{"name": "bars", "values": rows}],
        "scales": [
            {"name": "x", "type": "utc", "domain": [start, end], "range": [0, width]},
            {"name": "y", "type": "linear", "domain": [0, highest], "range": [DAYS_HEIGHT, 0], "nice": 3},
        ],
        "marks": [
            {
                "type": "group",
                "name": "cell",
                "encode": {"enter": {"width": {"value": width}, "height": {"value": DAYS_HEIGHT}}},
                "axes": [
                    {"orient": "left", "scale": "y", "tickCount": 3, "grid": True, "gridColor": "var(--line)",
                     "tickMinStep": 1, **label},
                    {"orient": "bottom", "scale": "x", "tickCount": width // 110, "format": "%-d %b",
                     "labelFlush": True, **label},
                ],
                "marks": [
                    {
                        "type": "rect",
                        "from": {"data": "bars"},
                        "encode": {
                            "enter": {
                                "x": {"scale": "x", "field": "x", "offset": 0.5},
                                "x2": {"scale": "x", "field": "x2", "offset": -0.5},
                                "y": {"scale": "y", "field": "y"},
                                "y2": {"scale": "y", "field": "y2"},
                                "fill": {"field": "color"},
                            }
                        },
                    }
                ],
            }
        ],
    }  # fmt: skip


def segments(trip: RoundTrip) -> tuple[Segment, ...]:
    """The stages of a trip one after the other, by their medians; the fixtures' part of the test time shown apart.

    Stages that nothing recorded have no length and are left out. Time from the first to the last test is no stage.
    """
    legs: dict[str, Leg] = {leg.stage: leg for leg in trip.legs if leg.median_min}
    found, at = [], 0.0
    for stage in ("queue", "set-up", "fixtures", "test", "after the tests", "report"):
        minutes = _median(legs.get(stage))
        if stage == "test":
            minutes = max(0.0, minutes - _median(legs.get("fixtures")))
        if minutes:
            found.append(Segment(stage=stage, start=at, end=at + minutes))
            at += minutes
    return tuple(found)


def trips_vega(shown: Sequence[Sequence[Segment]]) -> dict[str, Any]:
    """The specification; it draws a cell for each bar, all on one scale."""
    rows = [
        {"cell": cell, "x": segment.start, "x2": segment.end, "color": STAGES[segment.stage]}
        for cell, bar in enumerate(shown)
        for segment in bar
    ]
    top = max((segment.end for bar in shown for segment in bar), default=1.0)
    return {
        "width": TRIP_WIDTH,
        "height": TRIP_HEIGHT,
        "data": [{"name": "segments", "values": rows}],
        "scales": [{"name": "x", "type": "linear", "domain": [0, top], "range": [0, TRIP_WIDTH]}],
        "marks": [
            {
                "type": "group",
                "name": "cell",
                "from": {"facet": {"name": "bar", "data": "segments", "groupby": "cell"}},
                "marks": [
                    {
                        "type": "rect",
                        "from": {"data": "bar"},
                        "encode": {
                            "enter": {
                                "x": {"scale": "x", "field": "x"},
                                "x2": {"scale": "x", "field": "x2"},
                                "y": {"value": 2},
                                "y2": {"value": TRIP_HEIGHT - 2},
                                "fill": {"field": "color"},
                                "stroke": {"value": "var(--sheet)"},
                                "strokeWidth": {"value": 1},
                            }
                        },
                    }
                ],
            }
        ],
    }


def _median(leg: Leg | None) -> float:
    return (leg.median_min or 0.0) if leg else 0.0


def _ms(day: date) -> int:
    return int(datetime.combine(day, time(), timezone.utc).timestamp() * 1000)
