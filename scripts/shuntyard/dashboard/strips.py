"""Strips: a value and its interval on a scale, against the band that it must keep. Vega specifications; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from shuntyard.dashboard.marks import mark
from shuntyard.stats.compare import Comparison
from shuntyard.stats.flaky import RATE, Flake
from shuntyard.stats.kpi import Kpi

Tone = Literal["good", "bad", "better", "open"]
Scale = Literal["log", "linear", "sqrt"]

WIDTH, HEIGHT, EDGE = 240, 22, 8  # units; `EDGE` is room for marks at the ends
WIDEST = (0.5, 2.0)  # ratios beyond are drawn at the edge, with an arrow
_COLORS = {"good": "var(--good)", "bad": "var(--bad)", "better": "var(--better)", "open": "var(--ink)"}
# What a colour says, a shape says too. Paths around the origin, within ±1: Vega scales them by half the root of `size`.
_SHAPES = {
    "good": "circle",
    "bad": "M-.9,-1L1,0L-.9,1Z",
    "better": "M.9,-1L-1,0L.9,1Z",
    "open": "circle",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One picture: positions on its own scale from `start` to `end`. The band is where the value ought to be. A bound
    that is None reaches to the end of the scale; where both are, there is no interval. `one` is a line to compare with,
    such as "the same as the baseline"."""

    start: float
    end: float
    value: float
    low: float | None
    high: float | None
    band: tuple[float, float] | None
    one: float | None = None
    tone: Tone = "open"


def tone_of(verdict: str) -> Tone:
    """How a verdict is drawn."""
    tones: dict[str, Tone] = {"equivalent": "good", "regressed": "bad", "improved": "better"}
    return tones.get(verdict, "open")


def ratio_domain(comparisons: Sequence[Comparison]) -> tuple[float, float]:
    """One scale for every strip of a metric, symmetric in the logarithm: its margin with room, and the measurements."""
    reach = [1 / 0.8]
    for each in comparisons:
        reach += [max(bound, 1 / bound) for bound in (each.margin_low, each.margin_high)]
        reach += [max(found, 1 / found) * 1.02 for found in (each.effect, each.ci_low, each.ci_high) if found]
    top = min(max(reach), WIDEST[1])
    return 1 / top, top


def of_comparison(each: Comparison, domain: tuple[float, float]) -> Strip | None:
    """A ratio against its margin, None where there is none."""
    if each.effect is None:
        return None
    return Strip(
        start=domain[0],
        end=domain[1],
        value=each.effect,
        low=each.ci_low,
        high=each.ci_high,
        band=(each.margin_low, each.margin_high),
        one=1.0,
        tone=tone_of(each.verdict),
    )


def of_kpi(kpi: Kpi) -> Strip | None:
    """A KPI against its target, None where it has no target or is not known."""
    target = kpi.target
    if kpi.value is None or not target.sense:
        return None
    tone: Tone = "good" if kpi.met == "yes" else "bad" if kpi.met == "no" else "open"
    found = [number for number in (kpi.value, kpi.low, kpi.high) if number is not None]
    if target.sense == "within":
        reach = 1.25 * max(target.bound, *(abs(number - 1) for number in found))
        start, end, band = 1 - reach, 1 + reach, (1 - target.bound, 1 + target.bound)
    elif target.sense == ">":
        start, end = min(*found, target.bound), 1.0
        start, band = start - 0.35 * (1 - start), (target.bound, 1.0)
    else:
        start, end, band = 0.0, 1.3 * max(*found, target.bound), (0.0, target.bound)
    return Strip(
        start=start, end=end, value=kpi.value, low=kpi.low, high=kpi.high, band=band, tone=tone,
        one=1.0 if target.sense == "within" else None,
    )  # fmt: skip


def of_flakes(flakes: Sequence[Flake]) -> list[Strip]:
    """The rates of flips, all on one scale, against the rate that is tolerated."""
    top = max((flake.high for flake in flakes), default=1.0)
    return [
        Strip(
            start=0.0, end=max(top, 3 * RATE), value=flake.rate, low=flake.low, high=flake.high, band=(0.0, RATE),
            tone="bad" if flake.quarantine else "open",
        )
        for flake in flakes
    ]  # fmt: skip


