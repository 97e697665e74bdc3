"""The columns of history, as every store gives them and every analysis reads them. Names and DuckDB types, no more.

Three relations. `executions` has one row for each result.ShardResult, `cases` one for each attempt of each case in it;
they join on `execution`. `jobs` is what the CI provider knows of a run's jobs and no result can know; it is empty where
nobody asked. Texts are empty and numbers 0 where nothing is known; times are NULL there.
"""

from __future__ import annotations

import hashlib

from shuntyard.result import RunKey

# What tells one execution from every other. Appending the same key twice changes nothing.
KEY: dict[str, str] = {
    "execution": "BIGINT",  # execution_id() of the rest: one short column to join on
    "provider": "VARCHAR",
    "repository": "VARCHAR",
    "run_id": "VARCHAR",
    "attempt": "INTEGER",  # of the workflow run, from 1
    "pipeline": "VARCHAR",
    "row_id": "VARCHAR",
    "shard_index": "INTEGER",
    "repetition": "INTEGER",
}

HARDWARE: dict[str, str] = {
    "hw_class": "VARCHAR",
    "hw_vendor": "VARCHAR",
    "hw_architecture": "VARCHAR",
    "hw_backend": "VARCHAR",
    "hw_count": "INTEGER",
    "hw_memory_gb": "DOUBLE",
    "hw_precisions": "VARCHAR",  # joined by commas
    "hw_features": "VARCHAR",  # joined by commas
    "hw_driver": "VARCHAR",
    "hw_simulated": "BOOLEAN",
}

EXECUTIONS: dict[str, str] = {
    **KEY,
    "sha": "VARCHAR",
    "config": "VARCHAR",
    "arm": "VARCHAR",  # what was asked for
    "ran": "VARCHAR",  # what ran in the end
    "outcome": "VARCHAR",  # result.Outcome
    "exit_code": "INTEGER",
    "shard_of": "INTEGER",
    "fallback_reason": "VARCHAR",
    "error": "VARCHAR",
    "hardware": "VARCHAR",  # one text for the machine's kind, empty when unknown: equal texts, same hardware
    **HARDWARE,
    "started_at": "TIMESTAMP",  # UTC
    "run_started_at": "TIMESTAMP",  # UTC, never NULL: the first start of the run, or when its report was made
    "duration_s": "DOUBLE",
    "peak_memory_mb": "DOUBLE",
    # Distinct cases, each judged by its last attempt. What is neither bad nor skipped passed, xfailed or xpassed.
    "cases_total": "INTEGER",
    "cases_bad": "INTEGER",  # result.BAD_CASES
    "cases_skipped": "INTEGER",
    "cases_retried": "INTEGER",  # with more than one attempt
}

CASES: dict[str, str] = {
    **KEY,
    "case": "VARCHAR",
    "case_id": "BIGINT",  # case_id() of it: joining by this is ten times as fast as by the text
    "outcome": "VARCHAR",  # result.CaseOutcome
    "setup_s": "DOUBLE",
    "call_s": "DOUBLE",
    "case_attempt": "INTEGER",  # of the case within the execution, from 1; `attempt` is the run's
    "message": "VARCHAR",
}

# As GitHub's "List jobs for a workflow run attempt" tells them. `runner` is the labels, sorted and joined by spaces;
# `setup_s` is the time of the steps before the one that runs the tests, `test_s` of that one, NULL where there is none.
JOBS: dict[str, str] = {
    "provider": "VARCHAR",
    "repository": "VARCHAR",
    "run_id": "VARCHAR",
    "attempt": "INTEGER",
    "pipeline": "VARCHAR",
    "job": "VARCHAR",
    "runner": "VARCHAR",
    "created_at": "TIMESTAMP",  # UTC: when it joined the queue
    "started_at": "TIMESTAMP",
    "completed_at": "TIMESTAMP",
    "setup_s": "DOUBLE",
    "test_s": "DOUBLE",
}


def execution_id(key: RunKey, pipeline: str, shard_index: int, repetition: int) -> int:
    """63 bits that tell one execution from another: at 10 million of them, two collide once in 180,000 histories."""
    parts = (key.provider, key.repository, key.run_id, key.attempt, pipeline, key.row_id, shard_index, repetition)
    return _bits("\0".join(map(str, parts)))


def case_id(case: str) -> int:
    """63 bits of the case's name."""
    return _bits(case)


def _bits(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
