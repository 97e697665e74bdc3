"""An interval for the ratio of medians, without assuming any distribution (Efron 1979; percentile method)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
_ROWS = 500  # resamples drawn at once: bounds the memory for long samples

Floats = NDArray[np.float64]


def median_of_ratios(
    pairs: Sequence[tuple[float, float]], *, confidence: float, seed: int, resamples: int = RESAMPLES
) -> tuple[float, float, float]:
    """The median of candidate / baseline over pairs, with its interval. Pairs are drawn whole."""
    values = np.asarray(pairs, dtype=float)
    ratios = values[:, 1] / values[:, 0]
    medians = _medians(ratios, np.random.default_rng(seed), resamples)
    return float(np.median(ratios)), *_percentiles(medians, confidence)


def ratio_of_medians(
    baseline: Sequence[float], candidate: Sequence[float], *, confidence: float, seed: int, resamples: int = RESAMPLES
) -> tuple[float, float, float]:
    """Median of the candidate / median of the baseline, with its interval. The arms are drawn apart."""
    a, b = np.asarray(baseline, dtype=float), np.asarray(candidate, dtype=float)
    generator = np.random.default_rng(seed)
    ratios = _medians(b, generator, resamples) / _medians(a, generator, resamples)
    return float(np.median(b) / np.median(a)), *_percentiles(ratios, confidence)


def _medians(values: Floats, generator: np.random.Generator, resamples: int) -> Floats:
    parts = []
    for start in range(0, resamples, _ROWS):
        rows = min(_ROWS, resamples - start)
        drawn = values[generator.integers(0, len(values), size=(rows, len(values)))]
        parts.append(np.median(drawn, axis=1))
    return np.concatenate(parts)


def _percentiles(values: Floats, confidence: float) -> tuple[float, float]:
    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
