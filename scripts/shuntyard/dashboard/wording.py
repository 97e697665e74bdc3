"""Figures in words, alike on every page."""

from __future__ import annotations

import math
from datetime import datetime

from shuntyard import human
from shuntyard.stats.kpi import Kpi
from shuntyard.text import NOTHING

SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

# A KPI's name for people, and what it is in one line. docs/analyses/kpis.md has the definitions.
KPIS = {
    "success_rate": ("Success rate", "cases that were not bad, of those that the arm itself ran"),
    "fallback_rate": ("Fallback rate", "executions after which the shell entry took over"),
    "error_rate": ("Error rate", "executions that ended in an error outside any case, or were lost"),
    "execution_time": ("Execution time", "beside the baseline, over all configurations"),
    "memory_usage": ("Memory", "peak of the process tree, beside the baseline"),
    "resource_utilization": ("Utilisation", "of processors and accelerators"),
    "configuration_coverage": ("Coverage", "configurations that the arm has run without a fallback"),
    "adoption": ("Adoption", "workflows that ask for the arm"),
    "flaky_share": ("Flaky tests", "tests that flipped with nothing changed"),
    "recovery_time": ("Recovery", "longest time a row had no usable result"),
    "time_to_signal": ("Time to signal", "median, from asking to the last result"),
    "time_to_signal_p90": ("Time to signal, p90", "nine runs of ten are quicker"),
    "cycle_time": ("Cycle of a commit", "median, re-runs included"),
    "cycle_time_p90": ("Cycle of a commit, p90", "nine commits of ten are quicker"),
}


def percent(share: float) -> str:
    """`99.97 %`, `3.1 %`, `0 %`: as many digits as tell it from 0 and from 100 %."""
    if share in (0.0, 1.0):
        return f"{100 * share:.0f}{SPACE}%"
    edge = 100 * min(share, 1 - share)
    digits = 1 if edge >= 1 else min(4, 1 - math.floor(math.log10(max(edge, 1e-4))))
    return f"{100 * share:.{digits}f}{SPACE}%"


def change(ratio: float) -> str:
    """A ratio as a change: `+12 %`, `−3.1 %`, `±0 %`; `3.4×` where percents say little."""
    if ratio >= 2.995:
        return f"{ratio:.1f}×"
    share = 100 * (ratio - 1)
    text = f"{abs(share):.1f}" if abs(share) < 9.95 else f"{abs(share):.0f}"
    sign = "±" if text == "0.0" else "+" if share > 0 else MINUS
    return f"{sign}{'0' if text == '0.0' else text}{SPACE}%"


def days(seconds: float) -> str:
    """A long time: `2.5 days`; shorter ones as `human.duration`; `none` for 0."""
    if seconds <= 0:
        return "none"
    if seconds < 86400:
        return human.duration(seconds)
    text = f"{seconds / 86400:.1f}".removesuffix(".0")
    return f"{text} day{'' if text == '1' else 's'}"


def value(kpi: Kpi, number: float | None) -> str:
    """The KPI's value, or a bound of it, with its unit."""
    if number is None:
        return NOTHING
    if kpi.unit == "share":
        return percent(number)
    return change(number) if kpi.unit == "ratio" else days(number)


def day(moment: datetime) -> str:
    """`21 Nov 2026`."""
    return f"{moment.day} {moment:%b %Y}"


def minute(moment: datetime) -> str:
    """`2026-11-21 03:17`, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M}"


def commit(sha: str) -> str:
    """The first ten digits, or the whole of what is no commit hash."""
    return sha[:10] if len(sha) >= 40 else sha
