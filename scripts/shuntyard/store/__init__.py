"""History: every run that was ever measured, in a folder of Parquet files (the default) or in MySQL/MariaDB.

    intake     a report.json, or a folder of results  →  Submission (plain lists, checked)
    tables     Submission  →  RunTables (Arrow): one run with its executions and their cases
    parquet    RunTables   →  one file a run, in a folder or at an fsspec URL; compact merges closed months
    mysql      RunTables   →  tables of our own, and the ci_* tables that older dashboards read
    relations  either      →  DuckDB with the relations `runs`, `executions`, `cases`, `jobs` (shuntyard.columns)

This module imports no library, so that a script can declare its contract where none is installed.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

from shuntyard.errors import ShuntyardError

if TYPE_CHECKING:
    from shuntyard.store.relations import History
    from shuntyard.store.tables import RunTables

Appended = Literal["added", "already", "differs"]

STORES = {"parquet": "shuntyard.store.parquet", "mysql": "shuntyard.store.mysql"}
HINT = "install the set: python -m pip install --require-hashes -r requirements/history.txt"


class StoreDownError(ShuntyardError):
    """A store that cannot be reached now; trying again later may help, and nothing was half written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which runs to read: those that started at `since` or later and before `until` (UTC, without a zone), of these
    pipelines (all when empty). A run belongs wholly to the month in which its first execution started."""

    since: datetime | None = None
    until: datetime | None = None
    pipelines: tuple[str, ...] = ()


EVERYTHING = Chosen()


class Store(Protocol):
    """What every store does. `where` names it in messages, without credentials."""

    where: str

    def append(self, run: RunTables) -> Appended:
        """Adds a run, whole or not at all. "already": it is there with the same content; "differs": it is there with
        other content, which stays. Raises StoreDownError when the store cannot be reached."""
        ...

    def size(self) -> int:
        """Bytes that the store takes."""
        ...

    def history(self, chosen: Chosen = EVERYTHING) -> History:
        """The runs as DuckDB relations; close it, or use it in a `with` statement."""
        ...


def check_address(where: str) -> None:
    """Raises ShuntyardError for an address that carries a login: it would show in logs and process lists."""
    scheme, colon, rest = where.partition("://")
    if colon and (scheme.startswith(("mysql", "mariadb")) or "@" in rest.split("/")[0]):
        raise ShuntyardError(
            "a store's address never carries credentials", hint="write `mysql` or s3://bucket/…; set the environment"
        )


class _Module(Protocol):
    def open_store(self, where: str) -> Store: ...


def open_store(where: str) -> Store:
    """The store at `where`: `mysql` (named by the environment), or else a folder or an fsspec URL such as s3://b/history.

    Raises ShuntyardError when the libraries are not installed or a URL carries a password.
    """
    check_address(where)
    kind = "mysql" if where == "mysql" else "parquet"
    return cast(_Module, load(STORES[kind])).open_store(where)


def load(name: str) -> Any:
    """A module that needs the history set's libraries. Raises ShuntyardError that says how to install them."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise missing_library(error) from error


def missing_library(error: ModuleNotFoundError) -> ShuntyardError:
    """What to tell when a library of the history set is not there. Raises the error itself for a module of ours."""
    if str(error.name).startswith("shuntyard"):
        raise error
    return ShuntyardError(f"history needs the library {error.name!r}, which is not installed", hint=HINT)
