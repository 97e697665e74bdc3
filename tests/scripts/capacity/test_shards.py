"""Longest first onto cards, and how many shards a target takes."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from shuntyard.capacity.durations import split
from shuntyard.capacity.shards import MOST_JOBS, lower_bound, most_shards, pack, shards_for
from tests.scripts.capacity.samples import real_files

PARTS = st.lists(st.floats(0.1, 1e4), max_size=80)


@given(PARTS, st.integers(1, 20))
def test_a_packing_holds_everything_and_is_never_below_the_bound(parts: list[float], shards: int) -> None:
    packing = pack(parts, shards)
    assert math.isclose(packing.total_s, math.fsum(parts), rel_tol=1e-9, abs_tol=1e-9)
    assert len(packing.loads) == min(shards, len(parts))
    assert all(load > 0 for load in packing.loads)
    bound = lower_bound(parts, shards)
    assert bound * (1 - 1e-9) <= packing.makespan_s <= bound * (4 / 3) + bound * 2 / 3  # LPT ≤ 4/3 OPT ≤ 2 × bound


@given(PARTS, st.integers(1, 20), st.integers(1, 8))
def test_jobs_are_as_long_as_their_longest_shard(parts: list[float], shards: int, cards: int) -> None:
    packing = pack(parts, shards)
    jobs = packing.jobs(cards)
    assert len(jobs) == math.ceil(len(packing.loads) / cards)
    assert jobs == tuple(max(packing.loads[i : i + cards]) for i in range(0, len(packing.loads), cards))


@given(st.floats(0, 1e7), st.floats(60, 1e4), st.integers(1, 4096))
def test_shards_fit_the_window_as_far_as_there_are_any(total: float, window: float, most: int) -> None:
    shards = shards_for(total, window, most)
    assert 0 <= shards <= most
    assert (shards == 0) == (total == 0)
    if 0 < shards < most:
        assert total / shards <= window * (1 + 1e-6)


@given(st.integers(1, 10_000), st.integers(1, 64))
def test_a_matrix_has_at_most_256_jobs(cards: int, cards_per_job: int) -> None:
    most = most_shards(cards, cards_per_job)
    assert most % cards_per_job == 0
    assert most <= cards
    assert most // cards_per_job <= MOST_JOBS == 256


def test_the_whole_list_of_pytorch_on_2048_cards_is_as_long_as_its_longest_part() -> None:
    parts = split(real_files().values())
    packing = pack(parts, 2048)
    assert packing.makespan_s == lower_bound(parts, 2048) == max(parts)
    assert pack(parts, 64).makespan_s <= 1.001 * lower_bound(parts, 64)
