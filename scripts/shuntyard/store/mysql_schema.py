"""The tables in MySQL or MariaDB, and how they come to be: numbered SQL files, applied in order, each once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, Table, text
from sqlalchemy.dialects.mysql import CHAR, DATETIME, DOUBLE, MEDIUMTEXT, TINYINT
from sqlalchemy.types import TypeEngine

from shuntyard.errors import ShuntyardError
from shuntyard.store import StoreDownError
from shuntyard.store.layout import CASE_COLUMNS, EXECUTION_COLUMNS, JOB_COLUMNS, RUNS

SQL = Path(__file__).resolve().parent.parent / "sql"
LOCK = "shuntyard_schema"
LOCK_WAIT_S = 60

_TYPES: Mapping[str, TypeEngine[Any]] = {
    "VARCHAR": MEDIUMTEXT(),
    "INTEGER": Integer(),
    "BIGINT": BigInteger(),
    "DOUBLE": DOUBLE(asdecimal=False),
    "BOOLEAN": TINYINT(1),
    "TIMESTAMP": DATETIME(fsp=6),
}


def _table(name: str, columns: Mapping[str, str], keys: tuple[str, ...]) -> Table:
    kinds = {column: CHAR(32) if column == "run_key" else _TYPES[kind] for column, kind in columns.items()}
    made = [Column(column, kind, primary_key=column in keys, autoincrement=False) for column, kind in kinds.items()]
    return Table(name, MetaData(), *made)


RUN_TABLE = _table("shuntyard_runs", RUNS, ("run_key",))
EXECUTION_TABLE = _table("shuntyard_executions", EXECUTION_COLUMNS, ("run_key", "execution"))
JOB_TABLE = _table("shuntyard_jobs", JOB_COLUMNS, ("run_key", "position"))
# A case's execution says the rest of it.
CASE_OWN = (
    *("run_key", "execution", "position", "case", "case_id", "outcome"),
    *("setup_s", "call_s", "case_attempt", "message", "metrics"),
)
CASE_TABLE = _table(
    "shuntyard_cases", {name: CASE_COLUMNS[name] for name in CASE_OWN}, ("run_key", "execution", "position")
)


def migrations() -> dict[int, Path]:
    """The files by their number, in order."""
    found = {int(path.name.split("_")[2]): path for path in SQL.glob("history_mysql_*.sql")}
    return dict(sorted(found.items()))


def statements(path: Path) -> list[str]:
    """The statements of a file: each ends with a semicolon at the end of a line."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("--")]
    parts = "\n".join(lines).split(";\n")
    return [part.strip().rstrip(";") for part in parts if part.strip().rstrip(";")]


def migrate(connection: Connection) -> list[int]:
    """Brings the schema up to date; gives the numbers that were applied.

    Under a lock of the server, so that of several jobs one does it and the others wait. MySQL commits after every
    statement that changes a schema: so each can be repeated, and a number is noted once all of its file is done.
    Raises ShuntyardError when the schema is newer than this version knows, StoreDownError when the lock stays taken.
    """
    known = migrations()
    if _version(connection) == max(known):
        return []
    locked = connection.execute(text("SELECT GET_LOCK(:name, :wait)"), {"name": LOCK, "wait": LOCK_WAIT_S}).scalar()
    if locked != 1:
        raise StoreDownError("another job is changing the database's schema", hint="try again in a minute")
    try:
        version = _version(connection)
        if version > max(known):
            raise ShuntyardError(
                f"the database has schema {version}, this version of Shuntyard knows {max(known)}",
                hint="update the toolkit",
            )
        applied = [number for number in known if number > version]
        for number in applied:
            for statement in statements(known[number]):
                connection.exec_driver_sql(statement)
            connection.execute(
                text("INSERT IGNORE INTO shuntyard_schema (version, applied_at) VALUES (:version, UTC_TIMESTAMP(6))"),
                {"version": number},
            )
            connection.commit()
        return applied
    finally:
        connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": LOCK})
        connection.commit()


def _version(connection: Connection) -> int:
    there = connection.execute(
        text(
            "SELECT COUNT(*) FROM information_schema.tables"
            " WHERE table_schema = DATABASE() AND table_name = 'shuntyard_schema'"
        )
    ).scalar()
    if not there:
        return 0
    return int(connection.execute(text("SELECT COALESCE(MAX(version), 0) FROM shuntyard_schema")).scalar() or 0)
