"""A run against its own history: the modified z-score, which a few odd runs in the history do not spoil."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

ENOUGH = 10  # values below which a median and a spread say little
WINDOW = 50  # values back in time that count as history
THRESHOLD = 3.5  # Iglewicz and Hoaglin 1993
RESOLUTION = 0.01  # a history without any spread: differences below 1 % are rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """One value beside its history. `ratio` is value / median; `z` is None where it cannot be told: `status` says
    whether the history is too short, or has no spread to measure by."""

    value: float
    median: float | None
    ratio: float | None
    z: float | None
    n: int
    status: Literal["normal", "high", "low", "history too short"]
    note: str = ""


def judge(history: Sequence[float], value: float, *, threshold: float = THRESHOLD, enough: int = ENOUGH) -> Anomaly:
    """The judgement of `value` after `history` (oldest first, all > 0; the last WINDOW count).

    z = 0.6745 · (log value − median) / MAD on logarithms, since times vary by factors. Where more than half of the
    history is the same value, the MAD is 0, and the mean absolute deviation takes its place: z = (log value − median) /
    (1.2533 · mean) (Iglewicz and Hoaglin 1993).
    """
    if len(history) < enough:
        note = f"{len(history)} of the {enough} runs that a judgement takes"
        return Anomaly(
            value=value, median=None, ratio=None, z=None, n=len(history), status="history too short", note=note
        )
    logs = np.log(np.asarray(history[-WINDOW:], dtype=float))
    middle = float(np.median(logs))
    away = np.abs(logs - middle)
    unit = float(np.median(away)) / 0.6745 or float(np.mean(away)) * 1.2533
    off = math.log(value) - middle
    z, note = (off / unit, "") if unit > 0 else (None, "every run before was the same")
    odd = abs(z) > threshold if z is not None else abs(off) > RESOLUTION
    return Anomaly(
        value=value,
        median=math.exp(middle),
        ratio=math.exp(off),
        z=z,
        n=len(logs),
        status=("high" if off > 0 else "low") if odd else "normal",
        note=note,
    )
