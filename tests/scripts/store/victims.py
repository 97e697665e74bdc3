"""What the crash tests run in processes of their own, to be killed at any point."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone

from shuntyard.store import open_store
from shuntyard.store.compact import compact
from shuntyard.store.parquet import ParquetStore
from shuntyard.store.tables import RunTables
from tests.scripts.store.samples import later, make_cases, make_report, make_run

CASES = 40


def run_of(number: int, days: int = 0) -> RunTables:
    """The run that `append_runs` makes of a number."""
    return make_run(later(make_report(str(number), cases=make_cases(CASES)), days))


def append_to_database(env: Mapping[str, str], log: str, numbers: Sequence[int]) -> None:
    """As append_runs, to the database that `env` names: this process was forked before there was one."""
    os.environ.update(env)
    append_runs("mysql", log, numbers)


def append_runs(where: str, log: str, numbers: Sequence[int], days: int = 0) -> None:
    """Appends runs one after the other; each is noted in the log, with one write, once it is there."""
    store = open_store(where)
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number in numbers:
        run = run_of(number, days)
        store.append(run)
        os.write(handle, f"{run.id.key}\n".encode())


def compact_once(where: str, grace_s: float = 0.0, *, ahead_s: float = 7200.0) -> None:
    """Compacts every month, as somebody would two hours later."""
    store = open_store(where)
    assert isinstance(store, ParquetStore)
    now = datetime.now(timezone.utc).timestamp() + ahead_s
    compact(store, now=now, this_month="2027-01", grace_s=grace_s)


def die_at(step: int, where: str) -> None:
    """Ends this process, as `kill -9` does, right before the step-th thing that it does to a file below `where`."""
    left = step

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if (event == "open" or event.startswith("os.")) and any(where in str(argument) for argument in arguments):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def append_and_die(step: int, where: str, log: str, numbers: Sequence[int]) -> None:
    """Appends until the step-th thing done to a file."""
    die_at(step, where)
    append_runs(where, log, numbers)


def compact_and_die(step: int, where: str) -> None:
    """Compacts until the step-th thing done to a file."""
    die_at(step, where)
    compact_once(where)
