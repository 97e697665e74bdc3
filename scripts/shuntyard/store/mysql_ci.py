"""The tables ci_runs, ci_tests and ci_results, so that dashboards that a team has keep working.

One row of ci_runs for each repetition of each matrix row; its shards share it. The team's tables may be older than
ours, with other lengths, another collation and no unique keys: what is written is cut to the columns as they are, and
found again through a table of our own.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, Table, inspect, select
from sqlalchemy.dialects.mysql import CHAR, insert

from shuntyard.columns import case_id
from shuntyard.store.skips import label
from shuntyard.store.tables import RunTables

T = TypeVar("T")
BATCH = 2000  # rows a statement
_OUTCOMES = {"crashed": "failed"}  # dashboards know pytest's words
_HEX = 10
_KEPT = Table(
    "shuntyard_ci_runs",
    MetaData(),
    Column("run_key", CHAR(32), primary_key=True),
    Column("row_hash", BigInteger, primary_key=True),
    Column("repetition", Integer, primary_key=True),
    Column("ci_run_id", BigInteger),
)
_Name = tuple[str, str, str]


def write_ci(connection: Connection, run: RunTables, url: str) -> None:
    """Adds the run to the three tables, within the caller's transaction; what is there is brought up to date."""
    tables = {name: _reflect(connection, name) for name in ("ci_runs", "ci_tests", "ci_results")}
    executions = run.executions.to_pylist()
    run_ids = _run_ids(connection, tables["ci_runs"], executions, url)
    owner = {row["execution"]: run_ids[_place(row)] for row in executions}
    last: dict[tuple[int, str], dict[str, Any]] = {}
    for case in run.cases.select(["execution", "case", "outcome", "call_s", "case_attempt", "message"]).to_pylist():
        key = (owner[case["execution"]], case["case"])
        if key not in last or case["case_attempt"] >= last[key]["case_attempt"]:
            last[key] = case
    names = {case: split_name(case) for _, case in last}
    test_ids = _test_ids(connection, tables["ci_tests"], names)
    rows = {(run_id, test_ids[case]): _result(found) for (run_id, case), found in last.items()}
    results = tables["ci_results"]
    for batch in _batches([{"run_id": key[0], "test_id": key[1], **row} for key, row in sorted(rows.items())]):
        _upsert(connection, results, [_fit(results, row) for row in batch], ("run_id", "test_id"))


def split_name(case: str) -> _Name:
    """File, class and test of a pytest node id: `test/a.py::TestB::test_c[x::y]`, with or without a class."""
    file, _, rest = case.partition("::")
    head, bracket, tail = rest.partition("[")
    names, _, test = head.rpartition("::")
    return file, names, f"{test}{bracket}{tail}"


def _place(row: Mapping[str, Any]) -> tuple[str, int]:
    return row["row_id"], row["repetition"]


def _reflect(connection: Connection, name: str) -> Table:
    """The table as it is. Raises sqlalchemy.exc.NoSuchTableError when somebody removed it."""
    inspector = inspect(connection)
    columns = [Column(column["name"], column["type"]) for column in inspector.get_columns(name)]
    return Table(name, MetaData(), *columns)


def _run_ids(
    connection: Connection, table: Table, executions: Sequence[Mapping[str, Any]], url: str
) -> dict[tuple[str, int], int]:
    places: dict[tuple[str, int], list[Mapping[str, Any]]] = defaultdict(list)
    for row in executions:
        places[_place(row)].append(row)
    if not places:
        return {}
    kept = select(_KEPT.c.row_hash, _KEPT.c.repetition, _KEPT.c.ci_run_id).where(
        _KEPT.c.run_key == executions[0]["run_key"]
    )
    known = {(row_hash, repetition): int(number) for row_hash, repetition, number in connection.execute(kept)}
    found = {}
    for place, rows in places.items():
        key = (case_id(place[0]), place[1])
        if key not in known:
            added = connection.execute(insert(table).values(_fit(table, _ci_run(rows, url))))
            known[key] = int(added.lastrowid)
            values = {"run_key": rows[0]["run_key"], "row_hash": key[0], "repetition": key[1], "ci_run_id": known[key]}
            connection.execute(insert(_KEPT).values(values))
        found[place] = known[key]
    return found


