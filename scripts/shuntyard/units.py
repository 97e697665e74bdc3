"""The units that a condition may mix: rates, times, sizes, counts. Pure."""

from __future__ import annotations

from typing import Literal

Dimension = Literal["number", "rate", "time", "size"]

# Each unit as its dimension and its size in the dimension's base: 1, seconds, MB (10**6 bytes).
UNITS: dict[str, tuple[Dimension, float]] = {
    "%": ("rate", 0.01),
    "ms": ("time", 0.001),
    "s": ("time", 1.0),
    "min": ("time", 60.0),
    "h": ("time", 3600.0),
    "d": ("time", 86_400.0),
    "MB": ("size", 1.0),
    "GB": ("size", 1000.0),
}

# What a condition may ask about. Rates are shares of executions or cases; times are wall time.
QUANTITIES: dict[str, Dimension] = {
    "success_rate": "rate",
    "fallback_rate": "rate",
    "error_rate": "rate",
    "flaky_share": "rate",
    "configuration_coverage": "rate",
    "adoption": "rate",
    "execution_time": "time",
    "time_to_signal": "time",
    "cycle_time": "time",
    "recovery_time": "time",
    "queue_time": "time",
    "memory_usage": "size",
    "failures": "number",
    "consecutive_failures": "number",
    "executions": "number",
}

BASELINE = "baseline"  # the same quantity, of the baseline arm or of the time before


def compatible(left: Dimension, right: Dimension) -> bool:
    """Whether two dimensions may be compared or added. A plain number compares with a rate: 0.05 is 5 %."""
    return left == right or {left, right} == {"number", "rate"}
