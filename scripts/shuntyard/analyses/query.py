"""Runs the files of `sql/` with bound parameters, on a connection that has the relations of shuntyard.columns."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

_SQL = Path(__file__).resolve().parent.parent / "sql"
_PARAMETER = re.compile(r"\$(\w+)")


class Connection(Protocol):
    """What is needed of a DuckDB connection: the stores open it, nothing here imports DuckDB."""

    def cursor(self) -> Any:
        """Another connection to the same database, with temporary relations of its own."""

    def execute(self, query: str, parameters: Any = None, /) -> Any:
        """Runs one statement; the result has `description` and `fetchall`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which executions count: started from `since` on and before `until` (UTC without a zone, as history keeps them),
    of one repository, of some pipelines, of some configurations. Empty or None: all."""

    since: datetime | None = None
    until: datetime | None = None
    repository: str = ""
    pipelines: tuple[str, ...] = ()
    configs: tuple[str, ...] = ()


class Chosen:
    """The executions of a scope, read once for any number of analyses, as they were when it was made."""

    def __init__(self, connection: Connection, scope: Scope | None = None) -> None:
        scope = scope or Scope()
        self._cursor = connection.cursor()
        self.rows(
            "scope",
            since=scope.since,
            until=scope.until,
            repository=scope.repository,
            pipelines=list(scope.pipelines),
            configs=list(scope.configs),
        )

    def rows(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
        """What `sql/<name>.sql` gives, each row as a dict. Parameters are bound; those it does not name are ignored."""
        text, names = _read(name)
        cursor = self._cursor.execute(text, {name: parameters[name] for name in names})
        columns = [column[0] for column in cursor.description or ()]
        return [dict(zip(columns, values, strict=True)) for values in cursor.fetchall()]

    def one(self, name: str, **parameters: Any) -> dict[str, Any]:
        """The only row that the file gives."""
        (row,) = self.rows(name, **parameters)
        return row


@functools.cache
def _read(name: str) -> tuple[str, frozenset[str]]:
    text = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
    code = "\n".join(line.partition("--")[0] for line in text.splitlines())  # a comment may name a parameter too
    return text, frozenset(_PARAMETER.findall(code))
