"""Seconds per test file, on the hardware that will run it. Pure.

The format is PyTorch's test-times.json, `{job: {config: {file: seconds}}}`; a team's own history in it may name the
hardware itself as the job. A duration of other hardware misleads, so it is used only where the caller says by which
factor.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shuntyard.errors import ShuntyardError
from shuntyard.scope.judge import plain
from shuntyard.shard import ESTIMATE_S

QUANTILE = 0.9  # an unknown test is taken for a long one: too short a guess makes the last card late
DEFAULT = "default"
Source = Literal["measured", "borrowed", "unknown"]
_WORD = re.compile(r"[a-z]+")
_ACCELERATORS = frozenset({"cuda", "rocm", "mps", "xpu", "hpu", "tpu", "halide", "pallas"})
_PLATFORMS = frozenset({"linux", "win", "macos"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How long a test takes, in seconds, and how that is known."""

    seconds: float
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Borrow:
    """Durations of other hardware (or of one job of the list), multiplied."""

    hardware: str
    factor: float


class Durations:
    """All lists of one file of durations."""

    def __init__(self, data: Any) -> None:
        """Raises ShuntyardError for another format; a duration that is no time (negative, not finite) is left out."""
        self._lists: list[tuple[str, str, Mapping[str, Any]]] = []
        if not isinstance(data, Mapping):
            raise _odd("it is no mapping")
        for job, configs in data.items():
            if not isinstance(configs, Mapping):
                raise _odd(f"{str(job)[:60]!r} has no configurations")
            for config, files in configs.items():
                if not isinstance(files, Mapping):
                    raise _odd(f"{str(job)[:60]!r}, {str(config)[:60]!r} has no files")
                self._lists.append((str(job), str(config), files))

    def names(self, config: str) -> set[str]:
        """Every test that any hardware has run in the configuration; of all configurations where none is so called."""
        own = [files for _, listed, files in self._lists if listed == config]
        chosen = own or [files for _, _, files in self._lists]
        return {plain(str(name)) for files in chosen for name in files}

    def every_name(self) -> set[str]:
        """Every test that any hardware has run in any configuration."""
        return {plain(str(name)) for _, _, files in self._lists for name in files}

    def on(self, hardware: str, config: str) -> dict[str, float]:
        """Seconds per test: the median over the jobs on that hardware in that configuration, or where none of them ran
        it there, in the configuration `default`."""
        found: dict[str, float] = {}
        for wanted in dict.fromkeys((config, DEFAULT)):
            seen: dict[str, list[float]] = {}
            for job, listed, files in self._lists:
                if listed == wanted and runs_on(job, hardware):
                    for name, seconds in files.items():
                        if _is_time(seconds):
                            seen.setdefault(plain(str(name)), []).append(float(seconds))
            found = {name: statistics.median(times) for name, times in seen.items()} | found
        return found


class Estimator:
    """How long tests take on one kind of hardware in one configuration."""

    def __init__(self, durations: Durations, hardware: str, config: str, borrow: Borrow | None = None) -> None:
        self._own = durations.on(hardware, config)
        self._borrowed = {}
        if borrow:
            others = durations.on(borrow.hardware, config)
            self._borrowed = {name: seconds * borrow.factor for name, seconds in others.items()}
        self.unknown_s = quantile([*(self._borrowed | self._own).values()], QUANTILE)

    def estimate(self, test: str) -> Estimate:
        """Measured where it ran, borrowed where that was asked for, else the quantile of all that is known."""
        if test in self._own:
            return Estimate(seconds=self._own[test], source="measured")
        if test in self._borrowed:
            return Estimate(seconds=self._borrowed[test], source="borrowed")
        return Estimate(seconds=self.unknown_s, source="unknown")


def runs_on(job: str, hardware: str) -> bool:
    """Whether a job's name says that it runs on the hardware: `linux-jammy-cuda13.0-py3.10` runs on cuda. A job on a
    platform without an accelerator's name runs on cpu; a name that says neither (`default`) fits only itself."""
    if job == hardware:
        return True
    words = set(_WORD.findall(job.lower()))
    if hardware == "cpu":
        return not words & _ACCELERATORS and bool(words & {*_PLATFORMS, "cpu"})
    return hardware.lower() in words


def read_borrow(text: str) -> Borrow | None:
    """`cpu*1.5` as a Borrow; None for an empty text. Raises ShuntyardError for anything else."""
    if not text.strip():
        return None
    hardware, star, written = text.rpartition("*")
    try:
        factor = float(written)
    except ValueError:
        factor = 0.0
    if not star or not hardware.strip() or not (math.isfinite(factor) and factor > 0):
        raise ShuntyardError(f"input 'borrow' is {text[:60]!r}", hint="hardware and factor, such as cpu*1.5")
    return Borrow(hardware=hardware.strip(), factor=factor)


def quantile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed; ESTIMATE_S where there are none."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)] if ordered else ESTIMATE_S


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9


def _odd(what: str) -> ShuntyardError:
    return ShuntyardError(f"the durations are not understood: {what}", hint="{job: {config: {file: seconds}}}")
