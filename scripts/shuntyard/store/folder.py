"""A folder of this machine as a place for a history's files, and the choice of places by what names them."""

from __future__ import annotations

import errno
import importlib
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from shuntyard.store import StoreDownError
from shuntyard.store.place import TEMPORARY, Entry, Folder

_NO_LINKS = {errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EXDEV, errno.EMLINK, errno.EACCES}


@dataclass(frozen=True, slots=True)
class LocalFolder:
    """A folder of this machine, or of a file server with POSIX renames."""

    root: Path

    @property
    def where(self) -> str:
        return str(self.root)

    def entries(self) -> list[Entry]:
        entries = []
        try:
            for folder, _, files in os.walk(self.root, onerror=_raise):
                below = Path(folder).relative_to(self.root)
                for name in files:
                    try:
                        info = Path(folder, name).lstat()
                    except FileNotFoundError:  # gone since the listing
                        continue
                    entries.append(Entry(path=(below / name).as_posix(), size=info.st_size, modified=info.st_mtime))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._down(error) from error
        return sorted(entries, key=lambda entry: entry.path)

    def create(self, path: str, write: Callable[[Path], None], *, replace: bool = False) -> bool:
        target = self.root / path
        temporary = target.with_name(f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(8)}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                write(temporary)
                _sync(temporary)
                created = _publish(temporary, target, replace)
            finally:
                temporary.unlink(missing_ok=True)
            _sync(target.parent)
        except OSError as error:
            raise self._down(error) from error
        return created

    def remove(self, path: str) -> None:
        try:
            (self.root / path).unlink(missing_ok=True)
        except OSError as error:
            raise self._down(error) from error

    def open(self, path: str) -> BinaryIO:
        return (self.root / path).open("rb")

    def fetch(self, paths: Sequence[str]) -> list[Path]:
        return [self.root / path for path in paths]

    def _down(self, error: OSError) -> StoreDownError:
        return StoreDownError(f"the history in {self.where} cannot be used: {error.strerror or error}")


def _publish(temporary: Path, target: Path, replace: bool) -> bool:
    """A hard link is the one way to give a file its name only where there is none, with its whole content."""
    if replace:
        temporary.replace(target)
        return True
    try:
        os.link(temporary, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if target.exists():
            return False
        # A file system without links: two who are here at the same moment have the same run or the same month.
        temporary.rename(target)
    return True


def _sync(path: Path) -> None:
    """To the disk, so that a power cut leaves either the whole file or none."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except (PermissionError, IsADirectoryError):  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _raise(error: OSError) -> None:
    raise error


def open_folder(where: str) -> Folder:
    """The folder at a path or at an fsspec URL."""
    if "://" not in where:
        return LocalFolder(Path(where))
    if where.startswith("file://"):
        return LocalFolder(Path(where.removeprefix("file://")))
    # Only now: fsspec and an S3 client take 0.5 s to import.
    return cast(Folder, importlib.import_module("shuntyard.store.remote").RemoteFolder(where))
