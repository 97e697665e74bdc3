"""MySQL or MariaDB as a store: each run in one transaction, so that it is there wholly, once, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import URL, Connection, Engine, Select, create_engine, select, text
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import NullPool

from shuntyard.errors import ShuntyardError
from shuntyard.store import EVERYTHING, Appended, Chosen, StoreDownError
from shuntyard.store.arrow import flat, schema_of
from shuntyard.store.layout import (
    CASE,
    CASE_COLUMNS,
    EXECUTION,
    EXECUTION_COLUMNS,
    FILE_COLUMNS,
    JOB,
    JOB_COLUMNS,
    RUN,
    RUNS,
)
from shuntyard.store.mysql_ci import write_ci
from shuntyard.store.mysql_login import Login, read_login
from shuntyard.store.mysql_schema import CASE_OWN, CASE_TABLE, EXECUTION_TABLE, JOB_TABLE, RUN_TABLE, migrate
from shuntyard.store.relations import History, Loaded
from shuntyard.store.tables import RunTables

BATCH = 2000  # rows a statement
READ = 20_000  # rows that are fetched at once
LONGEST = 1_000_000  # characters of one text: a server takes 16 MB in one packet unless it is told otherwise
TIMEOUT_S = 60
# Errors that another try may not meet: the server went away, is starting or stopping, a lock was not to be had.
# Source: MariaDB's error codes; 2003, 2006, 2013 are the client's.
_PASSING = frozenset({1040, 1053, 1077, 1079, 1152, 1158, 1159, 1160, 1161, 1205, 1213, 1927, 2002, 2003, 2006, 2013})


def open_store(_: str) -> MySQLStore:
    """The store that the environment names."""
    return MySQLStore(read_login(os.environ))


class MySQLStore:
    """See store.Store. Nothing is connected until it is used; the schema is brought up to date at the first use."""

    def __init__(self, login: Login) -> None:
        self.where = login.where
        self._ci_tables = login.ci_tables
        self._engine = _engine(login)
        self._migrated = False

    def append(self, run: RunTables) -> Appended:
        with self._reaching():
            try:
                with self._begin() as connection:
                    return self._append(connection, run)
            except IntegrityError:  # another writer was faster with the very same run
                with self._begin() as connection:
                    return self._append(connection, run)

    def _append(self, connection: Connection, run: RunTables) -> Appended:
        table = JOB_TABLE if len(run.jobs) else RUN_TABLE
        there = select(table.c.digest).where(table.c.run_key == run.id.key).limit(1)
        digest = connection.execute(there).scalar()
        if digest is not None:
            return "already" if digest == run.digest else "differs"
        if table is JOB_TABLE:
            connection.execute(insert(JOB_TABLE), [_fit(row) for row in run.jobs.to_pylist()])
            return "added"
        row = run.runs.to_pylist()[0]
        connection.execute(insert(RUN_TABLE).values(_fit(row)))  # first: its key makes a second writer wait
        for table, rows in ((EXECUTION_TABLE, run.executions), (CASE_TABLE, run.cases.select(list(CASE_OWN)))):
            statement = insert(table)
            changed = {column.name: statement.inserted[column.name] for column in table.c if not column.primary_key}
            for batch in rows.to_batches(BATCH):
                connection.execute(statement.on_duplicate_key_update(changed), [_fit(row) for row in batch.to_pylist()])
        if self._ci_tables:
            write_ci(connection, run, row["url"])
        return "added"

    def size(self) -> int:
        tables = text(
            "SELECT SUM(data_length + index_length) FROM information_schema.tables"
            " WHERE table_schema = DATABASE() AND table_name LIKE 'shuntyard\\_%'"
        )
        with self._reaching(), self._begin() as connection:
            return int(connection.execute(tables).scalar() or 0)

    def history(self, chosen: Chosen = EVERYTHING) -> History:
        return History(lambda connection: self._load(connection, chosen))

    def _load(self, target: duckdb.DuckDBPyConnection, chosen: Chosen) -> Loaded:
        """Copies the chosen runs into DuckDB, which spills to disk when they are many."""
        target.from_arrow(schema_of(FILE_COLUMNS).empty_table()).create("stored")
        owner = EXECUTION_TABLE.c
        columns = [CASE_TABLE.c[name] if name in CASE_OWN else owner[name] for name in CASE_COLUMNS]
        joined = CASE_TABLE.join(
            EXECUTION_TABLE,
            (CASE_TABLE.c.run_key == owner.run_key) & (CASE_TABLE.c.execution == owner.execution),
        )
        queries: dict[str, tuple[Mapping[str, str], Select[Any], Any]] = {
            RUN: (RUNS, select(*(RUN_TABLE.c[name] for name in RUNS)), RUN_TABLE.c),
            EXECUTION: (EXECUTION_COLUMNS, select(*(owner[name] for name in EXECUTION_COLUMNS)), owner),
            CASE: (CASE_COLUMNS, select(*columns).select_from(joined), owner),
            JOB: (JOB_COLUMNS, select(*(JOB_TABLE.c[name] for name in JOB_COLUMNS)), JOB_TABLE.c),
        }
        attempts = False
        with self._reaching(), self._begin("REPEATABLE READ") as connection:
            for record, (kinds, query, table) in queries.items():
                for rows in _fetch(connection, _choose(query, table, chosen)):
                    part = _arrow(rows, kinds)
                    attempts |= record == RUN and any(attempt > 1 for attempt in part.column("attempt").to_pylist())
                    for whole in flat({record: part}):
                        target.from_arrow(whole).insert_into("stored")
        return Loaded(attempts=attempts)

    @contextmanager
    def _begin(self, isolation: str = "READ COMMITTED") -> Iterator[Connection]:
        with self._engine.connect() as connection:
            if not self._migrated:
                migrate(connection)
                connection.rollback()
                self._migrated = True
        with self._engine.connect().execution_options(isolation_level=isolation) as connection, connection.begin():
            yield connection

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Tells a server that is away from a fault that stays; neither message has a value or a credential in it."""
        try:
            yield
        except DBAPIError as error:
            code, told = _cause(error)
            if code in _PASSING or error.connection_invalidated or code == 0:
                raise StoreDownError(f"{self.where} cannot be reached: {told}") from None
            raise ShuntyardError(f"{self.where} refuses: {told}", hint=_hint(code)) from None


