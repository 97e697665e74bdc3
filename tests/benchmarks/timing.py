"""pytest-benchmark's `pedantic`, with the types that it does not have."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pytest_benchmark.fixture import BenchmarkFixture

T = TypeVar("T")


def timed(benchmark: BenchmarkFixture, action: Callable[[], T], *, rounds: int, warmup_rounds: int = 0) -> T:
    """Times `action` in each of the rounds; returns what the last of them gave."""
    run: Callable[..., T] = benchmark.pedantic
    return run(action, rounds=rounds, warmup_rounds=warmup_rounds)
