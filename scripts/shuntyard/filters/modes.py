"""Periodic modes: on the schedule meant for them, each row becomes one row for each mode that fits the job. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from shuntyard.filters.rows import Removed, Rows

MEMORY, RERUN = "mem_leak_check", "rerun_disabled_tests"
MEMORY_LABEL = "enable-mem-leak-check"


def replicate(rows: Rows, job: str) -> Rows:
    """Each row once a mode: the check for memory leaks for cuda and rocm jobs, the disabled tests for all. The plain
    rows run at other times, and are told as removed."""
    modes = [MEMORY, RERUN] if uses_gpu_memory(job) else [RERUN]
    why = f"a periodic run: it runs as {' and '.join(modes)} instead"
    kept = tuple(replace(row, mode=mode, values={**row.values, mode: mode}) for row in rows.kept for mode in modes)
    return Rows(kept=kept, removed=(*rows.removed, *(Removed(row=row, reason=why) for row in rows.kept)))


def by_label(rows: Rows, job: str, labels: Collection[str]) -> Rows:
    """With the label enable-mem-leak-check, every row of a cuda or rocm job also checks for memory leaks."""
    if MEMORY_LABEL not in labels or not uses_gpu_memory(job):
        return rows
    return replace(rows, kept=tuple(replace(row, values={**row.values, MEMORY: MEMORY}) for row in rows.kept))


def uses_gpu_memory(job: str) -> bool:
    """Whether a job's name says that it runs on cuda or rocm."""
    return "cuda" in job or "rocm" in job