def vega(strips: Sequence[Strip], scale: Scale) -> dict[str, Any]:
    """The specification; it draws a cell for each strip. One with an axis: `axis`."""
    x = {"name": "x", "type": scale, "range": [EDGE, WIDTH - EDGE], "clamp": True, "zero": False}
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "data": [{"name": "strips", "values": [_values(index, strip) for index, strip in enumerate(strips)]}],
        "marks": [
            {
                "type": "group",
                "name": "cell",
                "from": {"facet": {"name": "one", "data": "strips", "groupby": "cell"}},
                "data": [
                    {"name": "banded", "source": "one", "transform": [_known("band0")]},
                    {"name": "lined", "source": "one", "transform": [_known("line")]},
                ],
                "scales": [
                    {**x, "domain": {"fields": [{"data": "one", "field": "d0"}, {"data": "one", "field": "d1"}]}}
                ],
                "marks": [
                    _line("one", "d0", "d1", {"value": "var(--line)"}, 1),
                    mark(
                        "rect", "banded", x=_at("band0"), x2=_at("band1"), y={"value": 2}, y2={"value": HEIGHT - 2},
                        cornerRadius={"value": 3}, fill={"value": "var(--band)"},
                    ),
                    mark(
                        "rule", "lined", x=_at("line"), y={"value": 2}, y2={"value": HEIGHT - 2},
                        stroke={"value": "var(--dim)"}, strokeDash={"value": [2, 2]},
                    ),
                    _line("one", "low", "high", {"field": "color"}, 2.5),
                    mark(
                        "symbol", "one", x=_at("value"), y={"value": HEIGHT / 2}, shape={"field": "shape"},
                        size={"field": "size"}, stroke={"field": "color"}, strokeWidth={"value": 2},
                        fill={"field": "fill"},
                    ),
                ],
            }
        ],
    }  # fmt: skip


def axis(domain: tuple[float, float], ticks: Sequence[tuple[float, str]]) -> dict[str, Any]:
    """One cell: the scale of ratios by itself, to stand above the strips. Ticks are (ratio, label)."""
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "data": [{"name": "ticks", "values": [{"at": at, "label": label} for at, label in ticks]}],
        "scales": [{"name": "x", "type": "log", "domain": domain, "range": [EDGE, WIDTH - EDGE], "zero": False}],
        "marks": [
            {
                "type": "group",
                "name": "cell",
                "marks": [
                    mark(
                        "text", "ticks", x=_at("at"), y={"value": HEIGHT - 6}, align={"value": "center"},
                        text={"field": "label"}, fontSize={"value": 11}, fill={"value": "var(--dim)"},
                    )
                ],
            }
        ],
    }  # fmt: skip


def ratio_ticks(domain: tuple[float, float]) -> list[tuple[float, str]]:
    """Round ratios within the domain, as changes in percent; fewer where it is wide."""
    steps = (0.8, 0.9, 1.0, 1.1, 1.2) if domain[1] < 1.45 else (0.5, 0.7, 1.0, 1.4, 2.0)
    within = [step for step in steps if domain[0] <= step <= domain[1]]
    return [(step, "0" if step == 1 else f"{100 * (step - 1):+.0f}".replace("-", "\N{MINUS SIGN}")) for step in within]


def _values(index: int, strip: Strip) -> dict[str, Any]:
    color = _COLORS[strip.tone]
    known = strip.low is not None or strip.high is not None
    values: dict[str, Any] = {
        "cell": index,
        "d0": strip.start,
        "d1": strip.end,
        "value": strip.value,
        "low": strip.low if strip.low is not None else strip.start if known else strip.value,
        "high": strip.high if strip.high is not None else strip.end if known else strip.value,
        "color": color,
        "fill": "var(--sheet)" if strip.tone == "open" else color,
        "shape": _SHAPES[strip.tone],
        "size": 64 if strip.tone in ("good", "open") else 80,
    }
    if strip.value > strip.end or strip.value < strip.start:
        values["shape"] = _SHAPES["bad" if strip.value > strip.end else "better"]
    if strip.band:
        values |= {"band0": max(strip.band[0], strip.start), "band1": min(strip.band[1], strip.end)}
    if strip.one is not None:
        values["line"] = strip.one
    return values


def _line(data: str, start: str, end: str, stroke: Mapping[str, str], width: float) -> dict[str, Any]:
    return mark(
        "rule", data, x=_at(start), x2=_at(end), y={"value": HEIGHT / 2}, stroke=stroke, strokeWidth={"value": width},
        strokeCap={"value": "round"},
    )  # fmt: skip


def _at(field: str) -> dict[str, str]:
    return {"scale": "x", "field": field}


def _known(field: str) -> dict[str, str]:
    return {"type": "filter", "expr": f"isValid(datum.{field})"}
