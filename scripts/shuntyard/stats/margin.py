"""How far a ratio may be from 1 and still count as the same."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """A ratio candidate / baseline from `low` to `high` counts as equal; 0 < low < 1 < high.

    "Within ±10 % of the baseline" is taken at its word: 0.90 to 1.10 times the baseline. On the log scale, where the
    tests are done, that is −0.105 to +0.095: a little more room below than above. Bioequivalence uses bounds that are
    symmetric in the logarithm (0.80 to 1.25: Schuirmann 1987); `Margin(low=1 / 1.1, high=1.1)` says that here.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 < self.low < 1 < self.high < math.inf:
            raise ValueError(f"a margin from {self.low} to {self.high} does not enclose 1")

    @classmethod
    def within(cls, share: float) -> Margin:
        """±`share` of the baseline, literally: `Margin.within(0.10)` is 0.90 to 1.10."""
        return cls(low=1 - share, high=1 + share)

    @property
    def log_low(self) -> float:
        """The lower bound on the log scale."""
        return math.log(self.low)

    @property
    def log_high(self) -> float:
        """The upper bound on the log scale."""
        return math.log(self.high)


TIME = Margin.within(0.10)
MEMORY = Margin.within(0.15)
