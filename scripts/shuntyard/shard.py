"""Cuts a list of tests into shards of even length.

Longest first onto the least loaded shard (LPT, Graham 1969: at most 4/3 of the optimum), then exchanges between the
fullest shard and the others until the makespan is near its lower bound or nothing helps.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left
from collections.abc import Mapping

ESTIMATE_S = 60.0  # for a test of unknown cost
_CLOSE_ENOUGH = 1.0005
_MOST_EXCHANGES = 2000

_Bin = list[tuple[float, str]]  # cost in seconds and name, ascending


def assign(costs: Mapping[str, float | None], shards: int, estimate_s: float = ESTIMATE_S) -> list[tuple[str, ...]]:
    """The names of `costs` (seconds; None, negative or not finite: `estimate_s`) cut into `shards` parts.

    Every name is in exactly one part, in the order of `costs`; the same costs give the same parts in any order. Raises
    ValueError for less than one shard.
    """
    if shards < 1:
        raise ValueError(f"{shards} shards")
    known = {name: _cost(cost, estimate_s) for name, cost in costs.items()}
    bins = longest_first(known, shards)
    _even_out(bins, lower_bound(known, shards))
    place = {name: index for index, part in enumerate(bins) for _, name in part}
    parts: list[list[str]] = [[] for _ in range(shards)]
    for name in costs:
        parts[place[name]].append(name)
    return [tuple(part) for part in parts]


def lower_bound(costs: Mapping[str, float], shards: int) -> float:
    """No split can be shorter than this: the even share, or the longest single test."""
    return max(math.fsum(costs.values()) / shards, max(costs.values(), default=0.0))


def longest_first(costs: Mapping[str, float], shards: int) -> list[_Bin]:
    """LPT alone. Ties go by name, so that nothing depends on the order of `costs`."""
    bins: list[_Bin] = [[] for _ in range(shards)]
    heap = [(0.0, index) for index in range(shards)]
    for cost, name in sorted(((cost, name) for name, cost in costs.items()), key=lambda pair: (-pair[0], pair[1])):
        load, index = heap[0]
        bins[index].append((cost, name))
        heapq.heapreplace(heap, (load + cost, index))
    return [sorted(part) for part in bins]


def _cost(cost: float | None, estimate_s: float) -> float:
    return cost if cost is not None and math.isfinite(cost) and cost >= 0 else estimate_s


def _even_out(bins: list[_Bin], bound: float) -> None:
    """Takes the best exchange out of the fullest bin again and again; the makespan never grows."""
    loads = [math.fsum(cost for cost, _ in part) for part in bins]
    for _ in range(_MOST_EXCHANGES):
        fullest = max(range(len(bins)), key=lambda index: (loads[index], -index))
        if loads[fullest] <= bound * _CLOSE_ENOUGH or not _exchange(bins, loads, fullest):
            return


def _exchange(bins: list[_Bin], loads: list[float], fullest: int) -> bool:
    """Moves a test to another bin, or swaps it with a shorter one there, so that the fuller of the two becomes as
    light as it can; False when that makes neither lighter than the fullest is now."""
    best: tuple[float, int, int, int] | None = (
        None  # load of the fuller one afterwards, other bin, mine, theirs (-1: none)
    )
    for other in sorted(range(len(bins)), key=lambda index: loads[index]):
        gap = loads[fullest] - loads[other]
        if gap <= 0 or (best is not None and best[0] <= (loads[fullest] + loads[other]) / 2 * (1 + 1e-9)):
            break
        for mine, (cost, _) in enumerate(bins[fullest]):
            for theirs in _partners(bins[other], cost - gap / 2):
                moved = cost - (bins[other][theirs][0] if theirs >= 0 else 0.0)
                after = max(loads[fullest] - moved, loads[other] + moved)
                if moved > 0 and after < loads[fullest] and (best is None or after < best[0]):
                    best = (after, other, mine, theirs)
    if best is None or best[0] >= loads[fullest] * (1 - 1e-12):
        return False
    _, other, mine, theirs = best
    given = bins[fullest].pop(mine)
    taken = [bins[other].pop(theirs)] if theirs >= 0 else []
    bins[fullest] = sorted([*bins[fullest], *taken])
    bins[other] = sorted([*bins[other], given])
    for index in (fullest, other):
        loads[index] = math.fsum(cost for cost, _ in bins[index])
    return True


def _partners(part: _Bin, ideal: float) -> list[int]:
    """The tests nearest to the ideal cost of what should come back, below and above it; -1 stands for no test."""
    index = bisect_left(part, (ideal, ""))
    return [place for place in (index - 1, index, -1) if -1 <= place < len(part)]
