"""A pytest plugin that runs one piece of a planned file: its share of the cases, each within a time limit.

run-planned loads it with `-p shuntyard_planned`, next to shuntyard_journal; needs pytest ≥ 7 and Python ≥ 3.9.
`SHUNTYARD_ORDER` names a file that shuntyard.planned.order writes. In the folder `SHUNTYARD_RESULTS`:

- `selected.json`: the cases of this piece. A process that goes on after a crash passes over those that the journals of
  the earlier ones say have been started.
- `hang.txt`: where every thread was when a case took too long. The process ends then, whatever holds it: the clock is a
  thread of C (faulthandler), and works while a driver keeps Python's lock.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any

import pytest
from shuntyard_journal import Names  # type: ignore[import-not-found] # it lies next to this file

SELECTED, HANG = "selected.json", "hang.txt"


def pytest_configure(config: pytest.Config) -> None:
    with open(os.environ["SHUNTYARD_ORDER"], encoding="utf-8") as file:
        order = json.load(file)
    results = os.environ["SHUNTYARD_RESULTS"]
    is_worker = hasattr(config, "workerinput")
    config.pluginmanager.register(_Selection(order, results, Names(config), is_worker), "shuntyard-selection")
    is_controller = not is_worker and getattr(config.option, "dist", "no") != "no"  # it only waits for workers
    if order["timeout_s"] and not is_controller:
        config.pluginmanager.register(_Clock(order["timeout_s"], results, is_worker), "shuntyard-clock")


class _Selection:
    """Leaves this piece's cases, and marks those of them that are disabled."""

    def __init__(self, order: dict[str, Any], results: str, names: Names, is_worker: bool) -> None:
        self._order, self._results, self._names, self._is_worker = order, results, names, is_worker

    @pytest.hookimpl(trylast=True)  # what the project itself deselects is never dealt out
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        ids = {item: self._names.case(item.nodeid) for item in items}
        chosen = _chooser(self._order["scripts"])(list(ids.values()), self._order, self._order["device"])
        self._tell(list(chosen.mine))
        mine = set(chosen.mine).difference(*map(_started, self._order["before"]))
        config.hook.pytest_deselected(items=[item for item in items if ids[item] not in mine])
        items[:] = [item for item in items if ids[item] in mine]
        for item in items:
            if reason := chosen.skipped.get(ids[item]):
                item.add_marker(pytest.mark.skip(reason=reason))

    def _tell(self, cases: list[str]) -> None:
        if not self._is_worker:
            with open(os.path.join(self._results, SELECTED), "w", encoding="ascii") as file:
                json.dump(cases, file)


def _chooser(scripts: str) -> Callable[..., Any]:
    """shuntyard.planned.choose, without a trace in what the tests can import."""
    before = set(sys.modules)
    sys.path.insert(0, scripts)
    try:
        return importlib.import_module("shuntyard.planned.choose").choose  # type: ignore[no-any-return]
    finally:
        sys.path.remove(scripts)
        for name in [name for name in sys.modules if name.partition(".")[0] == "shuntyard" and name not in before]:
            del sys.modules[name]


def _started(results: str) -> set[str]:
    """The cases that the process with this folder has begun."""
    cases = set()
    for name in os.listdir(results):
        if name.startswith("pytest-") and name.endswith(".jsonl"):
            with open(os.path.join(results, name), encoding="ascii", errors="replace") as file:
                for line in file:
                    try:
                        record = json.loads(line)
                    except ValueError:  # the last line, cut short by a crash
                        continue
                    if record.get("event") == "start":
                        cases.add(record["case"])
    return cases


class _Clock:
    """Ends the process when a case, the collection, or the end after the last case takes too long."""

    def __init__(self, timeout_s: float, results: str, is_worker: bool) -> None:
        self._timeout_s, self._is_worker = timeout_s, is_worker
        self._file = open(os.path.join(results, HANG), "a", encoding="utf-8")  # noqa: SIM115 - open as long as the run
        self._wind()

    def _wind(self) -> None:
        # A test may close descriptors that it does not own; then the time limit of the job still holds.
        with contextlib.suppress(OSError, ValueError):
            faulthandler.dump_traceback_later(self._timeout_s, exit=True, file=self._file)

    def pytest_collection_finish(self) -> None:
        self._wind()

    def pytest_runtest_logstart(self) -> None:
        self._wind()

    def pytest_runtest_logfinish(self) -> None:
        if self._is_worker:  # of pytest-xdist: it may wait for the others as long as they take
            faulthandler.cancel_dump_traceback_later()

    @pytest.hookimpl(trylast=True)  # after pytest's own plugin, which stops every such clock when a case fails
    def pytest_exception_interact(self) -> None:
        self._wind()
