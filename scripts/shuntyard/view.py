"""What the page shows of a Report: how much of each list, and the bars, in percent of a drawing's width."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shuntyard.failures import Failure, Slow, failures, slowest
from shuntyard.pairs import BASELINE, group_arms
from shuntyard.report import Difference, Pair, Report, RowReport, Run
from shuntyard.rows import is_broken
from shuntyard.summary import pairs_first, worst_first

T = TypeVar("T")

DOTS = 20  # repetitions drawn on one bar
TONES = 4  # colours for arms; further arms share the last one
_TICKS = 5
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Head(Generic[T]):
    """The head of a list, and how many entries it leaves out."""

    shown: tuple[T, ...]
    left_out: int

    @property
    def total(self) -> int:
        """How many there are, shown or not."""
        return len(self.shown) + self.left_out


def head(items: Sequence[T], limit: int) -> Head[T]:
    """The first `limit` items."""
    return Head(shown=tuple(items[:limit]), left_out=max(len(items) - limit, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The median time of one row; `dots` are its repetitions when there are several."""

    row: RowReport
    tone: int
    length: float
    dots: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars in groups that belong together (the arms of one configuration), and a common scale: position → label."""

    groups: Head[tuple[Bar, ...]]
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything that the template shows, besides the report itself."""

    report: Report
    tones: dict[str, int]
    rows: Head[RowReport]
    broken: Head[tuple[RowReport, Run]]
    failures: Head[Failure]
    fallbacks: Head[tuple[RowReport, str]]
    pairs: Head[Pair]
    differences: Head[tuple[Pair, Difference]]
    slow: tuple[Slow, ...]
    chart: Chart


def view(report: Report, share: float = 1.0) -> View:
    """The page's view of a report; a smaller `share` shows less of each long list."""
    rows = worst_first(report.rows)
    tones = arm_tones(report.rows)
    broken = [(row, run) for row in rows for run in row.runs if is_broken(run) or row.outcome == run.outcome == "empty"]
    differences = [(pair, difference) for pair in report.pairs for difference in pair.differences]
    fallbacks = [(row, reason) for row in report.rows for reason in row.fallback_reasons]
    return View(
        report=report,
        tones=tones,
        rows=head(rows, int(600 * share)),
        broken=head(broken, int(200 * share)),
        failures=head(failures(report), int(200 * share)),
        fallbacks=head(fallbacks, int(100 * share)),
        pairs=head(pairs_first(report.pairs), int(300 * share)),
        differences=head(differences, int(200 * share)),
        slow=tuple(slowest(report, 15)),
        chart=chart(report.rows, tones, int(300 * share)),
    )


def arm_tones(rows: Sequence[RowReport]) -> dict[str, int]:
    """A colour's number for each arm, from 1; the baseline always has the second, so that it looks alike everywhere."""
    arms = list(dict.fromkeys(row.arm for row in rows))
    others = [arm for arm in arms if arm != BASELINE]
    ordered = [*others[:1], *([BASELINE] if BASELINE in arms else []), *others[1:]]
    if ordered == [BASELINE]:
        return {BASELINE: 2}
    return {arm: min(number, TONES) for number, arm in enumerate(ordered, start=1)}


def chart(rows: Sequence[RowReport], tones: dict[str, int], limit: int = 300) -> Chart:
    """Bars for the rows that have a time, in at most `limit` groups, on one linear scale from 0."""
    timed = [row for row in rows if row.duration_s > 0]
    ticks = _ticks(max((seconds for row in timed for seconds in row.durations_s), default=0.0))
    top = ticks[-1] if ticks else 1.0
    groups = [tuple(_bar(row, tones[row.arm], top) for row in group) for group in group_arms(timed)]
    marks = tuple((round(100 * tick / top, 2), _label(tick, ticks[1])) for tick in ticks)
    return Chart(groups=head(groups, limit), ticks=marks)


def _bar(row: RowReport, tone: int, top: float) -> Bar:
    times = row.durations_s[:DOTS] if len(row.durations_s) > 1 else ()
    dots = tuple(round(100 * seconds / top, 2) for seconds in times)
    return Bar(row=row, tone=tone, length=round(100 * row.duration_s / top, 2), dots=dots)


def _ticks(highest: float) -> list[float]:
    """Round times from 0 to at least `highest`; at most six of them."""
    if highest <= 0:
        return []
    step = next((float(step) for step in _STEPS if step * _TICKS >= highest), 86400.0 * math.ceil(highest / 432000))
    if highest < 1:
        step = 10 ** math.floor(math.log10(highest))
        step = next(step * factor for factor in (0.2, 0.5, 1, 2) if step * factor * _TICKS >= highest)
    return [step * number for number in range(math.ceil(highest / step - 1e-9) + 1)]


def _label(tick: float, step: float) -> str:
    """A tick in the unit of its step, so that all ticks of a scale read alike."""
    units = ((3600.0, "h"), (60.0, "min"), (1.0, "s"), (0.001, "ms"))
    size, unit = next((size, unit) for size, unit in units if step >= size or unit == "ms")
    return f"{tick / size:.3g} {unit}" if tick else "0"


def ratio_position(ratio: float) -> float:
    """Where a time ratio lies on a logarithmic scale from 3/4 (0 %) to 4/3 (100 %), kept inside it."""
    return round(min(max(50 + 50 * math.log(max(ratio, 1e-9), 4 / 3), 0), 100), 2)
