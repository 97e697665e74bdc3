"""Cutting tests into shards."""

from __future__ import annotations

import math
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.shard import assign, longest_first, lower_bound

COSTS = st.dictionaries(st.text(max_size=4), st.floats(0, 1e4) | st.sampled_from([1.0, 2.0, 3.0]), max_size=40)
SHARDS = st.integers(1, 9)


def makespan(costs: dict[str, float], parts: list[tuple[str, ...]]) -> float:
    return max(math.fsum(costs[name] for name in part) for part in parts)


@given(COSTS, SHARDS)
def test_every_test_is_in_exactly_one_shard(costs: dict[str, float], shards: int) -> None:
    parts = assign(costs, shards)
    assert len(parts) == shards
    assert sorted(name for part in parts for name in part) == sorted(costs)
    order = {name: index for index, name in enumerate(costs)}
    assert all([order[name] for name in part] == sorted(order[name] for name in part) for part in parts)


@given(COSTS, SHARDS)
def test_never_longer_than_longest_first_alone_nor_shorter_than_the_bound(costs: dict[str, float], shards: int) -> None:
    plain = max(math.fsum(cost for cost, _ in part) for part in longest_first(costs, shards))
    span = makespan(costs, assign(costs, shards))
    assert lower_bound(costs, shards) * (1 - 1e-9) <= span <= plain * (1 + 1e-9)


@given(COSTS, SHARDS, st.randoms())
def test_the_order_of_the_costs_does_not_matter(costs: dict[str, float], shards: int, chooser: random.Random) -> None:
    shuffled = list(costs.items())
    chooser.shuffle(shuffled)
    assert [set(part) for part in assign(costs, shards)] == [set(part) for part in assign(dict(shuffled), shards)]


@pytest.mark.parametrize("unknown", [None, float("nan"), float("inf"), -1.0])
def test_an_unknown_cost_is_estimated(unknown: float | None) -> None:
    parts = assign({"long": 10.0, "unknown": unknown, "b": 3.0, "c": 4.0}, 2, estimate_s=9.0)
    assert {frozenset(part) for part in parts} == {frozenset({"long", "b"}), frozenset({"unknown", "c"})}


def test_more_shards_than_tests_leaves_some_empty() -> None:
    assert sorted(assign({"a": 1.0}, 3)) == [(), (), ("a",)]


def test_no_shards_is_refused() -> None:
    with pytest.raises(ValueError, match="0 shards"):
        assign({"a": 1.0}, 0)


@pytest.mark.parametrize("seed", range(5))
def test_a_thousand_files_on_64_shards_come_within_a_thousandth_of_the_bound(seed: int) -> None:
    chooser = random.Random(seed)
    costs = {f"test_{index}.py": chooser.lognormvariate(3, 1) for index in range(1000)}
    started = time.process_time()
    parts = assign(costs, 64)
    assert time.process_time() - started < 1  # the budget is 50 ms; machines differ, a wrong algorithm differs more
    assert makespan(costs, parts) <= 1.001 * lower_bound(costs, 64)
