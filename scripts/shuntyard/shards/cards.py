"""Pieces onto cards in two levels: jobs (at most 256), each with as many cards as a machine has. Pure.

Cards are filled longest first (LPT, Graham 1969), then evened out by exchanges: shuntyard.shard. Jobs belong to one row
of the matrix; each further job goes to the row with the most work per job.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

from shuntyard.errors import ShuntyardError
from shuntyard.select import MATRIX_LIMIT
from shuntyard.shard import assign, longest_first, lower_bound
from shuntyard.shards.pieces import Piece

_SAME = 1 + 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job: `row` is the place of its row, `shard` (from 1) of `of` its number in that row. `cards` holds what each
    card runs, longest first; `estimate_s` is the time of the fullest."""

    row: int
    shard: int
    of: int
    estimate_s: float
    cards: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All jobs. `makespan_s` is the time of the fullest card, `bound_s` what no plan of these pieces on so many cards
    could beat; `enough` is how many cards reach the same makespan; `unused` how many are left without work."""

    jobs: tuple[Job, ...]
    makespan_s: float
    bound_s: float
    cards: int
    enough: int
    unused: int


def lay_out(rows: Sequence[Sequence[Piece]], cards: int, cards_per_job: int, *, fewest: bool = False) -> Layout:
    """The pieces of each row on at most `cards` cards; with `fewest`, on no more jobs than longest first needs for the
    same makespan. Raises ShuntyardError where they cannot be had in 256 jobs."""
    jobs = job_count(cards, cards_per_job)
    busy = [place for place, pieces in enumerate(rows) if pieces]
    if len(busy) > jobs:
        hint = f"use at least {len(busy) * cards_per_job} cards, or fewer configurations"
        raise ShuntyardError(f"{len(busy)} rows do not fit {jobs} jobs", hint=hint)
    shares = dict(zip(busy, allot([_total(rows[place]) for place in busy], jobs), strict=True))
    made: list[Job] = []
    enough = 0
    for place, count in shares.items():
        most = count * cards_per_job
        needed = enough_cards(rows[place], most)
        used = math.ceil(needed / cards_per_job) * cards_per_job if fewest else most
        made += _row_jobs(place, rows[place], used, cards_per_job)
        enough += needed
    costs = {f"{place} {piece.id}": piece.estimate_s for place, pieces in enumerate(rows) for piece in pieces}
    return Layout(
        jobs=tuple(made),
        makespan_s=max((job.estimate_s for job in made), default=0.0),
        bound_s=lower_bound(costs, jobs * cards_per_job),
        cards=cards,
        enough=enough,
        unused=cards - sum(bool(card) for job in made for card in job.cards),
    )


def job_count(cards: int, cards_per_job: int) -> int:
    """How many jobs there can be. Raises ShuntyardError for none, and for more than a matrix runs."""
    if cards_per_job < 1 or cards < cards_per_job:
        raise ShuntyardError(f"{cards} cards do not make a job of {cards_per_job}", hint="name more cards")
    jobs = cards // cards_per_job
    if jobs > MATRIX_LIMIT:
        hint = f"set cards-per-job to at least {math.ceil(cards / MATRIX_LIMIT)}"
        raise ShuntyardError(f"{jobs:,} jobs are needed, GitHub runs at most {MATRIX_LIMIT} in a matrix", hint=hint)
    return jobs


def allot(work: Sequence[float], jobs: int) -> list[int]:
    """How many jobs each row gets: one, and each further one to the row with the most work per job."""
    counts = [1] * len(work)
    heap = [(-seconds, place) for place, seconds in enumerate(work)]
    heapq.heapify(heap)
    for _ in range(jobs - len(work) if work else 0):
        _, place = heap[0]
        counts[place] += 1
        heapq.heapreplace(heap, (-work[place] / counts[place], place))
    return counts


def enough_cards(pieces: Sequence[Piece], most: int) -> int:
    """A number of cards, at most `most`, on which longest first alone takes no longer than on `most`; found by
    bisection, so that with Graham's anomalies a smaller one may exist."""
    costs = {piece.id: piece.estimate_s for piece in pieces}
    limit = _lpt(costs, most) * _SAME
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        if _lpt(costs, middle) <= limit:
            high = middle
        else:
            low = middle + 1
    return high


def _row_jobs(place: int, pieces: Sequence[Piece], cards: int, cards_per_job: int) -> list[Job]:
    """The jobs of one row; those that would have nothing to do are left out."""
    by_id = {piece.id: piece for piece in pieces}
    parts = assign({piece.id: piece.estimate_s for piece in pieces}, cards)
    filled = [
        tuple(sorted((by_id[name] for name in part), key=lambda piece: (-piece.estimate_s, piece.id)))
        for part in parts
        if part
    ]
    filled.sort(key=lambda card: (-_total(card), card[0].id))
    count = math.ceil(len(filled) / cards_per_job)
    # Dealt out there and back again, so that each job has long and short cards: its machine can help itself.
    dealt: list[list[tuple[Piece, ...]]] = [[] for _ in range(count)]
    for index, card in enumerate(filled):
        lap, seat = divmod(index, count)
        dealt[seat if lap % 2 == 0 else count - 1 - seat].append(card)
    return [
        Job(row=place, shard=shard, of=count, estimate_s=max(map(_total, held)), cards=tuple(held))
        for shard, held in enumerate(dealt, start=1)
    ]


def _lpt(costs: dict[str, float], cards: int) -> float:
    return max(math.fsum(cost for cost, _ in part) for part in longest_first(costs, cards))


def _total(pieces: Sequence[Piece]) -> float:
    return math.fsum(piece.estimate_s for piece in pieces)
