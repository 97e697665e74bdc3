"""Intervals for shares and for quantiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, ndtri

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """Sums over clusters (executions) of `k` hits among `n` trials each (cases): what their spread takes.

    `clusters` counts them; `kk`, `kn` and `nn` are the sums of k², k·n and n². Sums of parts add up to the whole's.
    """

    clusters: int
    k: int
    n: int
    kk: int
    kn: int
    nn: int


def wilson(k: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The score interval of a share, `k` hits among `n` trials (Wilson 1927); 0 to 1 without a trial.

    It keeps its level near 0 and 1, where these shares lie and the plain ±1.96·√(p(1−p)/n) does not (Brown, Cai and
    DasGupta 2001). `n` may be a fraction: an effective number of trials.
    """
    if n <= 0:
        return 0.0, 1.0
    z = float(ndtri((1 + confidence) / 2))
    p = k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = 0.0 if k <= 0 else max(0.0, middle - reach)
    high = 1.0 if k >= n else min(1.0, middle + reach)
    return low, high


def wilson_of_clusters(sums: Clusters, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's interval for trials that come in clusters: the cases of one run stand or fall together.

    The number of trials is divided by the design effect, the variance of the share over clusters (linearised) divided
    by that of independent trials (Kish 1965; Korn and Graubard 1998), where that is more than 1.
    """
    if sums.n <= 0:
        return 0.0, 1.0
    p = sums.k / sums.n
    effective = float(sums.n)
    if sums.clusters > 1 and 0 < p < 1:
        scatter = max(0.0, sums.kk - 2 * p * sums.kn + p * p * sums.nn)
        variance = sums.clusters / (sums.clusters - 1) * scatter / sums.n**2
        if variance > 0:
            effective = min(effective, p * (1 - p) / variance)
    return wilson(p * effective, effective, confidence)


def quantile(values: Sequence[float], q: float) -> float:
    """The q-quantile, linear between neighbours (Hyndman and Fan 1996, type 7: what DuckDB's quantile_cont gives)."""
    return float(np.quantile(np.asarray(values, dtype=float), q))


def quantile_interval(
    values: Sequence[float], q: float, confidence: float = CONFIDENCE
) -> tuple[float | None, float | None]:
    """Bounds of the q-quantile from order statistics, without assuming a distribution (Conover 1999, section 3.2).

    None stands for a bound that so few values cannot give.
    """
    ordered = sorted(values)
    n, tail = len(ordered), (1 - confidence) / 2
    below = np.asarray([float(bdtr(k, n, q)) for k in range(n)])  # P(at most k values lie below the quantile)
    low = int(np.searchsorted(below, tail, side="right"))
    high = int(np.searchsorted(below, 1 - tail, side="left")) + 1
    return (ordered[low - 1] if low >= 1 else None), (ordered[high - 1] if high <= n else None)