def _engine(login: Login) -> Engine:
    url = URL.create(
        "mysql+pymysql",
        username=login.username,
        password=login.password,
        host=login.hostname,
        port=login.port,
        database=login.database,
        query={"charset": "utf8mb4"},
    )
    options: dict[str, Any] = {
        "connect_timeout": 10,
        "read_timeout": TIMEOUT_S,
        "write_timeout": TIMEOUT_S,
        "init_command": "SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
    }
    context = login.context()
    options.update({"ssl": context} if context else {"ssl_disabled": True})
    # A job appends once: a pool would only keep a connection that a restarted server has forgotten.
    return create_engine(url, connect_args=options, poolclass=NullPool, hide_parameters=True)


def _cause(error: DBAPIError) -> tuple[int, str]:
    """The server's number and its words; 0 when the connection broke without any."""
    arguments = getattr(error.orig, "args", ())
    code = arguments[0] if arguments and isinstance(arguments[0], int) else 0
    words = str(arguments[-1]) if arguments else type(error.orig).__name__
    return code, f"{' '.join(words.split())[:300]} ({code})"


def _hint(code: int) -> str:
    if code in (1044, 1045, 1698):
        return "check the user, the password and what the user is granted"
    if code == 2026:
        return "the server must offer TLS with a certificate that is valid for its name; see SHUNTYARD_DB_TLS"
    return ""


def _choose(query: Select[Any], table: Any, chosen: Chosen) -> Select[Any]:
    if chosen.since:
        query = query.where(table.run_started_at >= chosen.since)
    if chosen.until:
        query = query.where(table.run_started_at < chosen.until)
    return query.where(table.pipeline.in_(chosen.pipelines)) if chosen.pipelines else query


def _fetch(connection: Connection, query: Select[Any]) -> Iterator[Sequence[Sequence[Any]]]:
    result = iter(connection.execution_options(stream_results=True, yield_per=READ).execute(query))
    while rows := list(islice(result, READ)):
        yield rows


def _arrow(rows: Sequence[Sequence[Any]], kinds: Mapping[str, str]) -> pa.Table:
    schema = schema_of(kinds)
    columns = [list(column) for column in zip(*rows, strict=True)]
    for index, kind in enumerate(kinds.values()):
        if kind == "BOOLEAN":  # the server has none, and gives 0 and 1
            columns[index] = [None if value is None else bool(value) for value in columns[index]]
    arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _fit(row: dict[str, Any]) -> dict[str, Any]:
    """The row with texts that a packet holds."""
    return {name: value[:LONGEST] if isinstance(value, str) else value for name, value in row.items()}
