"""The ratio of two arms with its standard error, on the log scale: from pairs, from two samples, or over groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import stdtrit

Method = Literal["paired", "welch", "stratified", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """`mean` is the mean of log(candidate) − log(baseline), `se` its standard error with `df` degrees of freedom.

    `spread` is the standard deviation that one pair, or one run of each arm, adds: se = spread / √n for n of them.
    """

    method: Method
    mean: float
    se: float
    df: float
    spread: float

    def interval(self, confidence: float) -> tuple[float, float]:
        """The two-sided interval of the log ratio (Student's t)."""
        reach = float(stdtrit(self.df, (1 + confidence) / 2)) * self.se
        return self.mean - reach, self.mean + reach


def paired(pairs: Sequence[tuple[float, float]]) -> Estimate | None:
    """From (baseline, candidate) values that belong together, all > 0; None for fewer than two pairs.

    The mean of the log differences: what both members of a pair share (the machine, the hour) cancels.
    """
    if len(pairs) < 2:
        return None
    logs = np.log(np.asarray(pairs, dtype=float))
    differences = logs[:, 1] - logs[:, 0]
    n = len(pairs)
    spread = float(differences.std(ddof=1))
    return Estimate(
        method="paired", mean=float(differences.mean()), se=spread / math.sqrt(n), df=float(n - 1), spread=spread
    )


def welch(baseline: Sequence[float], candidate: Sequence[float]) -> Estimate | None:
    """From two independent samples, all > 0; None where an arm has fewer than two values.

    Welch (1947): unequal variances, degrees of freedom after Satterthwaite (1946).
    """
    if min(len(baseline), len(candidate)) < 2:
        return None
    a, b = np.log(np.asarray(baseline, dtype=float)), np.log(np.asarray(candidate, dtype=float))
    va, vb = float(a.var(ddof=1)), float(b.var(ddof=1))
    parts = ((va / len(a), len(a) - 1.0), (vb / len(b), len(b) - 1.0))
    return Estimate(
        method="welch",
        mean=float(b.mean() - a.mean()),
        se=math.sqrt(sum(part for part, _ in parts)),
        df=_satterthwaite(parts),
        spread=math.sqrt(va + vb),
    )


def stratified(groups: Sequence[Estimate]) -> Estimate | None:
    """The mean over groups, each with the same weight: the geometric mean of their ratios; None without a group.

    Equal weights, because every configuration counts the same in a rollout, however often it ran.
    """
    if not groups:
        return None
    k = len(groups)
    parts = [((group.se / k) ** 2, group.df) for group in groups]
    se = math.sqrt(sum(part for part, _ in parts))
    return Estimate(
        method="stratified",
        mean=sum(group.mean for group in groups) / k,
        se=se,
        df=_satterthwaite(parts),
        spread=math.sqrt(sum(group.spread**2 for group in groups)) / k,
    )


def _satterthwaite(parts: Sequence[tuple[float, float]]) -> float:
    """Degrees of freedom of a sum of variances, each (variance of a mean, its degrees of freedom)."""
    total = sum(part for part, _ in parts)
    below = sum(part**2 / df for part, df in parts)
    return total**2 / below if below > 0 else sum(df for _, df in parts)


def variation(log_spread: float) -> float:
    """The coefficient of variation (share of the mean) of a log-normal value whose logarithm spreads so."""
    return math.sqrt(math.expm1(log_spread**2))


def log_spread(cv: float) -> float:
    """The standard deviation of the logarithm for a coefficient of variation; the inverse of `variation`."""
    return math.sqrt(math.log1p(cv**2))
