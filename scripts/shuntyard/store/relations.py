"""DuckDB over a history: the relations that every analysis reads. The one place that knows duckdb.

runs, executions, cases, jobs             as shuntyard.columns declares them, and no column more
execution_details, case_details           with everything that is known, so that no join is needed
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa

from shuntyard.errors import Problem, ShuntyardError
from shuntyard.store import Chosen
from shuntyard.store.arrow import ROW_GROUP, schema_of
from shuntyard.store.layout import FILE_COLUMNS

T = TypeVar("T")
SQL = Path(__file__).resolve().parent.parent / "sql"
MEMORY_MB = 900  # what DuckDB may use before it spills to disk; the budget of an analysis is 1 GB


class History:
    """Some runs of a store as relations of `connection`. `problems` says what could not be read and is left out."""

    def __init__(self, load: Callable[[duckdb.DuckDBPyConnection], Loaded], repair: Callable[[], bool] | None = None):
        self._load = load
        self._repair = repair
        self._spill = tempfile.TemporaryDirectory(prefix="shuntyard-duckdb-")
        self.connection = connect(Path(self._spill.name))
        try:
            self._fill()
        except BaseException:
            self.close()
            raise

    def _fill(self) -> None:
        try:
            loaded = self._load(self.connection)
        except duckdb.Error:  # even the first look at a file meets damage at times
            if self._repair is None or not self._repair():
                raise
            loaded = self._load(self.connection)
        self.problems: tuple[Problem, ...] = tuple(sorted(loaded.problems))
        self._files = loaded.files
        name = "history_attempts.sql" if loaded.attempts else "history_plain.sql"
        for file in (name, "history_views.sql"):
            self.connection.execute((SQL / file).read_text(encoding="utf-8"))

    def run(self, analysis: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """What the analysis gives. When it meets a damaged file, that file is left out, `problems` says so, and the
        analysis is run once more on the rest."""
        try:
            return analysis(self.connection)
        except duckdb.Error:
            if self._repair is None or not self._repair():
                raise
            self.connection.close()
            self.connection = connect(Path(self._spill.name))
            self._fill()
            return analysis(self.connection)

    def select(self, question: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of one SELECT that somebody typed. Raises ShuntyardError for anything else.

        From then on the connection can neither change nor read anything but this history.
        """
        try:
            statements = duckdb.extract_statements(question)
            if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
                raise ShuntyardError("only one SELECT can be asked", hint="a history is changed by append and compact")
            self._lock()
            answer = self.connection.execute(question)
            return [column[0] for column in answer.description or ()], answer.fetchall()
        except duckdb.Error as error:
            raise ShuntyardError(str(error)) from error

    def _lock(self) -> None:
        if self.connection.execute("SELECT current_setting('lock_configuration')").fetchall() == [(False,)]:
            self.connection.execute("SET allowed_paths = ?", [self._files])
            self.connection.execute("SET enable_external_access = false")
            self.connection.execute("SET lock_configuration = true")

    def close(self) -> None:
        """Gives everything back; the relations are gone."""
        self.connection.close()
        self._spill.cleanup()

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Loaded:
    """What a store loaded into a connection: the relation `stored` is there, with every column of a history file.

    `attempts` says that a run may be there in more than one attempt; `files` are what the relation reads.
    """

    def __init__(self, problems: Iterable[Problem] = (), *, attempts: bool, files: Iterable[Path] = ()) -> None:
        self.problems = list(problems)
        self.attempts = attempts
        self.files = [str(path) for path in files]


def connect(
    spill: Path, database: Path | None = None, *, read_only: bool = False, memory_mb: int = MEMORY_MB
) -> duckdb.DuckDBPyConnection:
    """A connection that stays within its memory and loads nothing from outside."""
    connection = duckdb.connect(str(database) if database else ":memory:", read_only=read_only)
    connection.execute("SET memory_limit = ?", [f"{memory_mb}MB"])
    connection.execute("SET temp_directory = ?", [str(spill)])
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET enable_progress_bar = false")  # it writes to standard output
    return connection


@contextmanager
def whatever_vanishes(files: Iterable[Path]) -> Iterator[None]:
    """DuckDB has no error of its own for a file that is gone: raises FileNotFoundError where that was the reason."""
    try:
        yield
    except duckdb.Error as error:
        gone = next((path for path in files if not path.exists()), None)
        if gone is None:
            raise
        raise FileNotFoundError(str(gone)) from error


def stored(connection: duckdb.DuckDBPyConnection, files: Mapping[int, Sequence[Path]]) -> duckdb.DuckDBPyRelation:
    """The rows of files, which are given by the schema number that they were written with.

    Files of one number have the same columns. One that an older number lacks is empty, as it is for what is unknown.
    """
    relation: duckdb.DuckDBPyRelation | None = None
    for _, paths in sorted(files.items()):
        part = connection.read_parquet([str(path) for path in paths])
        part = part.select(*(_column(name, kind, part.columns) for name, kind in FILE_COLUMNS.items()))
        relation = part if relation is None else relation.union(part)
    return connection.from_arrow(schema_of(FILE_COLUMNS).empty_table()) if relation is None else relation


def _column(name: str, kind: str, known: Sequence[str]) -> duckdb.Expression:
    if name in known:
        return duckdb.ColumnExpression(name)
    empty = {"VARCHAR": "", "INTEGER": 0, "BIGINT": 0, "DOUBLE": 0.0, "BOOLEAN": False}.get(kind)
    return duckdb.ConstantExpression(empty).cast(duckdb.sqltype(kind)).alias(name)


def choose(relation: duckdb.DuckDBPyRelation, chosen: Chosen) -> duckdb.DuckDBPyRelation:
    """The rows of the chosen runs; DuckDB hands these filters down to the files' statistics."""
    started = duckdb.ColumnExpression("run_started_at")
    if chosen.since:
        relation = relation.filter(started >= duckdb.ConstantExpression(chosen.since))
    if chosen.until:
        relation = relation.filter(started < duckdb.ConstantExpression(chosen.until))
    if chosen.pipelines:
        names = [duckdb.ConstantExpression(name) for name in chosen.pipelines]
        relation = relation.filter(duckdb.ColumnExpression("pipeline").isin(*names))
    return relation


def batches(rows: duckdb.DuckDBPyRelation) -> Iterator[pa.Table]:
    """The rows in tables of one row group each."""
    for batch in rows.to_arrow_reader(ROW_GROUP):
        yield pa.Table.from_batches([batch])
