"""Writes down every event as it happens, a JSON object a line: what is known when all of this is killed.

The lines are those of pytest-reportlog, which readers of test results know, and one of our own when a test starts.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


class Journal:
    """A pytest plugin. `path` is replaced."""

    def __init__(self, config: pytest.Config, path: str) -> None:
        self._config = config
        self._file = Path(path).open("w", encoding="utf-8", buffering=1)  # noqa: SIM115 - open as long as we are

    def _write(self, kind: str, **fields: Any) -> None:
        self._file.write(json.dumps({"$report_type": kind, **fields}) + "\n")

    def pytest_sessionstart(self) -> None:
        self._write("SessionStart", pytest_version=pytest.__version__)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self._write("SessionFinish", exitstatus=int(exitstatus))

    def pytest_unconfigure(self) -> None:
        self._file.close()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._write("TestStart", nodeid=nodeid, when="start")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._write_report(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.outcome != "passed":
            self._write_report(report)

    def _write_report(self, report: pytest.CollectReport | pytest.TestReport) -> None:
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        kind = data.pop("$report_type")
        self._write(kind, **data)
