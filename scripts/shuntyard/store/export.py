"""Writes a history to one file: JSON Lines, Parquet, or a DuckDB database. incoming.py reads each back, exactly.

All three hold the flat rows of layout.FILE_COLUMNS. The DuckDB file has the relations of an analysis besides, for
whoever opens it with another tool.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import duckdb
import pyarrow as pa

from shuntyard.errors import ShuntyardError
from shuntyard.store.arrow import ROW_GROUP, schema_of, writer
from shuntyard.store.layout import FILE_COLUMNS
from shuntyard.store.relations import SQL, History, batches, connect

FORMATS = (".jsonl", ".parquet", ".duckdb")


def export(history: History, target: Path) -> int:
    """Writes all rows of the history to a file whose suffix is one of FORMATS; gives the number of rows.

    The file gets its name once it is whole. Raises ShuntyardError for another suffix.
    """
    check_format(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        rows = history.connection.sql((SQL / "history_export.sql").read_text(encoding="utf-8"))
        count = {".jsonl": _to_lines, ".parquet": _to_parquet, ".duckdb": _to_duckdb}[target.suffix](rows, temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return count


def check_format(path: Path) -> str:
    """The suffix. Raises ShuntyardError when it is not one of FORMATS."""
    if path.suffix not in FORMATS:
        raise ShuntyardError(f"{path.name} is of no known format", hint=f"end its name in {', '.join(FORMATS)}")
    return path.suffix


def _to_lines(rows: duckdb.DuckDBPyRelation, path: Path) -> int:
    """DuckDB makes the JSON: ten times as fast as Python, and its numbers read back as the same numbers."""
    count = 0
    text = (SQL / "history_lines.sql").read_text(encoding="utf-8")
    lines = cast(duckdb.DuckDBPyRelation, rows.query("stored_in_order", text))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for table in batches(lines):
            file.writelines(f"{line}\n" for line in table.column(0).to_pylist())
            count += len(table)
    return count


def _to_parquet(rows: duckdb.DuckDBPyRelation, path: Path) -> int:
    count = 0
    with writer(path, {"export": True}) as out:
        for table in batches(rows):
            out.write_table(table, row_group_size=ROW_GROUP)
            count += len(table)
    return count


def _to_duckdb(rows: duckdb.DuckDBPyRelation, path: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="shuntyard-export-") as spill:
        connection = connect(Path(spill), path)
        try:
            connection.from_arrow(schema_of(FILE_COLUMNS).empty_table()).create("records")
            count = fill(connection, "records", batches(rows))
            connection.execute((SQL / "history_views.sql").read_text(encoding="utf-8"))
        finally:
            connection.close()
    return count


def fill(connection: duckdb.DuckDBPyConnection, table: str, parts: Iterable[pa.Table]) -> int:
    """Appends tables to a table of the database; gives the number of rows."""
    count = 0
    for part in parts:
        connection.from_arrow(part).insert_into(table)
        count += len(part)
    return count
