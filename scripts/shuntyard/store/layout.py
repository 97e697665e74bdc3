"""The columns of a history file: one flat row for a run, execution, case or job. Names and DuckDB types, no more.

A file holds kinds of rows, told apart by `record`: its run first, then the executions, then the cases, which
repeat what analyses group and filter by (Parquet keeps a repeated value once). Measured against one row an execution
with a nested list of cases: counting outcomes over 10 million cases takes 0.2 s instead of 0.9, and memory follows the
columns that a query names, not the longest list. docs/analyses/history.md has the figures.
"""

from __future__ import annotations

from shuntyard.columns import CASES, EXECUTIONS, JOBS, KEY

RUN, EXECUTION, CASE, JOB = "run", "execution", "case", "job"

# What every row says of its run.
OF_RUN: dict[str, str] = {
    "run_key": "VARCHAR",  # key.RunId.key
    "provider": "VARCHAR",
    "repository": "VARCHAR",
    "pipeline": "VARCHAR",
    "instance": "VARCHAR",
    "run_id": "VARCHAR",
    "attempt": "INTEGER",
    "sha": "VARCHAR",
    "run_started_at": "TIMESTAMP",  # UTC; the first start of any of its executions; decides the month
}

RUNS: dict[str, str] = {
    **OF_RUN,
    "url": "VARCHAR",
    "verdict": "VARCHAR",
    "headline": "VARCHAR",
    "generated_at": "TIMESTAMP",
    "other_jobs": "VARCHAR",  # JSON: [{"name": ..., "result": ...}]
    "notes": "VARCHAR",  # JSON: a list of texts
    "digest": "VARCHAR",  # of everything that was measured: the same run appended again has the same
}

# What every case says of its execution, besides its key.
OF_EXECUTION: dict[str, str] = {
    "config": "VARCHAR",
    "arm": "VARCHAR",
    "ran": "VARCHAR",
    "started_at": "TIMESTAMP",
    "hardware": "VARCHAR",  # one text for the machine's kind: what "the same hardware" means; empty when unknown
}

EXECUTION_COLUMNS: dict[str, str] = {
    **KEY,
    **OF_RUN,
    **OF_EXECUTION,
    **EXECUTIONS,
    "position": "INTEGER",  # in the report, from 0
    "unit": "VARCHAR",
    "row_values": "VARCHAR",  # JSON: the row's point in the matrix
    "fault": "VARCHAR",  # report.Fault: empty when there was a result
    "folder": "VARCHAR",
}

CASE_COLUMNS: dict[str, str] = {
    **KEY,
    **OF_RUN,
    **OF_EXECUTION,
    **CASES,
    "position": "INTEGER",  # in the execution, from 0
    "metrics": "VARCHAR",  # JSON: metric → number
}

# A run's jobs come later than its results, from the provider, and never change: a file of their own holds them.
JOB_COLUMNS: dict[str, str] = {
    **OF_RUN,
    **JOBS,
    "position": "INTEGER",  # in the provider's list, from 0
    "digest": "VARCHAR",  # of all of the run's jobs
}

# Every column of a file, once.
FILE_COLUMNS: dict[str, str] = {"record": "VARCHAR", **RUNS, **EXECUTION_COLUMNS, **CASE_COLUMNS, **JOB_COLUMNS}

RELATIONS: dict[str, dict[str, str]] = {
    "runs": RUNS,
    "executions": EXECUTION_COLUMNS,
    "cases": CASE_COLUMNS,
    "jobs": JOB_COLUMNS,
}
