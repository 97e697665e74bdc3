"""Change points in a series: E-divisive (Matteson and James 2014), which needs no model of the noise.

The energy between two stretches X and Y, 2·E|X − Y| − E|X − X′| − E|Y − Y′|, is 0 only where their distributions agree
(Székely and Rizzo 2005). The series is split where m·n/(m + n) times that is greatest, over every split τ *and* every end κ
of the second stretch: the form that fixes κ to the end finds lasting shifts a little sooner, but misses three of four
slowdowns that were mended later (the masking that Fleming et al. 2023 report of it).
Whether a split stands is a permutation test; the pieces are searched again until one does not.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ALPHA = 0.01
PERMUTATIONS = 499
LEAST = 5  # points in a stretch: a shift is reported on its fifth point at the earliest
MOST = 250  # the last points of a longer series count: the work grows with the square
_BATCH = 2_000_000  # numbers held at once

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The first point of the new level is `index`. `before` and `after` are the medians of the stretches beside it, `ratio`
    is after / before, `p` the permutation test's p-value (at least 1 / (permutations + 1))."""

    index: int
    before: float
    after: float
    ratio: float
    p: float


def changes(
    values: Sequence[float],
    *,
    seed: int,
    alpha: float = ALPHA,
    permutations: int = PERMUTATIONS,
    least: int = LEAST,
    least_change: float = 0.0,
) -> tuple[Change, ...]:
    """The change points of a series of positive values, oldest first, found on logarithms.

    Points are taken to be exchangeable between changes; a stretch has at least `least` of them. Changes by a smaller
    share than `least_change` are not told. The same values and seed give the same answer.
    """
    offset = max(0, len(values) - MOST)
    series = np.log(np.asarray(values[offset:], dtype=float))
    generator = np.random.default_rng(seed)
    cuts = [0, len(series)]
    p_values: dict[int, float] = {}
    while True:
        pieces = [series[start:end] for start, end in zip(cuts, cuts[1:], strict=False)]
        found = [_best(piece[np.newaxis], least) for piece in pieces]
        best = max(range(len(pieces)), key=lambda index: found[index][0][0])
        strength = float(found[best][0][0])
        if strength <= 0:
            break
        p = _p_value(pieces, strength, least, alpha, permutations, generator)
        if p > alpha:
            break
        cut = cuts[best] + int(found[best][1][0])
        p_values[cut] = p
        cuts = sorted([*cuts, cut])
    return _told(series, cuts, p_values, least_change, offset)


def _p_value(
    pieces: Sequence[Floats], strength: float, least: int, alpha: float, permutations: int, generator: np.random.Generator
) -> float:
    """The share of permutations within the pieces whose best split is as strong. Stops as soon as it must exceed α
    (Besag and Clifford 1991): most series do not change, and a few permutations show it."""
    stronger, done = 0, 0
    enough = alpha * (permutations + 1) - 1  # more than so many stronger ones: p > α
    rows = max(1, min(32, _BATCH // max(len(piece) for piece in pieces) ** 2))
    while done < permutations and stronger <= enough:
        count = min(rows, permutations - done)
        strengths = np.full(count, -np.inf)
        for piece in pieces:
            shuffled = generator.permuted(np.tile(piece, (count, 1)), axis=1)
            strengths = np.maximum(strengths, _best(shuffled, least)[0])
        stronger += int((strengths >= strength * (1 - 1e-12)).sum())
        done += count
    return (1 + stronger) / (1 + done)


def _best(series: Floats, least: int) -> tuple[Floats, Ints]:
    """For each row of `series` (rows × n): the strength of its best split, and where that is. −∞ where n is too small."""
    rows, n = series.shape
    if n < 2 * least:
        return np.full(rows, -np.inf), np.zeros(rows, dtype=np.int64)
    split, end = _splits(n, least)
    # sums[r, i, j] is the sum of |x − y| over x in the first i and y in the first j points of row r.
    sums = np.zeros((rows, n + 1, n + 1))
    np.abs(series[:, :, np.newaxis] - series[:, np.newaxis, :], out=sums[:, 1:, 1:])
    np.cumsum(sums, axis=1, out=sums)
    np.cumsum(sums, axis=2, out=sums)
    left = sums[:, split, split]
    cross = sums[:, split, end] - left
    right = sums[:, end, end] - left - 2 * cross
    a, b = split.astype(float), (end - split).astype(float)
    strength = a * b / (a + b) * (2 * cross / (a * b) - left / (a * (a - 1)) - right / (b * (b - 1)))
    winner = strength.argmax(axis=1)
    return strength[np.arange(rows), winner], split[winner]


@functools.lru_cache(maxsize=512)
def _splits(n: int, least: int) -> tuple[Ints, Ints]:
    """Every split τ and end κ that leave `least` points on both sides of τ."""
    split, end = np.meshgrid(np.arange(least, n - least + 1), np.arange(2 * least, n + 1), indexing="ij")
    fits = end - split >= least
    return split[fits], end[fits]


def _told(
    series: Floats, cuts: Sequence[int], p_values: dict[int, float], least_change: float, offset: int
) -> tuple[Change, ...]:
    """The cuts with their levels, without those that change too little: the smallest goes first, and its stretches join."""
    cuts = list(cuts)
    while True:
        levels = [float(np.median(series[start:end])) for start, end in zip(cuts, cuts[1:], strict=False)]
        steps = [(abs(after - before), place + 1) for place, (before, after) in enumerate(zip(levels, levels[1:], strict=False))]
        small = [step for step in steps if step[0] < math.log1p(least_change)]
        if not small:
            break
        del cuts[min(small)[1]]
    return tuple(
        Change(
            index=offset + cuts[place],
            before=math.exp(levels[place - 1]),
            after=math.exp(levels[place]),
            ratio=math.exp(levels[place] - levels[place - 1]),
            p=p_values[cuts[place]],
        )
        for place in range(1, len(cuts) - 1)
    )
