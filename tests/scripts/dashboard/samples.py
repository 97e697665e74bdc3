"""A history as a rollout makes it, in a real Parquet store: noise, a slow arm, a shift, flakes, lost results."""

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

START = datetime(2026, 8, 24, 3, 17)
NAMES = (
    *("smoke", "docs_test", "python", "jit_legacy", "huggingface", "torchbench", "timm", "benchmark"),
    *("distributed", "inductor", "inductor_distributed", "inductor_cpp_wrapper"),
)
_EMPTY = {"VARCHAR": "''", "INTEGER": "0", "BIGINT": "0", "DOUBLE": "0", "BOOLEAN": "false", "TIMESTAMP": "NULL"}
_MESSAGE = """'def test_all_reduce_sums_over_ranks():
>       assert tensor.tolist() == [3.0, 3.0, 3.0, 3.0]
E       AssertionError: assert [1.0, 1.0, 1.0, 1.0] == [3.0, 3.0, 3.0, 3.0]
E         At index 0 diff: 1.0 != 3.0

test/test_' || config || '.py:' || (40 + i) || ': AssertionError'"""
# What happens, by configuration (c counts from 0) and night: 4 scatters widely, 5 is slow in the Python arm, 6 needs
# less memory from two thirds on, 9 takes longer from three quarters on; case 1 flips now and then in 3 and 8; case 2
# breaks in 10's Python arm five nights before the end.
_EXECUTIONS = """
    WITH places(c, hw, class, vendor, simulated) AS (
        SELECT c, unnest(CASE
            WHEN {places} = 1 THEN ['cpu x86_64 x4']
            WHEN c % 4 = 3 THEN ['cpu x86_64 x4', 'gpu AMD gfx942 x1']
            WHEN c % 4 = 2 THEN ['cpu x86_64 x4', 'gpu software adapter x1']
            ELSE ['cpu x86_64 x4'] END) AS hw, split_part(hw, ' ', 1), CASE WHEN hw LIKE '%AMD%' THEN 'amd' ELSE '' END,
            hw LIKE '%software%'
        FROM range({configs}) AS configs(c)
    ),
    rows AS (
        SELECT *, coalesce(({names})[c + 1], 'config_' || c) AS config,
            hash({night}, c, hw, arm, r) AS h, (h % 99991 + 0.5) / 99991 AS u, (h // 99991 % 99991 + 0.5) / 99991 AS v,
            sqrt(-2 * ln(u)) * cos(2 * pi() * v) AS z, sqrt(-2 * ln(u)) * sin(2 * pi() * v) AS y
        FROM places, (VALUES ('shell'), ('python')) AS arms(arm), range(1, {repeats} + 1) AS reps(r)
    )
    SELECT *, CASE
            WHEN arm = 'python' AND hash({night}, c, 'fell') % 400 = 0 THEN 'missing module: pytest'
            ELSE '' END AS reason,
        hash({night}, c, arm, 'lost') % 1500 = 0 AS lost,
        (c = 3 OR c = 8) AND h % 23 = 0 AS flips, c = 10 AND arm = 'python' AND {night} >= {nights} - 5 AS breaks,
        CASE WHEN lost THEN 'error' WHEN flips OR breaks THEN 'failed' ELSE 'passed' END AS outcome,
        (60 + c * 17) * exp(z * CASE c WHEN 4 THEN 0.9 ELSE 0.03 END) * CASE
            WHEN c = 5 AND arm = 'python' THEN 1.24 WHEN c = 9 AND {night} >= {nights} * 0.75 THEN 1.14
            ELSE 1 END AS seconds,
        (400 + c * 90) * exp(y * 0.015) * CASE WHEN c = 6 AND {night} >= {nights} * 0.66 THEN 0.8 ELSE 1 END AS memory
    FROM rows"""


def make(
    folder: Path, nights: int = 90, *, configs: int = 12, cases: int = 20, repeats: int = 1, places: int = 2
) -> Store:
    """The store, with a run a night. `places` 1 has every configuration on one kind of hardware only."""
    store = open_store(str(folder))
    connection = duckdb.connect()
    for night in range(nights):
        assert store.append(_run(connection, night, nights, configs, cases, repeats, places)) == "added"
    return store


