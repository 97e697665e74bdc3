"""A simulated month in figures: card-hours, time to signal, waiting, utilisation, and what was missed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shuntyard.capacity.simulate import Ran, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """How long the runs of one kind took, in seconds from asking to the last result, and how much of it was waiting for
    the first card. Superseded runs do not count; one that never ended counts as infinitely long (None)."""

    kind: str
    runs: int
    superseded: int
    unfinished: int
    median_s: float | None
    p90_s: float | None
    wait_median_s: float | None
    wait_p90_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a month asks of the cards. `utilisation` is the share of their time in use; `missed` counts the scheduled
    runs that had not ended when the next one was due; `late` those kinds of which more than one in ten took longer than
    they shall. `most_busy` is the largest number of cards in use at once."""

    days: int
    cards: int
    card_hours_a_day: float
    utilisation: float
    most_busy: int
    scheduled: int
    missed: int
    failures: int
    lost_card_hours: float
    signals: tuple[Signal, ...]
    late: tuple[str, ...]

    @property
    def keeps(self) -> bool:
        """Whether the stage keeps its cadence, and its time to signal where one is asked for."""
        return not self.missed and not self.late


def measure(record: Record, *, cards: int, days: int, signal_s: float | None = None) -> Figures:
    """The figures of a record; `signal_s` is what nine of ten runs of each kind shall not exceed."""
    kinds = list(dict.fromkeys(ran.run.kind for ran in record.runs))
    signals = tuple(_signal(kind, [ran for ran in record.runs if ran.run.kind == kind]) for kind in sorted(kinds))
    due = [ran for ran in record.runs if math.isfinite(ran.run.due_s)]
    limit = math.inf if signal_s is None else signal_s
    return Figures(
        days=days,
        cards=cards,
        card_hours_a_day=record.busy_s / 3600 / days,
        utilisation=record.busy_until_s / (cards * days * 86_400),
        most_busy=record.most_busy,
        scheduled=len(due),
        missed=sum(1 for ran in due if not ran.ended_s <= ran.run.due_s),
        failures=record.failures,
        lost_card_hours=sum(ran.lost_s for ran in record.runs) / 3600,
        signals=signals,
        late=tuple(each.kind for each in signals if (each.p90_s is None or each.p90_s > limit) and each.runs),
    )


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` of the values do not exceed; None for no values."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)] if ordered else None


def _signal(kind: str, runs: Sequence[Ran]) -> Signal:
    counted = [ran for ran in runs if not ran.superseded]
    signals = [_since_asked(ran, ran.ended_s) for ran in counted]
    waits = [_since_asked(ran, ran.began_s) for ran in counted]
    return Signal(
        kind=kind,
        runs=len(counted),
        superseded=len(runs) - len(counted),
        unfinished=sum(1 for signal in signals if math.isinf(signal)),
        median_s=_finite(quantile(signals, 0.5)),
        p90_s=_finite(quantile(signals, 0.9)),
        wait_median_s=_finite(quantile(waits, 0.5)),
        wait_p90_s=_finite(quantile(waits, 0.9)),
    )


def _since_asked(ran: Ran, moment: float) -> float:
    return math.inf if math.isnan(moment) else moment - ran.run.at_s


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
