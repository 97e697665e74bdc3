"""What a history says, in a form that two histories can be compared by."""

from __future__ import annotations

from pathlib import Path

import shuntyard
from shuntyard.store import EVERYTHING, Chosen, Store

SUMS = (Path(shuntyard.__file__).parent / "sql" / "history_sums.sql").read_text(encoding="utf-8")


def sums(store: Store, chosen: Chosen = EVERYTHING) -> dict[str, tuple[int, ...]]:
    """For each run: rows of its own, executions, cases, and a number that changes with any value in any row."""
    with store.history(chosen) as history:
        rows = history.run(lambda connection: connection.execute(SUMS).fetchall())
    return {run_key: tuple(numbers) for run_key, *numbers in rows}


def counts(store: Store, chosen: Chosen = EVERYTHING) -> tuple[int, int, int]:
    """Runs, executions, cases, as analyses see them."""
    with store.history(chosen) as history:
        return (
            int(history.connection.execute("SELECT count(*) FROM runs").fetchall()[0][0]),
            int(history.connection.execute("SELECT count(*) FROM executions").fetchall()[0][0]),
            int(history.connection.execute("SELECT count(*) FROM cases").fetchall()[0][0]),
        )
