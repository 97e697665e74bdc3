"""Simulated measurements for the tests of the statistics; every draw is seeded."""

from __future__ import annotations

import math

import numpy as np

from shuntyard.stats.estimate import log_spread
from shuntyard.stats.sample import Metric, Sample

CV = 0.05  # of a single run, as measured on quiet machines


def draw_sample(
    chance: np.random.Generator,
    n: int,
    ratio: float = 1.0,
    *,
    cv: float = CV,
    paired: bool = True,
    metric: Metric = "time",
    machine: float = 0.0,
) -> Sample:
    """`n` runs an arm around 100 s, log-normal. Pairs share the machine's part of the spread (`machine`)."""
    spread = log_spread(cv)
    shared = chance.normal(0, machine, n)
    a = 100 * np.exp(shared + chance.normal(0, spread, n))
    b = 100 * np.exp((shared if paired else chance.normal(0, machine, n)) + chance.normal(math.log(ratio), spread, n))
    pairs = tuple(zip(a.tolist(), b.tolist(), strict=True)) if paired else ()
    return Sample(metric=metric, baseline=tuple(a.tolist()), candidate=tuple(b.tolist()), pairs=pairs)
