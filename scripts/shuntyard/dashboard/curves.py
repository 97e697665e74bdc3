"""Curves: time or memory of one configuration on one kind of hardware, with the levels between change points. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from shuntyard import human
from shuntyard.analyses.arms import without_arm
from shuntyard.analyses.trends import Newest, Series, Shift
from shuntyard.dashboard import wording
from shuntyard.stats.sample import Metric

MOST_CARDS = 60
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
        f"{line.ran or 'no arm'}: {human.count(len(line.values), 'run')},"
        f" newest {amount(line.values[-1], curve.metric)}, median {amount(median(line.values), curve.metric)}"
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
