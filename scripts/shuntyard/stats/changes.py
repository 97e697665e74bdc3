"""Change points in a series: E-divisive (Matteson and James 2014), which needs no model of the noise.

The energy between two stretches X and Y, 2·E|X − Y| − E|X − X′| − E|Y − Y′|, is 0 only where their distributions agree
(Székely and Rizzo 2005). A piece is split where m·n/(m + n) times that is greatest, and a permutation test says whether
the split stands; what is left and right of it is searched again, until no split stands.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ALPHA = 0.02
PERMUTATIONS = 499
LEAST = 5  # points in a stretch: a shift is reported on its fifth point at the earliest
MOST = 250  # the last points of a longer series count: the work grows with the square
_ROWS = 2  # permutations tried at once: most series are soon let go, and small arrays are not mapped afresh each time

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The first point of the new level is `index`. `before` and `after` are the medians of the stretches beside it,
    `ratio` is after / before, `p` the permutation test's p-value (at least 1 / (permutations + 1))."""

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

    Each round asks twice, at α/2 each: first with the second stretch going on to the piece's end, which finds lasting
    shifts soonest; then, as the paper has it, with its end free too, without which a slowdown that was mended later is
    missed three times of four (the masking that Fleming et al. 2023 describe).
    """
    offset = max(0, len(values) - MOST)
    series = np.log(np.asarray(values[offset:], dtype=float))
    generator = np.random.default_rng(seed)
    p_values: dict[int, float] = {}
    cuts = [0, len(series)]
    while found := _search(series, cuts, least, alpha / 2, permutations, generator):
        p_values[found[0]] = found[1]
        cuts = sorted([*cuts, found[0]])
    return _told(series, cuts, p_values, least_change, offset)


def of_many(wanted: Sequence[tuple[Sequence[float], float]], seed: int, alpha: float) -> list[tuple[Change, ...]]:
    """The change points of many series, each given with its least change: a piece of work for another process."""
    return [changes(values, seed=seed, alpha=alpha, least_change=least) for values, least in wanted]


def _search(
    series: Floats, cuts: Sequence[int], least: int, alpha: float, permutations: int, generator: np.random.Generator
) -> tuple[int, float] | None:
    """The place of the strongest split of any piece and its p-value, where that is at most α."""
    pieces = [series[start:end] for start, end in pairwise(cuts)]
    for free in (False, True):
        splits = [_best(piece[np.newaxis], least, free) for piece in pieces]
        strongest = max(range(len(pieces)), key=lambda index: float(splits[index][0][0]))
        strength = float(splits[strongest][0][0])
        if strength > 0:
            p = _p_value(pieces, strength, least, free, alpha, permutations, generator)
            if p <= alpha:
                return cuts[strongest] + int(splits[strongest][1][0]), p
    return None


def _p_value(
    pieces: Sequence[Floats],
    strength: float,
    least: int,
    free: bool,
    alpha: float,
    permutations: int,
    generator: np.random.Generator,
) -> float:
    """The share of permutations within the pieces whose best split is as strong. Stops as soon as it must exceed α
    (Besag and Clifford 1991): most series do not change, and a few permutations show it."""
    stronger, done = 0, 0
    enough = alpha * (permutations + 1) - 1  # more than so many stronger ones: p > α
    while done < permutations and stronger <= enough:
        count = min(_ROWS, permutations - done)
        strengths = np.full(count, -np.inf)
        for piece in pieces:
            shuffled = generator.permuted(np.tile(piece, (count, 1)), axis=1)
            strengths = np.maximum(strengths, _best(shuffled, least, free)[0])
        stronger += int((strengths >= strength * (1 - 1e-12)).sum())
        done += count
    return (1 + stronger) / (1 + done)


def _best(series: Floats, least: int, free: bool) -> tuple[Floats, Ints]:
    """For each row of `series` (rows × n): the strength of its best split and its place; −∞ where n is too small."""
    rows, n = series.shape
    if n < 2 * least:
        return np.full(rows, -np.inf), np.zeros(rows, dtype=np.int64)
    weights = _weights(n, least, free)
    both, left = _sums(series, free)
    first = slice(least, n - least + 1)
    ends = left[:, np.newaxis, 2 * least :] if free else left[:, np.newaxis, n:]
    strength = both[:, first, 2 * least :] if free else both[:, first]
    strength *= weights.both
    strength += left[:, first, np.newaxis] * weights.left
    strength += ends * weights.end
    strength += weights.fits
    best = strength.max(axis=2)
    winner = best.argmax(axis=1)
    return best[np.arange(rows), winner], winner + least


def _sums(series: Floats, free: bool) -> tuple[Floats, Floats]:
    """`both[r, i, j]`: the sum of |x − y| over x in the first i and y in the first j points of row r (only j = n where
    the end is not free); `left[r, i]`: the same for j = i."""
    rows, n = series.shape
    away = np.abs(series[:, :, np.newaxis] - series[:, np.newaxis, :])
    left = np.zeros((rows, n + 1))
    if free:
        both = np.zeros((rows, n + 1, n + 1))
        np.cumsum(away, axis=1, out=both[:, 1:, 1:])
        np.cumsum(both, axis=2, out=both)
        left[:] = np.einsum("rii->ri", both)
        return both, left
    np.cumsum(2 * np.einsum("rij,ij->ri", away, np.tri(n)), axis=1, out=left[:, 1:])
    both = np.zeros((rows, n + 1, 1))
    np.cumsum(away.sum(axis=2), axis=1, out=both[:, 1:, 0])
    return both, left


class _Weights(NamedTuple):
    """A split's strength is linear in the three sums; `fits` is 0, or −∞ where a stretch would be too short. Each is
    splits × ends."""

    both: Floats
    left: Floats
    end: Floats
    fits: Floats


@functools.lru_cache(maxsize=64)
def _weights(n: int, least: int, free: bool) -> _Weights:
    """For every split, from `least` on, with every end of the second stretch, from 2·`least` on (or only `n`).

    With a and b points in the stretches, L and E the sums within the first i and the first j points and S that between
    them, the second stretch's own sum is E + L − 2·S, so Q = a·b/(a + b) · (2·(S − L)/(a·b) − L/(a·(a − 1)) −
    (E + L − 2·S)/(b·(b − 1))).
    """
    a = np.arange(least, n - least + 1, dtype=float)[:, np.newaxis]
    b = np.arange(2 * least if free else n, n + 1, dtype=float) - a
    fits = b >= least
    b = np.where(fits, b, 2.0)
    scale, second = a * b / (a + b), 1 / (b * (b - 1))
    return _Weights(
        both=scale * (2 / (a * b) + 2 * second),
        left=scale * (-2 / (a * b) - 1 / (a * (a - 1)) - second),
        end=scale * -second,
        fits=np.where(fits, 0.0, -np.inf),
    )


def _told(
    series: Floats, cuts: Sequence[int], p_values: dict[int, float], least_change: float, offset: int
) -> tuple[Change, ...]:
    """The cuts with their levels. Those that change too little go, the smallest first, and their stretches join."""
    cuts = list(cuts)
    while True:
        levels = [float(np.median(series[start:end])) for start, end in pairwise(cuts)] if len(series) else []
        steps = [(abs(after - before), place) for place, (before, after) in enumerate(pairwise(levels), start=1)]
        if not steps or min(steps)[0] >= math.log1p(least_change):
            break
        del cuts[min(steps)[1]]
    return tuple(
        Change(
            index=offset + cuts[place],
            before=math.exp(levels[place - 1]),
            after=math.exp(levels[place]),
            ratio=math.exp(levels[place] - levels[place - 1]),
            p=p_values[cuts[place]],
        )
        for place in range(1, len(levels))
    )
