"""Pieces onto cards and jobs."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuntyard.errors import ShuntyardError
from shuntyard.shards.cards import Layout, allot, enough_cards, job_count, lay_out
from shuntyard.shards.pieces import Piece
from tests.scripts.shards.samples import COSTS, pieces

ROWS = st.lists(COSTS, min_size=1, max_size=3)


def held(layout: Layout) -> list[list[Piece]]:
    return [list(card) for job in layout.jobs for card in job.cards]


def loads(layout: Layout) -> list[float]:
    return [math.fsum(piece.estimate_s for piece in card) for card in held(layout)]


def best(costs: list[float], cards: int) -> float:
    """The shortest makespan that there is, by trying all."""
    spans = []
    for choice in itertools.product(range(cards), repeat=len(costs)):
        spans.append(
            max(math.fsum(c for c, at in zip(costs, choice, strict=True) if at == card) for card in range(cards))
        )
    return min(spans)


@given(ROWS, st.integers(3, 12), st.integers(1, 4))
def test_every_piece_is_on_exactly_one_card_of_its_row(rows: list[list[float]], jobs: int, cards_per_job: int) -> None:
    made = [pieces(*row) for row in rows]
    layout = lay_out(made, jobs * cards_per_job, cards_per_job)
    for place, row in enumerate(made):
        own = [piece for job in layout.jobs if job.row == place for card in job.cards for piece in card]
        assert sorted(own, key=lambda piece: piece.id) == sorted(row, key=lambda piece: piece.id)
    assert all(1 <= len(job.cards) <= cards_per_job and all(job.cards) for job in layout.jobs)
    assert len(layout.jobs) <= jobs
    for place in range(len(made)):
        shards = [(job.shard, job.of) for job in layout.jobs if job.row == place]
        assert shards == [(n, len(shards)) for n in range(1, len(shards) + 1)]


@given(COSTS, st.integers(1, 12))
def test_a_plan_is_never_below_the_bound_and_within_grahams(costs: list[float], cards: int) -> None:
    layout = lay_out([pieces(*costs)], cards, 1)
    span = max(loads(layout), default=0.0)
    assert math.isclose(layout.makespan_s, span, abs_tol=1e-9)
    assert layout.bound_s * (1 - 1e-9) <= span
    assert span <= math.fsum(costs) / cards + max(costs, default=0) * (1 - 1 / cards) + 1e-6


@settings(max_examples=40)
@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=6), st.integers(1, 3))
def test_a_plan_takes_at_most_four_thirds_of_the_best(costs: list[float], cards: int) -> None:
    assert lay_out([pieces(*costs)], cards, 1).makespan_s <= (4 / 3 - 1 / (3 * cards)) * best(costs, cards) + 1e-9


@pytest.mark.parametrize(("tests", "cards"), [(1000, 24), (3000, 128), (4000, 512)])
def test_many_tests_come_within_half_a_percent_of_the_bound(tests: int, cards: int) -> None:
    chooser = random.Random(tests)
    costs = [min(chooser.lognormvariate(3.5, 1.3), 600.0) for _ in range(tests)]
    layout = lay_out([pieces(*costs)], cards, 4)
    assert layout.makespan_s <= 1.005 * layout.bound_s


@given(COSTS.filter(bool), st.integers(1, 12))
def test_enough_cards_are_enough(costs: list[float], cards: int) -> None:
    found = enough_cards(pieces(*costs), cards)
    assert 1 <= found <= cards
    again = enough_cards(pieces(*costs), found)
    assert again <= found


def test_more_cards_than_pieces_leave_some_unused_and_say_how_many_would_do() -> None:
    layout = lay_out([pieces(600, 100, 100, 100, 100, 100)], 16, 4)
    assert (layout.unused, layout.enough, len(layout.jobs)) == (10, 2, 2)
    assert layout.makespan_s == layout.bound_s == 600


def test_a_card_runs_its_longest_piece_first() -> None:
    for card in held(lay_out([pieces(*(float(n) for n in range(20)))], 3, 1)):
        assert [piece.estimate_s for piece in card] == sorted((p.estimate_s for p in card), reverse=True)


def test_the_order_of_the_pieces_does_not_matter() -> None:
    made = pieces(*(float(n % 7) for n in range(40)))
    assert lay_out([made], 6, 2) == lay_out([made[::-1]], 6, 2)


def test_jobs_go_where_the_work_is() -> None:
    assert allot([900, 100, 50], 10) == [8, 1, 1]
    assert allot([], 4) == []


@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=5), st.integers(5, 60))
def test_all_jobs_are_given_out_and_every_row_gets_one(work: list[float], jobs: int) -> None:
    counts = allot(work, jobs)
    assert sum(counts) == jobs and min(counts) >= 1


def test_an_empty_row_gets_no_job() -> None:
    layout = lay_out([[], pieces(5, 5)], 2, 1)
    assert [job.row for job in layout.jobs] == [1, 1]
    assert lay_out([[]], 4, 1).jobs == ()


def test_2048_cards_are_256_jobs_of_8() -> None:
    assert job_count(2048, 8) == 256
    with pytest.raises(ShuntyardError, match="2,048 jobs") as told:
        job_count(2048, 1)
    assert told.value.hint == "set cards-per-job to at least 8"


@pytest.mark.parametrize(("cards", "each"), [(0, 1), (3, 4), (4, 0), (-8, 8)])
def test_cards_that_make_no_job_are_refused(cards: int, each: int) -> None:
    with pytest.raises(ShuntyardError, match="do not make a job"):
        job_count(cards, each)


def test_more_rows_than_jobs_are_refused() -> None:
    with pytest.raises(ShuntyardError, match="3 rows do not fit 2 jobs"):
        lay_out([pieces(1), pieces(1), pieces(1)], 2, 1)


@given(COSTS, st.integers(1, 8), st.integers(1, 3))
def test_the_fewest_jobs_take_no_longer_than_longest_first_on_all(costs: list[float], jobs: int, each: int) -> None:
    wide = lay_out([pieces(*costs)], jobs * each, each)
    few = lay_out([pieces(*costs)], jobs * each, each, fewest=True)
    assert len(few.jobs) <= len(wide.jobs)
    assert few.makespan_s <= math.fsum(costs) / (jobs * each) + max(costs, default=0) + 1e-6
    assert few.bound_s == wide.bound_s


def test_long_pieces_leave_few_jobs_enough() -> None:
    made = pieces(600, *(10.0 for _ in range(60)))
    assert len(lay_out([made], 64, 1).jobs) == 61
    few = lay_out([made], 64, 1, fewest=True)
    assert (len(few.jobs), few.makespan_s) == (2, 600.0)
