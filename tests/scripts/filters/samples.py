"""Matrices and what is asked of them."""

from __future__ import annotations

import json
from typing import Any

from shuntyard.filters.apply import Asked, Filtered, apply
from shuntyard.filters.rows import Rows, read_rows
from shuntyard.lists.jobs import JobRecord

WORKFLOW, JOB = "pull", "linux-jammy-py3.10-spyre / test"


def rows(*configs: str) -> Rows:
    return read_rows(json.dumps({"include": [{"config": config, "runner": "r"} for config in configs]}))


def left(rows: Rows) -> list[str]:
    return [row.name for row in rows.kept]


def gone(rows: Rows) -> dict[str, str]:
    return {removed.row.name: removed.reason for removed in rows.removed}


def record(job: str = "", *, workflow: str = WORKFLOW, platform: str = "linux-jammy-py3.10-spyre") -> JobRecord:
    return JobRecord(author="ann", issue="7", url="https://x/7", workflow=workflow, platform=platform, job=job)


def filtered(
    matrix: Rows, disabled: list[JobRecord] | None = None, unstable: list[JobRecord] | None = None, **asked: Any
) -> Filtered:
    return apply(matrix, Asked(**{"workflow": WORKFLOW, "job": JOB, **asked}), disabled or [], unstable or [])
