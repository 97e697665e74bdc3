"""How many shards a run takes, and how long they are: longest first onto cards that are all alike.

Longest first (LPT) stays within 4/3 - 1/(3m) of the best makespan (Graham 1969, "Bounds on multiprocessing timing
anomalies"). Each shard pays the set-up again, so more shards shorten the wait and cost card-hours: a target decides.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

MOST_JOBS = 256  # that one matrix may have (GitHub's limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """Parts on shards. `loads` are the seconds of tests of each shard, longest first, without set-up."""

    loads: tuple[float, ...]

    @property
    def makespan_s(self) -> float:
        return self.loads[0] if self.loads else 0.0

    @property
    def total_s(self) -> float:
        return math.fsum(self.loads)

    def jobs(self, cards: int) -> tuple[float, ...]:
        """The longest load of each job of `cards` cards: neighbours in length share a job, so that few cards idle."""
        return self.loads[::cards]


def pack(parts: Sequence[float], shards: int) -> Packing:
    """The parts (seconds) longest first onto the least loaded of at most `shards` shards; none stays empty."""
    loads = [0.0] * min(shards, len(parts))
    for seconds in sorted(parts, reverse=True):
        heapq.heapreplace(loads, loads[0] + seconds)
    return Packing(loads=tuple(sorted(loads, reverse=True)))


def lower_bound(parts: Sequence[float], shards: int) -> float:
    """No plan is shorter: the even share, or the longest part. Seconds."""
    return max(math.fsum(parts) / shards, max(parts, default=0.0))


def shards_for(total_s: float, window_s: float, most: int) -> int:
    """The shards whose even share of `total_s` seconds fits into the window: ceil(total / window), from 1 to `most`; 0
    where there is nothing to run. Source: pytorch's ci-infra #958, shards = ceil(p50 × shards / (target - overhead)).
    """
    if total_s <= 0:
        return 0
    return max(min(math.ceil(total_s / window_s - 1e-9), most), 1)


def most_shards(cards: int, cards_per_job: int) -> int:
    """What a matrix can hold: no more jobs than MOST_JOBS, each of `cards_per_job` cards, one shard a card, and no more
    cards than there are."""
    return min(cards, MOST_JOBS * cards_per_job) // cards_per_job * cards_per_job
