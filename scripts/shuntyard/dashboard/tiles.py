"""KPIs as tiles: the value, what it rests on, and whether it keeps its target, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from shuntyard.dashboard import wording
from shuntyard.dashboard.wording import SPACE
from shuntyard.stats.kpi import Kpi
from shuntyard.text import NOTHING

State = Literal["met", "missed", "open", "unknown", "watched"]
_BESIDE = {"time_to_signal": "time_to_signal_p90", "cycle_time": "cycle_time_p90"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure. `word` says the state in full; `interval` and `rests` are empty where there is nothing to say;
    `strip` is a picture's markup, empty where there is no target to draw against."""

    name: str
    title: str
    about: str
    state: State
    word: str
    value: str
    target: str
    interval: str
    rests: str
    note: str
    strip: str


def tiles(kpis: Sequence[Kpi], strips: Mapping[str, str]) -> tuple[Tile, ...]:
    """A tile for each KPI; a 90th percentile stands in the tile of its median."""
    known = {kpi.name: kpi for kpi in kpis}
    inside = {second for first, second in _BESIDE.items() if first in known}
    return tuple(
        _tile(kpi, known.get(_BESIDE.get(kpi.name, "")), strips.get(kpi.name, ""))
        for kpi in kpis
        if kpi.name not in inside
    )


def _tile(kpi: Kpi, beside: Kpi | None, strip: str) -> Tile:
    title, about = wording.KPIS.get(kpi.name, (kpi.name, ""))
    state, word = _state(kpi)
    note = kpi.note
    if beside and beside.value is not None:
        note = "; ".join(filter(None, (f"nine of ten within {wording.value(beside, beside.value)}", note)))
    return Tile(
        name=kpi.name,
        title=title,
        about=about,
        state=state,
        word=word,
        value=wording.value(kpi, kpi.value),
        target=_target(kpi),
        interval=_interval(kpi),
        rests=f"n{SPACE}={SPACE}{kpi.n:,} {kpi.of.removesuffix('s') if kpi.n == 1 else kpi.of}" if kpi.n else "",
        note=note,
        strip=strip,
    )


def _state(kpi: Kpi) -> tuple[State, str]:
    if kpi.value is None:
        return "unknown", "not known"
    if not kpi.target.sense:
        return "watched", "watched"
    if kpi.met == "unknown":
        return "open", "not decided"
    word = "met" if kpi.met == "yes" else "missed"
    state: State = "met" if kpi.met == "yes" else "missed"
    return state, word if kpi.certain else f"{word}, not for certain"


def _target(kpi: Kpi) -> str:
    if not kpi.target.sense:
        return ""
    return f"target {kpi.target.text.removesuffix(' of the baseline')}"


def _interval(kpi: Kpi) -> str:
    if kpi.value is None or (kpi.low is None and kpi.high is None):
        return ""
    level = "90" if kpi.unit == "ratio" else "95"
    low, high = (wording.value(kpi, bound) if bound is not None else NOTHING for bound in (kpi.low, kpi.high))
    return f"{low} to {high} ({level}{SPACE}%)"
