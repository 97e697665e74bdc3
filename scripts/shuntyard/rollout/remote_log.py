"""The audit log at a URL that keeps whole objects only, such as S3: one object for each entry, created once."""

from __future__ import annotations

import hashlib
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from shuntyard.errors import Problem, ShuntyardError
from shuntyard.rollout.log import Entry, FileLog, Log, decode
from shuntyard.store import StoreDownError, check_address, missing_library

if TYPE_CHECKING:
    from shuntyard.store.place import Folder

_ENDING = ".json"


class ObjectLog:
    """See log.Log. An object's name is its entry's time and digest: no entry takes another's place, and writing the
    same one twice changes nothing."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self.where = folder.where

    def append(self, entry: Entry) -> None:
        data = entry.line().encode("ascii") + b"\n"

        def write(path: Path) -> None:
            path.write_bytes(data)

        name = f"{entry.when.replace(':', '')}-{hashlib.blake2b(data, digest_size=8).hexdigest()}{_ENDING}"
        try:
            self._folder.create(name, write)
        except StoreDownError as error:
            message = f"the change is made, but the log at {self.where} cannot be written: {error.message}"
            raise ShuntyardError(message, hint=f"keep this entry:\n{data.decode('ascii')}") from error

    def read(self) -> tuple[list[Entry], list[Problem]]:
        names = sorted(each.path for each in self._folder.entries() if each.path.endswith(_ENDING))
        entries, problems = [], []
        for name, path in zip(names, self._folder.fetch(names), strict=True):
            try:
                entries.append(decode(path.read_text(encoding="utf-8")))
            except (ValueError, RecursionError) as error:
                message = f"not an entry of the rollout's log: {error}"
                problems.append(Problem(file=f"{self.where}/{name}", rule="format", message=message[:300]))
        return sorted(entries, key=lambda entry: entry.when), problems


def open_log(where: str) -> Log:
    """The log at a URL, or else in a file of this machine. Raises ShuntyardError when the library is not installed."""
    if "://" not in where:
        return FileLog(Path(where))
    check_address(where)
    try:
        module = importlib.import_module("shuntyard.store.remote")
    except ModuleNotFoundError as error:
        raise missing_library(error) from error
    return ObjectLog(module.RemoteFolder(where))
