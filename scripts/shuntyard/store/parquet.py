"""The default store: Parquet files in a folder or at an fsspec URL, one a run, one a month once compacted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import duckdb

from shuntyard.errors import Problem
from shuntyard.store import EVERYTHING, Appended, Chosen, StoreDownError
from shuntyard.store.arrow import DAMAGED, damage, read_about, read_digest, whole
from shuntyard.store.folder import open_folder
from shuntyard.store.key import Name, parse_name, run_name
from shuntyard.store.place import Folder
from shuntyard.store.relations import History, Loaded, choose, stored, whatever_vanishes
from shuntyard.store.snapshot import Snapshot, damaged, take
from shuntyard.store.tables import RunTables, write_run

T = TypeVar("T")
_TRIES = 5  # a compaction may remove files between a listing and its reading; each time, the next listing is newer


def open_store(where: str) -> ParquetStore:
    """The store in a folder or at a URL; it is made when the first run is appended."""
    return ParquetStore(open_folder(where))


class ParquetStore:
    """See store.Store. `bad` holds what is known to be damaged, path → what is wrong, and is left out."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.where = folder.where
        self.bad: dict[str, str] = {}
        self._read: list[Path] = []

    def append(self, run: RunTables) -> Appended:
        return self._settled(lambda: self._append(run))

    def _settled(self, look: Callable[[], T]) -> T:
        """What a look at the files gives, repeated when a compaction removes one while it is looked at."""
        for _ in range(_TRIES):
            try:
                return look()
            except FileNotFoundError:
                continue
        raise StoreDownError(f"the files in {self.where} keep changing", hint="try again when the compaction is over")

    def _append(self, run: RunTables) -> Appended:
        name = run_name(run.id, run.started_at)
        known = [found for entry in self.folder.entries() if (found := parse_name(entry.path))]
        earlier = next((each for each in known if each.stem == name.stem), None)
        if earlier is None:
            held = self._held(run, [each for each in known if not each.stem])
            if held is not None:
                return "already" if held == run.digest else "differs"
            if self.folder.create(name.path, lambda path: write_run(run, path)):
                return "added"
            earlier = name  # another writer was faster
        try:
            with self.folder.open(earlier.path) as file:
                return "already" if read_about(file).get("digest") == run.digest else "differs"
        except FileNotFoundError:
            raise
        except DAMAGED:  # but the run is here again, so the file can be whole again
            self.folder.create(earlier.path, lambda path: write_run(run, path), replace=True)
            return "added"

    def _held(self, run: RunTables, merged: Sequence[Name]) -> str | None:
        """The digest of the run in a merged file, None when none has it."""
        for name in merged:
            if run.id.stem in self._covers_or_nothing(name):
                with self.folder.open(name.path) as file:
                    return read_digest(file, run.id.key)
        return None

    def _covers_or_nothing(self, name: Name) -> frozenset[str]:
        answer = self.covers(name)
        return frozenset() if isinstance(answer, str) else answer

    def covers(self, name: Name) -> frozenset[str] | str:
        """The stems of the runs in a merged file, or what is wrong with it."""
        if name.path in self.bad:
            return self.bad[name.path]
        try:
            with self.folder.open(name.path) as file:
                runs = read_about(file).get("runs")
        except FileNotFoundError:
            raise
        except DAMAGED as error:
            return f"it is damaged: {str(error)[:200]}"
        return frozenset(runs) if isinstance(runs, list) else "it is damaged: it does not name its runs"

    def snapshot(self, chosen: Chosen = EVERYTHING) -> Snapshot:
        """What the store holds now."""
        return self._settled(lambda: take((entry.path for entry in self.folder.entries()), self.covers, chosen))

    def size(self) -> int:
        return sum(entry.size for entry in self.folder.entries() if parse_name(entry.path))

    def history(self, chosen: Chosen = EVERYTHING) -> History:
        return History(lambda connection: self._load(connection, chosen), self._repair)

    def _load(self, connection: duckdb.DuckDBPyConnection, chosen: Chosen) -> Loaded:
        return self._settled(lambda: self._load_once(connection, chosen))

    def _load_once(self, connection: duckdb.DuckDBPyConnection, chosen: Chosen) -> Loaded:
        snapshot = self.snapshot(chosen)
        problems = list(snapshot.problems)
        files, problems_here = self.readable(snapshot.names)
        self._read = [path for group in files.values() for path in group]
        with whatever_vanishes(self._read):
            choose(stored(connection, files), chosen).create_view("stored", replace=True)
        return Loaded([*problems, *problems_here], attempts=snapshot.attempts, files=self._read)

    def readable(self, names: Sequence[Name]) -> tuple[dict[int, list[Path]], list[Problem]]:
        """Files of this machine by the schema that they were written with, and problems for those that are no files."""
        files: dict[int, list[Path]] = defaultdict(list)
        problems = []
        paths: list[Path] = self.folder.fetch([name.path for name in names])
        for name, path in zip(names, paths, strict=True):
            if name.path in self.bad:
                problems.append(damaged(name, self.bad[name.path]))
            elif not whole(path):
                problems.append(damaged(name, "it is cut short or was never a Parquet file"))
            else:
                files[name.schema].append(path)
        return files, problems

    def verify(self, names: Sequence[Name] | None = None) -> bool:
        """Reads files (all when None) whole, with their checksums, so that what is damaged is left out from now on.

        Gives whether one is damaged that was not known to be.
        """
        if names is None:
            names = [name for entry in self.folder.entries() if (name := parse_name(entry.path))]
        found = False
        for name in names:
            try:
                (path,) = self.folder.fetch([name.path])
                what = "" if name.path in self.bad else damage(path)
            except FileNotFoundError:  # a compaction has replaced it
                continue
            if what:
                self.bad[name.path] = what
                found = True
        return found

    def _repair(self) -> bool:
        """After a query failed: whether reading again may help, because a file is damaged or was replaced meanwhile."""
        return any(not path.exists() for path in self._read) or self.verify()
