"""The process in which tests really run: told which, it tells what happens, an event a line.

Its orders are a file, JAX_INTEGRATION_ORDERS says where: the tests' ids in order, the descriptor of the pipe to tell
on, and the file for stacks, which SIGUSR1 asks for.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from harness.processes import die_with_parent

ORDERS = "JAX_INTEGRATION_ORDERS"


class Worker:
    def __init__(self, config: pytest.Config, orders: dict[str, Any]) -> None:
        self._config = config
        self._ids: list[str] = orders["tests"]
        os.set_inheritable(orders["pipe"], False)  # what a test starts must not hold it open
        self._pipe = os.fdopen(orders["pipe"], "w", encoding="utf-8", buffering=1)
        self._stacks = Path(orders["stacks"]).open("w", encoding="utf-8")  # noqa: SIM115 - open as long as we are
        faulthandler.register(signal.SIGUSR1, file=self._stacks, all_threads=True)
        die_with_parent()

    def _tell(self, **event: Any) -> None:
        self._pipe.write(json.dumps(event) + "\n")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        there = {item.nodeid: item for item in items}
        items[:] = [there[name] for name in self._ids if name in there]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._tell(event="start", test=nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self._tell(event="report", test=report.nodeid, report=data)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._tell(event="finish", test=nodeid)


def from_environment(config: pytest.Config) -> Worker | None:
    """The worker that this process is to be, None in the one that the user started."""
    path = os.environ.pop(ORDERS, "")
    return Worker(config, json.loads(Path(path).read_text(encoding="utf-8"))) if path else None
