"""Many tests at once: Holm's step-down correction (Holm 1979)."""

from __future__ import annotations

from collections.abc import Sequence


def adjust(p_values: Sequence[float]) -> tuple[float, ...]:
    """The p-values corrected for being a family, in the same order, at most 1.

    Claiming what has an adjusted p-value ≤ α keeps the chance of any false claim ≤ α, whatever depends on what.
    """
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted = [1.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, p_values[index] * (len(p_values) - rank)))
        adjusted[index] = highest
    return tuple(adjusted)
