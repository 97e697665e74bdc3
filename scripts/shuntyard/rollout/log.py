"""The rollout's audit log: every change of a flag with its evidence, JSON Lines, only ever appended to."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal, Protocol

from shuntyard import wire
from shuntyard.errors import Problem, ShuntyardError

Action = Literal["promoted", "demoted", "released", "proposed"]

_WRITTEN = {"before": "from", "after": "to"}  # the one is a word of Python's
_READ = {written: name for name, written in _WRITTEN.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change. `when` is ISO 8601 in UTC; `by` says who or what; `before` and `after` are on, off, or "as in the
    file"; `where` is the variable, the file or the pull request; `evidence` the criteria with their values and n."""

    schema: int = 1
    when: str
    by: str
    action: Action
    config: str
    before: str
    after: str
    where: str
    phase: str = ""
    reason: str = ""
    evidence: tuple[dict[str, Any], ...] = ()

    def line(self) -> str:
        """The entry as one line of JSON, without the newline. `from` and `to` are its values before and after."""
        data = {_WRITTEN.get(name, name): value for name, value in wire.encode(self).items()}
        return json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(", ", ": "))


_FIELDS = frozenset(each.name for each in fields(Entry))


class Log(Protocol):
    """Where entries go."""

    where: str

    def append(self, entry: Entry) -> None:
        """Adds an entry, whole or not at all. Raises ShuntyardError that carries the entry where it cannot be kept."""

    def read(self) -> tuple[list[Entry], list[Problem]]:
        """Every entry, oldest first, and what is in the log and is none."""


class FileLog:
    """A file of this machine. Any number of processes may append at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.where = str(path)

    def append(self, entry: Entry) -> None:
        line = entry.line()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                _add(handle, line)
            finally:
                os.close(handle)
        except OSError as error:
            message = f"the change is made, but the log {self.path} cannot be written: {error.strerror}"
            raise ShuntyardError(message, hint=f"add this line to it:\n{line}") from error

    def read(self) -> tuple[list[Entry], list[Problem]]:
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return [], []
        except OSError as error:
            raise ShuntyardError(f"the log {self.path} cannot be read: {error.strerror}") from error
        entries, problems = [], []
        for number, line in enumerate(data.split(b"\n"), start=1):
            if not line.strip():
                continue
            try:
                entries.append(decode(line.decode("utf-8")))
            except (ValueError, RecursionError) as error:
                message = f"not an entry of the rollout's log: {error}"
                problems.append(Problem(file=self.where, line=number, rule="format", message=message[:300]))
        return entries, problems


def _add(handle: int, line: str) -> None:
    """Under the lock. A writer that was killed may have left half a line: it is ended first, so that it spoils no
    other. When the disk is full, what was written of this one is taken back."""
    size = os.fstat(handle).st_size
    torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
    data = (b"\n" if torn else b"") + line.encode("ascii") + b"\n"
    try:
        written = 0
        while written < len(data):
            written += os.write(handle, data[written:])
        os.fsync(handle)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(handle, size)
        raise


def decode(line: str) -> Entry:
    """An entry from its line. Raises ValueError; fields that only later versions know are left out."""
    data = json.loads(line)
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    named = {_READ.get(name, name): value for name, value in data.items()}
    return wire.decode(Entry, {name: value for name, value in named.items() if name in _FIELDS})


def moment(now: datetime) -> str:
    """ISO 8601 to the second, in UTC; a time without a zone is UTC."""
    aware = now.replace(tzinfo=timezone.utc) if now.tzinfo is None else now.astimezone(timezone.utc)
    return aware.isoformat(timespec="seconds").replace("+00:00", "Z")


def read_moment(text: str) -> datetime | None:
    """A log's time as UTC without a zone, as history keeps times; None where it is none."""
    try:
        aware = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return aware.astimezone(timezone.utc).replace(tzinfo=None) if aware.tzinfo else aware


def last(entries: Sequence[Entry], config: str, actions: Iterable[Action]) -> Entry | None:
    """The newest entry of a configuration with one of the actions."""
    wanted = set(actions)
    return next((each for each in reversed(entries) if each.config == config and each.action in wanted), None)
