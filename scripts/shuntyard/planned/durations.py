"""Results  →  seconds per test file on each kind of hardware, in the form of PyTorch's test-times.json. Pure.

The seconds are those of the cases, set-up and call; what starts a process is not in them, as it is not in PyTorch's.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from shuntyard.result import NOT_RUN, CaseResult, ShardResult
from shuntyard.scope.judge import is_name, plain

Durations = dict[str, dict[str, dict[str, float]]]


class Spent(NamedTuple):
    """What one shard spent on a file. `run` tells executions of a row apart; its shards share it. `whole` is whether
    every case of it came to an end."""

    hardware: str
    config: str
    run: str
    shard: int
    shards: int
    file: str
    seconds: float
    whole: bool


def durations_of(results: Iterable[ShardResult], tests: str = "") -> Durations:
    """`{hardware: {config: {file: seconds}}}`, by the rules of `summed`. Hardware is named by its backend, such as
    spyre; a simulated device's times say nothing of the real one's, and are left out."""
    return summed((spent for result in results for spent in _spent(result)), tests)


def summed(parts: Iterable[Spent], tests: str = "") -> Durations:
    """Of each file the median over its runs; a run's time is the sum over its shards.

    A run counts only where each of its shards told something, and not for a file of which a case crashed or was not
    run. Files are named without `.py`, below the folder `tests` of the workspace; others are left out.
    """
    told = list(parts)
    shards: dict[tuple[str, str, str], set[int]] = {}
    for each in told:
        shards.setdefault(each[:3], set()).add(each.shard)
    times: dict[tuple[str, str, str], dict[str, float]] = {}
    broken = {(each[:3], each.file) for each in told if not each.whole}
    for each in told:
        name = _name(each.file, tests)
        if name and len(shards[each[:3]]) == each.shards and (each[:3], each.file) not in broken:
            runs = times.setdefault((each.hardware, each.config, name), {})
            runs[each.run] = runs.get(each.run, 0.0) + each.seconds
    made: Durations = {}
    for (hardware, config, name), runs in sorted(times.items()):
        made.setdefault(hardware, {}).setdefault(config, {})[name] = round(statistics.median(runs.values()), 3)
    return made


def _spent(result: ShardResult) -> Iterator[Spent]:
    if result.hardware.simulated:
        return
    key = result.key
    run = "\0".join(map(str, (key.provider, key.repository, key.run_id, key.attempt, key.row_id, result.repetition)))
    files: dict[str, list[CaseResult]] = {}
    for case in result.cases:
        files.setdefault(case.case.partition("::")[0], []).append(case)
    for file, cases in (files or {"": []}).items():  # a shard without work has told something too
        yield Spent(
            hardware=result.hardware.backend,
            config=result.config,
            run=run,
            shard=result.shard_index,
            shards=result.shard_of,
            file=file,
            seconds=sum(case.setup_s + case.call_s for case in cases),
            whole=not any(case.outcome == "crashed" or case.message.startswith(NOT_RUN) for case in cases),
        )


def _name(file: str, tests: str) -> str:
    """The file as plans call it; empty for what is no test file below the folder."""
    prefix = f"{tests.strip('/')}/" if tests.strip("/") else ""
    name = plain(file.removeprefix(prefix))
    return name if file.endswith(".py") and file.startswith(prefix) and is_name(name) else ""