def _run(
    connection: duckdb.DuckDBPyConnection, night: int, nights: int, configs: int, cases: int, repeats: int, places: int
) -> RunTables:
    run = RunId(
        provider="github",
        repository="example/project",
        pipeline="python-runner-ab",
        instance="",
        run_id=str(9_400_000 + night * 311),
        attempt=1,
    )
    started = START + timedelta(days=night)
    names = {"night": night, "nights": nights, "configs": configs, "repeats": repeats, "places": places}
    made = _EXECUTIONS.format(**names, names=list(NAMES))
    of_run = {
        "run_key": f"'{run.key}'",
        "provider": "'github'",
        "repository": f"'{run.repository}'",
        "instance": "''",
        "pipeline": f"'{run.pipeline}'",
        "run_id": f"'{run.run_id}'",
        "attempt": "1",
        "sha": f"md5('{night}') || 'c0ffee00'",
        "run_started_at": f"TIMESTAMP '{started}'",
    }
    row_id = "config || CASE WHEN hw = 'cpu x86_64 x4' THEN '.' ELSE '.' || split_part(hw, ' ', 2) || '.' END || arm"
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE made AS WITH made AS ({made})
        SELECT c AS c_, flips AS flips_, breaks AS breaks_, {
            _columns(
                EXECUTION_COLUMNS,
                {
                    **of_run,
                    "config": "config",
                    "arm": "arm",
                    "repetition": "r",
                    "shard_index": "1",
                    "row_id": row_id,
                    "ran": "CASE WHEN reason <> '' THEN 'shell' ELSE arm END",
                    "hardware": "hw",
                    "hw_class": "class",
                    "hw_vendor": "vendor",
                    "hw_simulated": "simulated",
                    "fallback_reason": "reason",
                    "execution": f"(hash({night}, c, hw, arm, r) >> 1)",
                    "outcome": "outcome",
                    "shard_of": "1",
                    "exit_code": "CASE outcome WHEN 'passed' THEN 0 ELSE 1 END",
                    "error": "CASE WHEN lost THEN 'no result came: the runner was lost' ELSE '' END",
                    "started_at": f"TIMESTAMP '{started}' + to_minutes(c * 2 + r)",
                    "duration_s": "CASE WHEN lost THEN 0 ELSE seconds END",
                    "peak_memory_mb": "CASE WHEN lost THEN 0 ELSE memory END",
                    "cases_total": f"CASE WHEN lost THEN 0 ELSE {cases} END",
                    "cases_skipped": f"CASE WHEN lost THEN 0 ELSE {cases // 10} END",
                    "cases_bad": "flips::INT + breaks::INT",
                    "fault": "CASE WHEN lost THEN 'missing' ELSE '' END",
                },
            )
        }
        FROM made ORDER BY c, hw, arm, r"""
    )
    executions = connection.sql("SELECT * EXCLUDE (c_, flips_, breaks_) FROM made").to_arrow_table()
    own = {
        "case": "'test/test_' || config || '.py::TestRunner::test_' || i",
        "case_id": "(hash('test', i, config) >> 1)",
        "setup_s": "0.05",
        "case_attempt": "1",
        "outcome": f"""CASE WHEN (i = 1 AND flips_) OR (i = 2 AND breaks_) THEN 'failed'
            WHEN i >= {cases - cases // 10} THEN 'skipped' ELSE 'passed' END""",
        "call_s": "hash(i) % 1000 / 1000",
        "message": f"CASE WHEN outcome = 'failed' THEN {_MESSAGE} ELSE '' END",
    }
    own["message"] = own["message"].replace("outcome", f"({own['outcome']})", 1)
    same = {name: f'"{name}"' for name in CASE_COLUMNS if name in EXECUTION_COLUMNS and name not in own}
    columns = _columns(CASE_COLUMNS, {**same, **own})
    cases_table = connection.sql(
        f"SELECT {columns} FROM made, range({cases}) AS numbers(i) WHERE fault = ''"
    ).to_arrow_table()
    (bad,) = connection.sql("SELECT count(*) FROM made WHERE outcome <> 'passed'").fetchall()[0]
    about = {
        "url": f"'https://github.com/{run.repository}/actions/runs/{run.run_id}'",
        "verdict": "'failed'" if bad else "'passed'",
        "headline": f"'{len(executions) - bad} of {len(executions)} executions passed'",
    }
    runs = connection.sql(f"SELECT {_columns(RUNS, {**of_run, **about})}").to_arrow_table()
    return RunTables(
        id=run,
        started_at=started,
        digest=run.key,
        runs=_whole(runs),
        executions=_whole(executions),
        cases=_whole(cases_table),
    )


def _columns(columns: Mapping[str, str], given: Mapping[str, str]) -> str:
    return ", ".join(f'({given.get(name, _EMPTY[kind])})::{kind} AS "{name}"' for name, kind in columns.items())


def _whole(table: pa.Table) -> pa.Table:
    return table.combine_chunks()
