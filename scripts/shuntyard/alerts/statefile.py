"""Where the state of alerts is kept: one JSON file beside the history, replaced whole, by one check at a time."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shuntyard import wire
from shuntyard.alerts.state import SCHEMA, State
from shuntyard.errors import ShuntyardError
from shuntyard.store import check_address
from shuntyard.store.folder import open_folder
from shuntyard.store.place import Folder

_SUFFIX = "-alerts.json"


def beside(history: str) -> str:
    """The place of the state for a history: `history-alerts.json` beside the folder `history`, here or at a URL.

    Raises ShuntyardError where there is no beside.
    """
    place = history.rstrip("/")
    if history == "mysql" or not place or place.endswith((":", "..", ".")) or (place.count("/") < 3 and "://" in place):
        raise ShuntyardError(f"{history!r} has no place for the alerts' state", hint="name one with --state FILE")
    return f"{place}{_SUFFIX}"


class StateFile:
    """The file at a path or an fsspec URL."""

    def __init__(self, where: str) -> None:
        check_address(where)
        parent, slash, self._name = where.rstrip("/").rpartition("/")
        if not self._name or parent.endswith(":/"):
            raise ShuntyardError(f"{where!r} is no file", hint="name one, such as .shuntyard/alerts.json")
        self.where = where
        self._parent = parent or (slash or ".")

    def load(self) -> State:
        """The state; an empty one where there is no file yet. Raises ShuntyardError for a file that is something else:
        taking it for empty would tell everything again."""
        try:
            with self._folder().open(self._name) as file:
                record = json.loads(file.read().decode("utf-8"))
            state = wire.decode(State, record)
        except FileNotFoundError:
            return State()
        except OSError as error:
            raise ShuntyardError(f"{self.where} cannot be read: {error.strerror or error}") from error
        except (ValueError, RecursionError) as error:
            hint = "mend it, or move it away: then everything that fires is told once more"
            raise ShuntyardError(f"{self.where} is not the state of alerts: {error}", hint=hint) from error
        if state.schema != SCHEMA:
            raise ShuntyardError(f"{self.where} has schema {state.schema}, not {SCHEMA}", hint="update Shuntyard")
        return state

    def save(self, state: State) -> None:
        """Replaces the file: a reader, or a check that is killed, finds the old one or the new one."""
        text = json.dumps(wire.encode(state), indent=2) + "\n"
        self._folder().create(self._name, lambda path: _write(path, text), replace=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While no other check on this machine uses the file: two of them would tell everything twice. Raises
        ShuntyardError when one does. At a URL the workflow's concurrency group has to see to it."""
        if "://" in self.where:
            yield
            return
        lock = Path(f"{self.where}.lock")
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise ShuntyardError(f"another check uses {self.where}", hint="wait until it is over") from error
            yield  # the file stays: removing it would let two others each lock one of their own

    def _folder(self) -> Folder:
        return open_folder(self._parent)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
