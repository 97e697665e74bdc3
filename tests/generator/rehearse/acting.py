"""Rehearses a caller with a toolkit, and reads the verdict."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from generator.load import load
from generator.rehearse.outcome import JobVerdict, Rehearsal, RowVerdict
from generator.rehearse.progress import Progress
from generator.rehearse.rehearsal import rehearse
from generator.rehearse.scene import Order


def rehearsed(toolkit: Path, caller: Path, pipeline: str = "ab", **wishes: Any) -> Rehearsal:
    """One rehearsal; results go beside the caller."""
    order = Order(pipeline=pipeline, repository=caller, output=caller.parent / "output", **wishes)
    return rehearse(load(toolkit), order, Progress(io.StringIO()))


def rows(rehearsal: Rehearsal) -> dict[str, str]:
    """The verdict on each row; every row may be there once."""
    assert len({row.row for row in rehearsal.rows}) == len(rehearsal.rows)
    return {row.row: row.verdict for row in rehearsal.rows}


def row(rehearsal: Rehearsal, name: str) -> RowVerdict:
    """One row."""
    return next(each for each in rehearsal.rows if each.row == name)


def jobs(rehearsal: Rehearsal) -> dict[str, str]:
    """The verdict on each job."""
    return {each.job: each.verdict for each in rehearsal.jobs}


def job(rehearsal: Rehearsal, name: str) -> JobVerdict:
    """One job."""
    return next(each for each in rehearsal.jobs if each.job == name)


def features(rehearsal: Rehearsal) -> set[str]:
    """What was not exercised."""
    return {each.feature for each in rehearsal.omissions}


def log(rehearsal: Rehearsal) -> str:
    """act's log."""
    return (Path(rehearsal.output) / "act.jsonl").read_text(encoding="utf-8")
