"""A large made-up history in a real store: a year of nights, with flakes and broken commits, nothing measured."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from shuntyard.store import Store, open_store
from shuntyard.store.key import RunId
from shuntyard.store.layout import CASE_COLUMNS, EXECUTION_COLUMNS, RUNS
from shuntyard.store.tables import RunTables

START = datetime(2026, 1, 1, 3, 17)
NIGHTS, CONFIGS, ARMS, REPEATS, CASES = 50, 50, 2, 2, 1000  # 10,000 executions of 1,000 cases
_EMPTY = {"VARCHAR": "''", "INTEGER": "0", "BIGINT": "0", "DOUBLE": "0", "BOOLEAN": "false", "TIMESTAMP": "NULL"}

# Every 100th case flips in 5 % of its executions; a fiftieth of all configurations is broken by a commit, 5 cases each.
_OUTCOME = """
    CASE
        WHEN i % 50 = 7 THEN 'skipped'
        WHEN i % 100 = 3 AND hash(i, execution) % 20 = 0 THEN 'failed'
        WHEN i % 200 = 11 AND hash(config, sha) % 50 = 0 THEN 'failed'
        ELSE 'passed'
    END"""


def make(folder: Path, nights: int = NIGHTS, cases: int = CASES) -> Store:
    """The store, with a run a night."""
    store = open_store(str(folder))
    connection = duckdb.connect()
    for night in range(nights):
        assert store.append(_run(connection, night, cases)) == "added"
    return store


def _run(connection: duckdb.DuckDBPyConnection, night: int, cases: int) -> RunTables:
    run = RunId(provider="github", repository="o/r", pipeline="ab", instance="", run_id=f"{night}", attempt=1)
    started = START + timedelta(days=night)
    of_run = {
        "run_key": f"'{run.key}'", "provider": "'github'", "repository": "'o/r'", "pipeline": "'ab'",
        "run_id": f"'{night}'", "attempt": "1", "sha": f"md5('{night}')", "run_started_at": f"TIMESTAMP '{started}'",
        "hardware": "'cpu x86_64 x4'",
    }  # fmt: skip
    of_execution = {
        **of_run, "config": "'config_' || c", "arm": "arm", "ran": "arm", "repetition": "r", "shard_index": "1",
        "row_id": "'config_' || c || '.' || arm", "execution": f"(hash({night}, c, arm, r) >> 1)",
        "started_at": f"TIMESTAMP '{started}' + to_minutes(c * 4 + r)",
    }  # fmt: skip
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE made AS
        SELECT {
            _columns(
                EXECUTION_COLUMNS,
                {
                    **of_execution,
                    "outcome": "CASE WHEN hash(c, r) % 200 = 0 THEN 'error' ELSE 'passed' END",
                    "fallback_reason": "CASE WHEN arm = 'python' AND hash(c, r) % 90 = 0 THEN 'no pytest' ELSE '' END",
                    "shard_of": "1",
                    "duration_s": f"100 + hash({night}, c, arm, r) % 1000 / 100",
                    "peak_memory_mb": "500",
                    "cases_total": f"{cases}",
                    "cases_skipped": f"{cases // 50}",
                },
            )
        }
        FROM range({CONFIGS}) AS configs(c), (VALUES ('shell'), ('python')) AS arms(arm), range(1, {
            REPEATS + 1
        }) AS reps(r)
        ORDER BY c, arm, r"""
    )
    executions = connection.sql("FROM made").to_arrow_table()
    own = {
        "case": "'test/test_module_' || i // 20 || '.py::TestClass' || i // 5 || '::test_' || i || '_' || config",
        "case_id": "(hash('test', i, config) >> 1)", "outcome": _OUTCOME, "setup_s": "0.01", "case_attempt": "1",
        "call_s": "hash(i) % 1000 / 1000",
    }  # fmt: skip
    same = {name: f'"{name}"' for name in CASE_COLUMNS if name in EXECUTION_COLUMNS and name not in own}
    columns = _columns(CASE_COLUMNS, {**same, **own})
    cases_table = connection.sql(f"SELECT {columns} FROM made, range({cases}) AS numbers(i)").to_arrow_table()
    runs = connection.sql(f"SELECT {_columns(RUNS, of_run)}").to_arrow_table()
    return RunTables(
        id=run, started_at=started, digest=run.key, runs=_whole(runs), executions=_whole(executions),
        cases=_whole(cases_table),
    )  # fmt: skip


def _columns(columns: Mapping[str, str], given: Mapping[str, str]) -> str:
    return ", ".join(f'({given.get(name, _EMPTY[kind])})::{kind} AS "{name}"' for name, kind in columns.items())


def _whole(table: pa.Table) -> pa.Table:
    return table.combine_chunks()
