"""Tries again, with more and more time between, what only the infrastructure kept from its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shuntyard.bazel.invoke import Ran

_LONGEST_S = 600.0


def pauses(backoff_s: float) -> Iterator[float]:
    """Seconds before each retry: the first, doubled each time, up to ten minutes."""
    while True:
        yield min(backoff_s, _LONGEST_S)
        backoff_s *= 2


def run_again(
    once: Callable[[int], Ran],
    *,
    retries: int,
    backoff_s: float,
    left_s: Callable[[], float],
    sleep: Callable[[float], object],
    say: Callable[[str], object],
) -> list[Ran]:
    """Runs `once(number)`, from 1, until the verdict is none of the infrastructure's, the retries are used up, or the
    time that is left is no longer than the pause. All runs, the last one counts."""
    runs = [once(1)]
    for number, pause in zip(range(1, retries + 1), pauses(backoff_s), strict=False):
        verdict = runs[-1].verdict
        if verdict.kind != "infrastructure" or not verdict.again:
            break
        if left_s() <= pause:
            say(f"no time is left to try again: {verdict.why}")
            break
        say(f"retry {number} of {retries} in {pause:g} s: {verdict.why}")
        sleep(pause)
        runs.append(once(number + 1))
    return runs
