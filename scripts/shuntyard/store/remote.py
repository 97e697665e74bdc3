"""A history's files at an fsspec URL: S3 and what speaks its protocol, and other object stores. The one user of fsspec.

Files never change once they are there, so each is fetched whole, once, and read from this machine's disk.
Source of the conditional put: S3's `If-None-Match: *` (August 2024), which s3fs sends for mode="create". A server that
ignores it lets two compactions of one month at the same moment overwrite each other; appending is safe all the same.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from fsspec.core import url_to_fs

from shuntyard.errors import ShuntyardError
from shuntyard.store import HINT, StoreDownError
from shuntyard.store.place import Entry


class RemoteFolder:
    """See place.Folder. Credentials come from where the client of the protocol looks: environment, role, profile."""

    def __init__(self, where: str) -> None:
        self.where = where
        self._copies = tempfile.mkdtemp(prefix="shuntyard-history-")
        weakref.finalize(self, shutil.rmtree, self._copies, ignore_errors=True)
        options: dict[str, Any] = {"use_listings_cache": False}
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        if endpoint and where.startswith("s3://"):
            options["endpoint_url"] = endpoint
        try:
            self._files, root = url_to_fs(where, **options)
        except (ImportError, ValueError) as error:
            raise ShuntyardError(f"{where} cannot be opened: {error}", hint=HINT) from error
        self._root = str(root).rstrip("/")

    def entries(self) -> list[Entry]:
        with self._reaching():
            try:
                found = self._files.find(self._root, detail=True)
            except FileNotFoundError:
                return []
        entries = []
        for path, info in found.items():
            below = path.removeprefix(self._root).lstrip("/")
            entries.append(Entry(path=below, size=int(info.get("size") or 0), modified=_modified(info)))
        return sorted(entries, key=lambda entry: entry.path)

    def create(self, path: str, write: Callable[[Path], None], *, replace: bool = False) -> bool:
        with tempfile.TemporaryDirectory(prefix="shuntyard-history-") as folder:
            whole = Path(folder, PurePosixPath(path).name)
            write(whole)
            with self._reaching():
                try:
                    mode = "overwrite" if replace else "create"
                    self._files.put_file(str(whole), f"{self._root}/{path}", mode=mode)
                except FileExistsError:
                    return False
        return True

    def remove(self, path: str) -> None:
        with self._reaching():
            try:
                self._files.rm_file(f"{self._root}/{path}")
            except FileNotFoundError:
                return

    def open(self, path: str) -> BinaryIO:
        with self._reaching():
            return cast(BinaryIO, self._files.open(f"{self._root}/{path}", "rb"))

    def fetch(self, paths: Sequence[str]) -> list[Path]:
        copies = [Path(self._copies, path) for path in paths]
        wanted = [(path, copy) for path, copy in zip(paths, copies, strict=True) if not copy.exists()]
        for folder in {copy.parent for _, copy in wanted}:
            folder.mkdir(parents=True, exist_ok=True)
        parts = [copy.with_name(f"{copy.name}.part") for _, copy in wanted]
        if wanted:
            with self._reaching():
                self._files.get([f"{self._root}/{path}" for path, _ in wanted], [str(part) for part in parts])
        for part, (_, copy) in zip(parts, wanted, strict=True):
            part.replace(copy)
        return copies

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Each client has its own exceptions for a server that is down; FileNotFoundError keeps its meaning."""
        try:
            yield
        except FileNotFoundError:
            raise
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            raise StoreDownError(f"the history at {self.where} cannot be reached: {text[:300]}") from error


def _modified(info: dict[str, Any]) -> float:
    moment = info.get("LastModified") or info.get("mtime") or info.get("created") or 0.0
    return moment.timestamp() if isinstance(moment, datetime) else float(moment)
