"""Appends runs to stores that may be down: a few tries, then what somebody has to type to do it later.

Imports no library itself: the script that declares a contract with it is imported where none is installed.
"""

from __future__ import annotations

import importlib
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from shuntyard.errors import ShuntyardError
from shuntyard.store import Store, StoreDownError, check_address, missing_library, open_store
from shuntyard.store.intake import read

if TYPE_CHECKING:
    from shuntyard.store.tables import RunTables

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0

Result = Literal["added", "already", "differs", "pending"]
WORST_FIRST: tuple[Result, ...] = ("pending", "differs", "added", "already")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one run in one store. "pending": it is not there yet, and `told` says why. `where` is as it was
    given to `deliver`."""

    where: str
    run: str
    result: Result
    told: str = ""


def deliver(
    paths: Sequence[Path],
    places: Sequence[str],
    *,
    now: datetime,
    tries: int,
    pause: Callable[[float], None],
    tell: Callable[[str], None] = print,
) -> list[Receipt]:
    """Reads the runs at the paths and appends them to each store, whatever becomes of the other stores.

    `now` is in UTC, with its zone. Raises ShuntyardError when a path cannot be read: then nothing is appended anywhere.
    """
    for where in places:
        check_address(where)
    submissions = [each for path in paths for each in read(path, now.isoformat(timespec="seconds"))]
    try:
        tables = importlib.import_module("shuntyard.store.tables")
    except ModuleNotFoundError as error:
        raise missing_library(error) from error
    runs = [tables.build(each, now.replace(tzinfo=None)) for each in submissions]
    receipts: list[Receipt] = []
    for where in dict.fromkeys(places):
        try:
            done = append(runs, open_store(where), tries=tries, pause=pause, tell=tell)
            receipts += [replace(receipt, where=where) for receipt in done]
        except ShuntyardError as error:  # it cannot even be opened: no login, say, as in a fork's pull request
            receipts += [Receipt(where=where, run=run.id.stem, result="pending", told=_words(error)) for run in runs]
    return receipts


def append(
    runs: Sequence[RunTables],
    store: Store,
    *,
    tries: int,
    pause: Callable[[float], None],
    tell: Callable[[str], None] = print,
) -> list[Receipt]:
    """Appends the runs, in order. Once a run has failed `tries` times the store counts as down for those that are left.

    `pause` waits that many seconds: 1, 2, 4 ... up to 30 between two tries. A store that refuses is not asked again.
    """
    receipts: list[Receipt] = []
    for index, run in enumerate(runs):
        receipt = _append_one(run, store, tries, pause, tell)
        receipts.append(receipt)
        if receipt.result == "pending":
            rest = runs[index + 1 :]
            return receipts + [replace(receipt, run=each.id.stem) for each in rest]
    return receipts


def _append_one(
    run: RunTables, store: Store, tries: int, pause: Callable[[float], None], tell: Callable[[str], None]
) -> Receipt:
    told = ""
    for attempt in range(1, tries + 1):
        try:
            return Receipt(where=store.where, run=run.id.stem, result=store.append(run))
        except StoreDownError as error:
            told = _words(error)
        except ShuntyardError as error:
            told = _words(error)
            break
        if attempt < tries:
            seconds = min(FIRST_PAUSE_S * 2.0 ** (attempt - 1), LONGEST_PAUSE_S)
            tell(f"{told}; another try in {seconds:g} s")
            pause(seconds)
    return Receipt(where=store.where, run=run.id.stem, result="pending", told=told)


def _words(error: ShuntyardError) -> str:
    return f"{error.message} ({error.hint})" if error.hint else error.message


def worst(receipts: Sequence[Receipt]) -> Result:
    """The worst of the results; "already" when there are none."""
    present = {receipt.result for receipt in receipts}
    return next((result for result in WORST_FIRST if result in present), "already")


def later(paths: Sequence[str], stores: Sequence[str], env: Mapping[str, str], artifact: str = "") -> str:
    """The command that appends what lies at the paths to the stores. In a GitHub job the paths are gone by then: there
    it fetches the artifact that holds them first."""
    places = [word for where in dict.fromkeys(stores) for word in ("--history", where)]
    run_id, repository = env.get("GITHUB_RUN_ID", ""), env.get("GITHUB_REPOSITORY", "")
    if not (artifact and run_id and repository):
        return shlex.join(["shuntyard", "history", "append", *paths, *places])
    fetch = ["gh", "run", "download", run_id, "--repo", repository, "--name", artifact, "--dir", artifact]
    return f"{shlex.join(fetch)} && {shlex.join(['shuntyard', 'history', 'append', artifact, *places])}"
