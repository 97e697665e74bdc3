"""How each test came by its result: run remotely or here, or from which cache. Pure, over Bazel's events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from shuntyard.ingest.bazel_places import LAST, Place
from shuntyard.ingest.told import Attempt

WAYS = ("remote", "local", "remote cache", "local cache")


class Tally(NamedTuple):
    """Counts of test runs (a target's shards and repetitions each count) by the way of their last attempt, in the order
    of WAYS; `targets` has each target's ways. `flaky` are those that passed, but not at first."""

    remote: int = 0
    local: int = 0
    remote_cache: int = 0
    local_cache: int = 0
    targets: Mapping[str, tuple[str, ...]] = {}
    flaky: tuple[str, ...] = ()


def count(attempts: Mapping[Place, Attempt]) -> Tally:
    """The tally of all attempts, by their places."""
    targets: dict[str, dict[str, None]] = {}
    ways = dict.fromkeys(WAYS, 0)
    flaky: dict[str, None] = {}
    for place, attempt in attempts.items():
        if place.attempt != LAST:
            continue
        way = attempt.where or "local"
        ways[way] += 1
        targets.setdefault(attempt.label, {})[way] = None
        if attempt.case.outcome == "passed" and attempt.case.attempt > 1:
            flaky[attempt.label] = None
    remote, local, remote_cache, local_cache = (ways[way] for way in WAYS)
    return Tally(
        remote, local, remote_cache, local_cache, {label: tuple(each) for label, each in targets.items()}, tuple(flaky)
    )
