"""How many measurements it takes: the power of the tests in `equivalence`, and its inverse."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.special import stdtr, stdtrit

from shuntyard.stats.margin import Margin

MOST = 1000  # beyond so many runs nobody waits for the answer


def equivalence_power(
    n: int, spread: float, margin: Margin, *, alpha: float, effect: float = 0.0, arms: int = 1
) -> float:
    """The chance that `n` pairs (`arms=1`), or `n` runs in each of two arms (`arms=2`), show equivalence.

    `spread` is Estimate.spread, `effect` the true log ratio. Shifted central t (Phillips 1990 discusses it beside the
    exact form); simulation finds up to 0.04 more power at five pairs, and less and less difference with more.
    """
    if n < 2:
        return 0.0
    if spread == 0:
        return 1.0 if margin.log_low < effect < margin.log_high else 0.0
    se, df = spread / math.sqrt(n), arms * (n - 1)
    t = float(stdtrit(df, 1 - alpha))
    above = float(stdtr(df, (margin.log_high - effect) / se - t))
    below = float(stdtr(df, (effect - margin.log_low) / se - t))
    return max(0.0, above + below - 1)


def difference_power(n: int, spread: float, margin: Margin, *, alpha: float, effect: float, arms: int = 1) -> float:
    """The chance that as many measurements show an effect beyond the margin, where it lies beyond."""
    if n < 2:
        return 0.0
    beyond = max(effect - margin.log_high, margin.log_low - effect)
    if spread == 0:
        return 1.0 if beyond > 0 else 0.0
    df = arms * (n - 1)
    return float(stdtr(df, beyond / (spread / math.sqrt(n)) - float(stdtrit(df, 1 - alpha / 2))))


def needed(spread: float, margin: Margin, *, alpha: float, power: float, arms: int = 1) -> int | None:
    """The smallest n that shows the equivalence of equal arms with this power; None when MOST is not enough."""
    return _smallest(
        lambda n: equivalence_power(n, spread, margin, alpha=alpha, arms=arms) >= power,
    )


def settling(spread: float, margin: Margin, *, alpha: float, power: float, effect: float, arms: int = 1) -> int | None:
    """The n that settles the question if the effect is what it seems to be; None where the effect lies so near a bound
    of the margin that MOST are not enough."""
    inside = margin.log_low < effect < margin.log_high
    chance = equivalence_power if inside else difference_power
    return _smallest(lambda n: chance(n, spread, margin, alpha=alpha, effect=effect, arms=arms) >= power)


def _smallest(enough: Callable[[int], bool]) -> int | None:
    """The smallest n from 2 to MOST for which a monotone condition holds."""
    if not enough(MOST):
        return None
    low, high = 1, MOST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
