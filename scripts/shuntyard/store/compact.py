"""Merges the run files of closed months, one file a month. May be killed at any point, and any number may run at once.

Steps, for each month: write the next generation under a temporary name, read it back, give it its name (which fails
when another compaction was faster); and, in a later compaction at least `grace_s` seconds after that, remove what it
replaced. The grace is for readers that have listed the old files and not opened them yet. Snapshot says why no reader
ever sees a run twice or misses one in between.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shuntyard.errors import Problem
from shuntyard.store.arrow import ROW_GROUP, damage, writer
from shuntyard.store.key import SCHEMA, Name
from shuntyard.store.parquet import ParquetStore
from shuntyard.store.place import TEMPORARY, Entry
from shuntyard.store.relations import SQL, batches, connect, stored, whatever_vanishes
from shuntyard.store.snapshot import Month

GRACE_S = 3600.0
STALE_S = 24 * 3600.0  # a temporary file this old belongs to no writer any more
SORTING_MB = 500  # rows of a month that do not fit are sorted on disk


@dataclass(frozen=True, slots=True, kw_only=True)
class Compacted:
    """What a compaction did: files written (path → runs in it), files removed, and what it had to leave alone."""

    written: Mapping[str, int]
    removed: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


def compact(store: ParquetStore, *, now: float, this_month: str, grace_s: float = GRACE_S) -> Compacted:
    """Compacts every month before `this_month` (`2026-11`). `now` is in epoch seconds, as the files' times are.

    A damaged file is neither merged nor removed.
    """
    written: dict[str, int] = {}
    problems: list[Problem] = []
    for month in store.snapshot().months:
        if month.month < this_month and month.runs and len(month.runs) + len(month.held) > 1:
            with suppress(FileNotFoundError):  # another compaction is at work here: the next one will look again
                name, runs, found = _merge(store, month)
                problems += found
                written.update({name.path: runs} if name else {})
    snapshot = store.snapshot()
    files = {entry.path: entry for entry in store.folder.entries()}
    removed = [entry.path for entry in files.values() if _stale(entry, now)]
    for month in snapshot.months:
        with suppress(FileNotFoundError):
            removed += _replaced(store, month, files, now - grace_s)
    for path in removed:
        store.folder.remove(path)
    return Compacted(written=written, removed=tuple(removed), problems=(*snapshot.problems, *problems))


def _merge(store: ParquetStore, month: Month) -> tuple[Name | None, int, list[Problem]]:
    """The new generation and how many runs are in it; no name when another compaction was faster."""
    store.verify(month.readable)
    files, problems = store.readable(month.readable)
    left_out = {problem.file for problem in problems}
    new = {name.stem for name in month.runs if name.path not in left_out}
    stems = sorted(month.held | new)
    if (month.merged and month.merged.path in left_out) or not new or len(stems) < 2:
        return None, 0, problems
    name = Name(month=month.month, schema=SCHEMA, generation=month.last + 1)
    created = store.folder.create(name.path, lambda path: _write(path, files, stems))
    return (name if created else None), len(stems), problems


def _write(path: Path, files: Mapping[int, Sequence[Path]], stems: Sequence[str]) -> None:
    """Writes the merged file and compares it with its sources."""
    sources = [path for paths in files.values() for path in paths]
    with tempfile.TemporaryDirectory(prefix="shuntyard-compact-") as spill, whatever_vanishes(sources):
        connection = connect(Path(spill), memory_mb=SORTING_MB)
        try:
            stored(connection, files).create_view("stored")
            rows = connection.sql((SQL / "history_merged.sql").read_text(encoding="utf-8"))
            with writer(path, {"runs": list(stems)}) as out:
                for table in batches(rows):
                    out.write_table(table, row_group_size=ROW_GROUP)
        finally:
            connection.close()
    what, merged = damage(path), _sums({SCHEMA: [path]})
    if what or merged != _sums(files) or len(merged) != len(stems):
        raise RuntimeError(f"the merged file is not what was merged: {what or 'its runs differ from their sources'}")


def _sums(files: Mapping[int, Sequence[Path]]) -> dict[str, tuple[int, ...]]:
    """What each run in the files consists of."""
    sources = [path for paths in files.values() for path in paths]
    with tempfile.TemporaryDirectory(prefix="shuntyard-compact-") as spill, whatever_vanishes(sources):
        connection = connect(Path(spill), memory_mb=SORTING_MB)
        try:
            stored(connection, files).create_view("stored")
            rows = connection.execute((SQL / "history_sums.sql").read_text(encoding="utf-8")).fetchall()
        finally:
            connection.close()
    return {run_key: tuple(numbers) for run_key, *numbers in rows}


def _replaced(store: ParquetStore, month: Month, files: Mapping[str, Entry], before: float) -> list[str]:
    """What the month's merged file replaced, when that file was written before then and has every row of it."""
    replaced = [name for name in (*month.covered, *month.superseded) if name.path in files]
    merged_file = files.get(month.merged.path) if month.merged else None
    if not month.merged or not merged_file or not replaced or merged_file.modified > before:
        return []
    store.verify([month.merged, *replaced])
    if month.merged.path in store.bad:
        return []
    merged = _sums(store.readable([month.merged])[0])
    for name in replaced:
        if name.path not in store.bad and not _sums(store.readable([name])[0]).items() <= merged.items():
            raise RuntimeError(f"{month.merged.path} lacks what is in {name.path}; nothing was removed")
    return [name.path for name in replaced]


def _stale(entry: Entry, now: float) -> bool:
    return entry.path.rpartition("/")[2].startswith(TEMPORARY) and entry.modified < now - STALE_S