def _ci_run(rows: Sequence[Mapping[str, Any]], url: str) -> dict[str, Any]:
    first = rows[0]
    values = _matrix(first["row_values"])
    run_id = first["run_id"]
    return {
        "created_at": min((row["started_at"] for row in rows if row["started_at"]), default=first["run_started_at"]),
        "commit_sha": first["sha"],
        "runner_label": _first(values, "runner", "runs-on", "label") or first["hardware"],
        "ubuntu_version": _first(values, "ubuntu", "ubuntu-version", "os"),
        "rocm_version": _first(values, "rocm", "rocm-version"),
        "build_num": str(first["attempt"]),
        "github_run_id": int(run_id) if run_id.isascii() and run_id.isdecimal() and len(run_id) < 19 else None,
        "run_tag": f"{first['pipeline']}{'-' if first['instance'] else ''}{first['instance']}:{first['row_id']}",
        "logs_path": url or first["folder"],
    }


def _matrix(text: str) -> dict[str, str]:
    return {str(name).lower().replace("_", "-"): str(value) for name, value in json.loads(text or "{}").items()}


def _first(values: Mapping[str, str], *names: str) -> str:
    return next((values[name] for name in names if values.get(name)), "")


def _result(case: Mapping[str, Any]) -> dict[str, Any]:
    skipped = case["outcome"] == "skipped"
    message = " ".join(case["message"].split())
    return {
        "outcome": _OUTCOMES.get(case["outcome"], case["outcome"]),
        "duration": case["call_s"],
        "longrepr": case["message"] or None,
        "message": None if skipped else message or None,
        "skip_label": label(case["message"], case["case"]) if skipped else None,
    }


def _test_ids(connection: Connection, table: Table, names: Mapping[str, _Name]) -> dict[str, int]:
    """The id of each case's test. Two names that the team's collation takes for one share an id."""
    columns = ("filename", "classname", "test_name")
    fitted = {case: tuple(_fit(table, dict(zip(columns, name, strict=True))).values()) for case, name in names.items()}
    wanted = sorted(set(fitted.values()))
    known = _known_tests(connection, table, wanted)
    missing = [name for name in wanted if name not in known]
    for batch in _batches(missing):
        statement = insert(table).prefix_with("IGNORE")
        connection.execute(statement, [dict(zip(columns, name, strict=True)) for name in batch])
    if missing:
        known.update(_known_tests(connection, table, missing))
    alike = {tuple(part.casefold().rstrip() for part in name): number for name, number in known.items()}
    return {
        case: known.get(name) or alike[tuple(part.casefold().rstrip() for part in name)]
        for case, name in fitted.items()
    }


def _known_tests(connection: Connection, table: Table, names: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    for batch in _batches(sorted({name[0] for name in names})):
        query = select(table.c.filename, table.c.classname, table.c.test_name, table.c.id)
        for *name, number in connection.execute(query.where(table.c.filename.in_(batch))):
            key = tuple(name)
            found[key] = min(int(number), found.get(key, int(number)))
    return found


def _fit(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row without what the table has no column for, its texts cut to what the columns hold.

    What is cut keeps a digest of the whole, so that two long names stay two.
    """
    fitted = {}
    for name, value in row.items():
        if name in table.c:
            length = getattr(table.c[name].type, "length", None) or 16_000  # a TEXT holds 65,535 bytes, 4 a character
            fitted[name] = _cut(value, length) if isinstance(value, str) else value
    return fitted


def _cut(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    digest = hashlib.blake2b(text.encode(), digest_size=_HEX // 2).hexdigest()
    return f"{text[: length - _HEX - 1]}~{digest}"[-length:] if length > _HEX else text[:length]


def _upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], keys: tuple[str, ...]) -> None:
    statement = insert(table)
    changed = {name: statement.inserted[name] for name in rows[0] if name not in keys}
    connection.execute(statement.on_duplicate_key_update(changed), list(rows))


def _batches(rows: Sequence[T]) -> Iterator[list[T]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch
