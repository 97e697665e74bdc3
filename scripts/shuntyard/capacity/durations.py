"""Test times as PyTorch's CI publishes them, `{job: {config: {file: seconds}}}`, made into one list to plan with.

The lookup is the one of PyTorch's sharding: an unknown job or configuration falls back to the list called `default`; a
file above a limit is split into ceil(t / limit) parts (600 s there). A test that nobody has timed counts with a high
quantile of those that are known: too long a guess costs a little idle time, too short a one holds up the whole run.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from shuntyard.errors import ShuntyardError

Times: TypeAlias = Mapping[str, Mapping[str, Mapping[str, float]]]

DEFAULT = "default"
SPLIT_S = 600.0  # PyTorch's limit for one part of a file
UNKNOWN_QUANTILE = 0.9
FORM = "it must be {job: {config: {file: seconds}}}, as PyTorch's test-times.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The seconds of each file, and which lists they are from, as `job/config`, in the order asked for."""

    files: Mapping[str, float]
    lists: tuple[str, ...]


def checked(data: object) -> Times:
    """The data of a times file. Raises ShuntyardError at the first place that has another form."""
    for job, configs in _mapping(data, "the file").items():
        for config, files in _mapping(configs, f"job {job!r}").items():
            for name, seconds in _mapping(files, f"{job!r}/{config!r}").items():
                if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds < math.inf:
                    raise ShuntyardError(f"{name!r} in {job!r}/{config!r} has no time in seconds", hint=FORM)
    return data  # type: ignore[return-value]


def _mapping(data: object, where: str) -> Mapping[str, object]:
    if not isinstance(data, Mapping) or not all(isinstance(key, str) for key in data):
        raise ShuntyardError(f"{where} of the test times is no mapping", hint=FORM)
    return data


def choose(times: Times, job: str, configs: Sequence[str]) -> Found:
    """The lists of a job's configurations as one. A file that several have counts once for each, as it runs in each."""
    files: dict[str, float] = {}
    lists = []
    for config in dict.fromkeys(configs):
        at, name = _find(times, job, config)
        lists.append(f"{at}/{name}")
        prefix = f"{config}: " if len(configs) > 1 else ""
        files |= {f"{prefix}{file}": float(seconds) for file, seconds in times[at][name].items()}
    if not files:
        raise ShuntyardError(f"the test times of {', '.join(lists)} hold no file", hint="name another job or config")
    return Found(files=files, lists=tuple(lists))


def _find(times: Times, job: str, config: str) -> tuple[str, str]:
    for at in (job, DEFAULT):
        for name in (config, DEFAULT):
            if name in times.get(at, {}):
                return at, name
    raise ShuntyardError(f"the test times have neither {job!r} nor a list called {DEFAULT!r}", hint=FORM)


def fill(known: Mapping[str, float], names: Iterable[str], quantile: float = UNKNOWN_QUANTILE) -> dict[str, float]:
    """The time of each of `names`; one that is not known takes the quantile of all known ones. Raises ShuntyardError
    where nothing at all is known."""
    ordered = sorted(known.values())
    if not ordered:
        raise ShuntyardError("no test has a known time", hint="give durations of another hardware, with a slowdown")
    guess = ordered[min(math.ceil(quantile * len(ordered)), len(ordered)) - 1] if quantile > 0 else ordered[0]
    return {name: known.get(name, guess) for name in dict.fromkeys(names)}


def portion(files: Mapping[str, float], percent: float) -> dict[str, float]:
    """`percent` of the files (0 to 100), chosen by a hash of their names: a smaller share is within a larger one."""
    ordered = sorted(files, key=lambda name: hashlib.blake2b(name.encode("utf-8", "surrogatepass")).digest())
    return {name: files[name] for name in ordered[: math.ceil(len(ordered) * percent / 100 - 1e-9)]}


def slowed(files: Mapping[str, float], factor: float) -> dict[str, float]:
    """The files on hardware that takes `factor` times as long."""
    return {name: seconds * factor for name, seconds in files.items()}


def split(seconds: Iterable[float], most_s: float = SPLIT_S) -> list[float]:
    """The times in seconds with those above `most_s` cut into ceil(t / most_s) equal parts. The sum stays the same."""
    parts: list[float] = []
    for time in seconds:
        pieces = max(math.ceil(time / most_s), 1)
        parts += [time / pieces] * pieces
    return parts
