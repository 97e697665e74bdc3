"""Measure how long a call takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds a call took: each repetition after the warm-up.

    >>> Timing((0.3, 0.1, 0.2)).median_s, Timing((0.3, 0.1, 0.2)).best_s
    (0.2, 0.1)
    """

    seconds: tuple[float, ...]

    @property
    def median_s(self) -> float:
        return statistics.median(self.seconds)

    @property
    def best_s(self) -> float:
        return min(self.seconds)


def measure(call: Callable[[], object], repeats: int = 20, warmup: int = 3) -> Timing:
    """Time `repeats` calls one by one, after `warmup` calls that do not count.

    >>> made = []
    >>> len(measure(lambda: made.append(1), repeats=5, warmup=2).seconds), len(made)
    (5, 7)
    """
    for _ in range(warmup):
        call()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return Timing(tuple(seconds))
