"""Three-sided testing: is the ratio within the margin, above it or below it? One p-value for each claim.

Equivalence is TOST, two one-sided t tests (Schuirmann 1987). A difference is claimed only beyond the margin, as in
three-sided testing (Goeman, Solari and Stijnen 2010): the three hypotheses exclude each other, so that one comparison
needs no correction for asking all of them. A result that shows neither is inconclusive, never "equal".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scipy.special import stdtr

from shuntyard.stats.estimate import Estimate
from shuntyard.stats.margin import Margin

Verdict = Literal["equivalent", "regressed", "improved", "inconclusive"]
WORST_FIRST: tuple[Verdict, ...] = ("regressed", "inconclusive", "improved", "equivalent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """`p_equivalent`: the larger p-value of the two one-sided tests, for "within the margin". `p_different`: for
    "beyond the margin", on either side (twice the smaller one-sided p-value, at most 1)."""

    p_equivalent: float
    p_different: float


def claims(estimate: Estimate, margin: Margin) -> Claims:
    """Both p-values. Without any spread they are 0 or 1: the ratio is then taken to be known."""
    above_low = _p_above(estimate, margin.log_low)
    below_high = _p_below(estimate, margin.log_high)
    above_high = _p_above(estimate, margin.log_high)
    below_low = _p_below(estimate, margin.log_low)
    return Claims(
        p_equivalent=max(above_low, below_high),
        p_different=min(1.0, 2 * min(above_high, below_low)),
    )


def verdict(p_equivalent: float, p_different: float, mean: float, alpha: float) -> Verdict:
    """What the two (corrected) p-values allow to say; `mean` > 0 means that the candidate needs more."""
    if p_equivalent <= alpha:
        return "equivalent"
    if p_different <= alpha:
        return "regressed" if mean > 0 else "improved"
    return "inconclusive"


def _p_above(estimate: Estimate, bound: float) -> float:
    """The one-sided p-value of "the log ratio is greater than the bound"."""
    if estimate.se == 0:
        return 0.0 if estimate.mean > bound else 1.0
    return float(stdtr(estimate.df, (bound - estimate.mean) / estimate.se))


def _p_below(estimate: Estimate, bound: float) -> float:
    """The one-sided p-value of "the log ratio is less than the bound"."""
    if estimate.se == 0:
        return 0.0 if estimate.mean < bound else 1.0
    return float(stdtr(estimate.df, (estimate.mean - bound) / estimate.se))
