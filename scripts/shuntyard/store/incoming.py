"""Reads what export.py wrote, and appends it run by run: a run that is there already stays as it is.

Everything is checked before anything is appended.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from shuntyard.errors import ShuntyardError
from shuntyard.store import Appended, Store
from shuntyard.store.arrow import schema_of
from shuntyard.store.export import check_format, fill
from shuntyard.store.key import RunId
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
from shuntyard.store.relations import SQL, batches, connect
from shuntyard.store.tables import RunTables

_HINT = "import reads what export wrote"
_LONGEST = 64 * 1024 * 1024  # bytes of one line of JSON


def bring_in(source: Path, store: Store) -> Counter[Appended]:
    """Appends every run of a file to the store; gives how many were added, already there, or there with other content.

    Raises ShuntyardError, before anything is appended, when the file is not what `export` writes.
    """
    if not source.is_file():
        raise ShuntyardError(f"there is no file {source}")
    done: Counter[Appended] = Counter()
    with tempfile.TemporaryDirectory(prefix="shuntyard-import-") as folder:
        connection = connect(Path(folder), Path(folder, "incoming.duckdb"))
        try:
            _load(connection, source)
            _check(connection, source)
            runs = connection.execute((SQL / "history_runs.sql").read_text(encoding="utf-8")).fetchall()
            for (run_key,) in runs:
                done[store.append(_run(connection, run_key))] += 1
        finally:
            connection.close()
    return done


def _load(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    connection.from_arrow(schema_of(FILE_COLUMNS).empty_table()).create("incoming")
    try:
        match check_format(source):
            case ".jsonl":
                columns = dict(FILE_COLUMNS)
                lines = connection.read_json(
                    str(source), columns=columns, format="newline_delimited", maximum_object_size=_LONGEST
                )
                lines.insert_into("incoming")
            case ".parquet":
                _complete(connection.read_parquet(str(source))).insert_into("incoming")
            case _:
                _from_duckdb(connection, source)
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise ShuntyardError(f"{source} cannot be read: {str(error)[:300]}", hint=_HINT) from error


def _from_duckdb(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="shuntyard-import-") as spill:
        other = connect(Path(spill), source, read_only=True)
        try:
            fill(connection, "incoming", batches(_complete(other.table("records"))))
        finally:
            other.close()


def _complete(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The columns of a history file, of their types; a column that is not there raises duckdb.Error."""
    columns = [
        duckdb.ColumnExpression(name).cast(duckdb.sqltype(kind)).alias(name) for name, kind in FILE_COLUMNS.items()
    ]
    return relation.select(*columns)


def _check(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    """Raises ShuntyardError when rows do not fit together, or a key does not belong to its run."""
    wrong = connection.execute((SQL / "history_import.sql").read_text(encoding="utf-8")).fetchall()
    runs = connection.sql("FROM incoming WHERE record IN ('run', 'job')").to_arrow_table().to_pylist()
    wrong += [(row["run_key"], "its key does not belong to its name") for row in runs if _id(row).key != row["run_key"]]
    if wrong:
        told = "; ".join(f"run {run_key}: {what}" for run_key, what in wrong[:5])
        raise ShuntyardError(f"{source} is no history: {told}", hint=_HINT)


def _id(row: Mapping[str, Any]) -> RunId:
    return RunId(
        provider=row["provider"],
        repository=row["repository"],
        pipeline=row["pipeline"],
        instance=row["instance"],
        run_id=row["run_id"],
        attempt=row["attempt"],
    )


def _run(connection: duckdb.DuckDBPyConnection, run_key: str) -> RunTables:
    rows = "FROM incoming WHERE run_key = ? AND record = ? ORDER BY execution, position"
    parts = {}
    kinds = {RUN: RUNS, EXECUTION: EXECUTION_COLUMNS, CASE: CASE_COLUMNS, JOB: JOB_COLUMNS}
    for record, columns in kinds.items():
        table = connection.sql(rows, params=[run_key, record]).to_arrow_table()
        parts[record] = table.select(list(columns)).cast(schema_of(columns))
    about = (parts[RUN].to_pylist() or parts[JOB].to_pylist())[0]
    return RunTables(
        id=_id(about),
        started_at=about["run_started_at"],
        digest=about["digest"],
        runs=parts[RUN],
        executions=parts[EXECUTION],
        cases=parts[CASE],
        jobs=parts[JOB],
    )
