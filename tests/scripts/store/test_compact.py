"""Compaction changes what lies there, and nothing of what is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from shuntyard.store import open_store
from shuntyard.store.compact import STALE_S, Compacted, compact
from shuntyard.store.folder import LocalFolder
from shuntyard.store.key import run_name
from shuntyard.store.parquet import ParquetStore
from tests.scripts.store.reading import sums
from tests.scripts.store.samples import later, make_cases, make_report, make_run, spoil


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ParquetStore:
    where = str(tmp_path / "history") if request.param == "local" else request.getfixturevalue("bucket")
    opened = open_store(where)
    assert isinstance(opened, ParquetStore)
    return opened


def fill(store: ParquetStore, months: int = 2, runs: int = 3) -> None:
    """Some runs in each of some months, oldest first; the newest month is 2026-11."""
    for month in range(months):
        for number in range(runs):
            report = make_report(f"{month}-{number}", cases=make_cases(5, "failed" if number else "passed"))
            store.append(make_run(later(report, -30 * month)))


def newest(store: ParquetStore) -> float:
    return max(entry.modified for entry in store.folder.entries())


def merge(store: ParquetStore, this_month: str = "2026-12") -> Compacted:
    return compact(store, now=newest(store), this_month=this_month)


def clean(store: ParquetStore, this_month: str = "2026-12") -> Compacted:
    return compact(store, now=newest(store) + 7200, this_month=this_month)


def files(store: ParquetStore) -> list[str]:
    return [entry.path for entry in store.folder.entries()]


def test_closed_months_become_one_file_each(store: ParquetStore) -> None:
    fill(store)
    before = sums(store)
    assert merge(store).written == {"month=2026-10/all-v2-000001.parquet": 3, "month=2026-11/all-v2-000001.parquet": 3}
    assert sums(store) == before and len(files(store)) == 8, "what was merged stays for readers that have listed it"
    assert len(clean(store).removed) == 6
    assert files(store) == ["month=2026-10/all-v2-000001.parquet", "month=2026-11/all-v2-000001.parquet"]
    assert sums(store) == before


def test_the_current_month_is_left_alone(store: ParquetStore) -> None:
    fill(store)
    assert list(merge(store, "2026-11").written) == ["month=2026-10/all-v2-000001.parquet"]


def test_compacting_twice_changes_nothing(store: ParquetStore) -> None:
    fill(store)
    merge(store)
    clean(store)
    before = files(store)
    again = clean(store)
    assert (again.written, again.removed, again.problems) == ({}, (), ()) and files(store) == before


def test_a_run_that_comes_late_joins_its_month(store: ParquetStore) -> None:
    fill(store)
    merge(store)
    clean(store)
    late = make_run(later(make_report("late"), -30))
    assert store.append(late) == "added"
    before = sums(store)
    assert merge(store).written == {"month=2026-10/all-v2-000002.parquet": 4}
    assert sums(store) == before
    assert clean(store).removed == (run_name(late.id, late.started_at).path, "month=2026-10/all-v2-000001.parquet")
    assert sums(store) == before


def test_a_run_that_was_merged_is_there_already(store: ParquetStore) -> None:
    fill(store, months=1)
    merge(store)
    clean(store)
    known = make_report("0-1", cases=make_cases(5, "failed"))
    assert store.append(make_run(later(known, 0))) == "already"
    assert store.append(make_run(later(replace(known, verdict="failed"), 0))) == "already"
    assert store.append(make_run(later(make_report("0-1"), 0))) == "differs"


def test_a_month_of_one_run_is_as_good_as_merged(store: ParquetStore) -> None:
    fill(store, months=1, runs=1)
    assert merge(store).written == {}


def test_no_grace_removes_at_once(store: ParquetStore) -> None:
    fill(store, months=1)
    before = sums(store)
    done = compact(store, now=newest(store) + 60, this_month="2026-12", grace_s=0.0)
    assert len(done.written) == 1 and len(done.removed) in (0, 3)
    done = compact(store, now=newest(store) + 60, this_month="2026-12", grace_s=0.0)
    assert len(files(store)) == 1 and sums(store) == before


def test_a_damaged_run_is_neither_merged_nor_removed(tmp_path: Path) -> None:
    store = ParquetStore(LocalFolder(tmp_path))
    fill(store, months=1)
    damaged = tmp_path / files(store)[1]
    spoil(damaged)
    done = merge(store)
    assert list(done.written.values()) == [2]
    assert [tmp_path / problem.file for problem in done.problems] == [damaged]
    clean(store)
    assert damaged.exists() and len(files(store)) == 2


def test_a_damaged_merged_file_removes_nothing(tmp_path: Path) -> None:
    store = ParquetStore(LocalFolder(tmp_path))
    fill(store, months=1)
    before = sums(store)
    (path,) = merge(store).written
    spoil(tmp_path / path)
    again = ParquetStore(LocalFolder(tmp_path))
    assert clean(again).removed == ()
    assert sums(again) == before, "the run files still have everything"
    assert list(merge(again).written) == ["month=2026-11/all-v2-000002.parquet"], "and are merged again"
    assert sums(ParquetStore(LocalFolder(tmp_path))) == before


def test_old_temporary_files_are_swept(tmp_path: Path) -> None:
    store = ParquetStore(LocalFolder(tmp_path))
    fill(store, months=1, runs=1)
    leftover = tmp_path / "month=2026-11" / ".tmp-1-abc"
    leftover.write_bytes(b"half a file")
    now = leftover.stat().st_mtime
    assert compact(store, now=now + STALE_S - 60, this_month="2026-12").removed == ()
    assert compact(store, now=now + STALE_S + 60, this_month="2026-12").removed == ("month=2026-11/.tmp-1-abc",)
    assert not leftover.exists()


def test_a_compaction_that_comes_second_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, other = ParquetStore(LocalFolder(tmp_path)), ParquetStore(LocalFolder(tmp_path))
    fill(store, months=1)
    before = sums(store)
    create = LocalFolder.create

    def slower(self: LocalFolder, path: str, write: object, *, replace: bool = False) -> bool:
        monkeypatch.undo()
        assert len(merge(other).written) == 1
        return create(self, path, write, replace=replace)  # type: ignore[arg-type]

    monkeypatch.setattr(LocalFolder, "create", slower)
    assert merge(store).written == {}
    assert sums(store) == before
    assert [path for path in files(store) if "all-" in path] == ["month=2026-11/all-v2-000001.parquet"]


def test_a_reader_survives_a_compaction_between_its_listing_and_its_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ParquetStore(LocalFolder(tmp_path))
    fill(store, months=1)
    before = sums(store)
    snapshot = ParquetStore.snapshot

    def then_everything_moves(self: ParquetStore, *arguments: object) -> object:
        found = snapshot(self, *arguments)  # type: ignore[arg-type]
        monkeypatch.undo()
        merge(ParquetStore(LocalFolder(tmp_path)))
        clean(ParquetStore(LocalFolder(tmp_path)))
        return found

    monkeypatch.setattr(ParquetStore, "snapshot", then_everything_moves)
    assert sums(store) == before
    assert len(files(store)) == 1
