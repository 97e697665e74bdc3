"""Is there any difference at all? Rank tests, which need no normal distribution."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import mannwhitneyu, wilcoxon


def signed_rank(pairs: Sequence[tuple[float, float]]) -> float:
    """Two-sided p-value of Wilcoxon's signed-rank test (1945) on the log ratios, the counterpart for pairs."""
    logs = np.log(np.asarray(pairs, dtype=float))
    differences = logs[:, 1] - logs[:, 0]
    differences = differences[differences != 0]  # Wilcoxon's own way with pairs that are equal
    if not len(differences):
        return 1.0
    return float(wilcoxon(differences).pvalue)


def mann_whitney(baseline: Sequence[float], candidate: Sequence[float]) -> float:
    """Two-sided p-value of the Mann-Whitney test (1947)."""
    if not baseline or not candidate or len({*baseline, *candidate}) == 1:
        return 1.0
    return float(mannwhitneyu(np.asarray(baseline), np.asarray(candidate), alternative="two-sided").pvalue)
