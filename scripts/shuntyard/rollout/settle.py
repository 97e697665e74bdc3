"""How many more runs until an interval lies wholly where its value does. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable

from shuntyard.stats.kpi import Kpi
from shuntyard.stats.rates import wilson

MOST = 100_000  # runs; beyond so many nobody waits for the answer


def runs_to_be_sure(kpi: Kpi, keeps: Callable[[float], bool], runs: int) -> int | None:
    """About how many more runs, if the share stays what it is; None for more than MOST. `runs` are those that the
    share rests on now.

    Runs bring trials (cases) in proportion, and trials that come in clusters count for fewer: what they count for is
    read off the interval that they gave.
    """
    if kpi.value is None or kpi.low is None or kpi.high is None or runs <= 0:
        return None
    share, now = kpi.value, _effective(kpi.value, kpi.high - kpi.low, kpi.n)

    def sure(all_runs: int) -> bool:
        trials = now * all_runs / runs
        return all(map(keeps, wilson(share * trials, trials)))

    if not sure(runs + MOST):
        return None
    low, high = runs, runs + MOST  # not sure at low, sure at high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if sure(middle) else (middle, high)
    return high - runs


def _effective(share: float, width: float, n: int) -> float:
    """The number of independent trials that give an interval of this width: at most `n`."""
    low, high = 1e-3, float(max(n, 1))
    for _ in range(60):
        middle = math.sqrt(low * high)
        bounds = wilson(share * middle, middle)
        low, high = (middle, high) if bounds[1] - bounds[0] > width else (low, middle)
    return high
