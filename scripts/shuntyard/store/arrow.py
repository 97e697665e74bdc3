"""History files: Arrow schemas, and Parquet files with what they say of themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from shuntyard.store.key import SCHEMA
from shuntyard.store.layout import FILE_COLUMNS, JOB, RUN

ROW_GROUP = 122_880  # rows; DuckDB reads row groups in parallel and skips those whose statistics rule them out
META = "shuntyard"  # the key in a file's metadata: JSON with schema and what else a writer says
DAMAGED = (OSError, ValueError, pa.ArrowException)  # what reading a file that is none raises

ARROW: Mapping[str, pa.DataType] = {
    "VARCHAR": pa.string(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "TIMESTAMP": pa.timestamp("us"),
}


def schema_of(columns: Mapping[str, str]) -> pa.Schema:
    """The Arrow schema of columns that are given with their DuckDB types."""
    return pa.schema([(name, ARROW[kind]) for name, kind in columns.items()])


def flat(parts: Mapping[str, pa.Table]) -> Iterator[pa.Table]:
    """Tables by their `record`, each with every column of a file."""
    schema = schema_of(FILE_COLUMNS)
    for record, table in parts.items():
        named = table.append_column("record", pa.repeat(pa.scalar(record), len(table)))
        yield pa.concat_tables([schema.empty_table(), named], promote_options="default").select(schema.names)


def writer(path: Path, about: Mapping[str, Any]) -> pq.ParquetWriter:
    """A writer of a history file. Each page carries a checksum, so that a flipped bit is found and not read."""
    schema = schema_of(FILE_COLUMNS).with_metadata({META: json.dumps({"schema": SCHEMA, **about})})
    return pq.ParquetWriter(path, schema, compression="zstd", write_page_checksum=True)


def read_about(file: Path | BinaryIO) -> dict[str, Any]:
    """What a history file says of itself. Raises ValueError or OSError for one that is none or is damaged."""
    about = (pq.read_metadata(file).metadata or {}).get(META.encode())
    record = json.loads(about) if about else None
    if not isinstance(record, dict):
        raise ValueError("it is no file of a history")
    return record


def read_digest(file: BinaryIO, run_key: str) -> str:
    """The digest of one run of a merged file, or of its jobs; empty when it is not there."""
    columns = ["record", "run_key", "digest"]
    wanted = [("record", "in", (RUN, JOB)), ("run_key", "=", run_key)]
    found = pq.read_table(file, columns=columns, filters=wanted).column("digest").to_pylist()
    return str(found[0]) if found else ""


def whole(path: Path) -> bool:
    """Whether a file ends as a Parquet file does. Takes 20 microseconds; finds every file that was cut short."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size < 12:
            return False
        file.seek(size - 8)
        tail = file.read(8)
    return tail[4:] == b"PAR1" and int.from_bytes(tail[:4], "little") <= size - 12


def damage(path: Path) -> str:
    """What is wrong with a file, found by reading all of it with its checksums; empty when nothing is.

    Raises FileNotFoundError: a file that is gone is not damaged.
    """
    try:
        read_about(path)
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for group in range(file.num_row_groups):
                file.read_row_group(group)
    except FileNotFoundError:
        raise
    except DAMAGED as error:
        return " ".join(str(error).split())[:200] or type(error).__name__
    return ""
