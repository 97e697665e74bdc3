"""Runs the tests in a process of their own; one that hangs or crashes is killed, named and failed, and the rest go on.

pytest itself never touches a device: it collects, starts a process for all tests, and passes on what that reports. A
test that is over its limit, or takes its process with it, ends that process with every child. It has failed then, and
the tests after it run in a new process: what a hung collective or a segmentation fault leaves behind is gone.
"""

from __future__ import annotations

import time

import pytest

from harness.journal import Journal
from harness.lane import Lane
from harness.processes import adopt_orphans
from harness.settings import KEY
from harness.worker import from_environment

_START_S = 60.0  # to collect the tests, and between two of them
_END_S = 30.0  # to end after the last one


def pytest_configure(config: pytest.Config) -> None:
    worker = from_environment(config)
    config.pluginmanager.register(worker or Fresh(), "jax-integration-processes")
    journal = config.stash[KEY].journal
    if journal and worker is None:
        config.pluginmanager.register(Journal(config, journal), "jax-integration-journal")


class Fresh:
    """The loop over the tests, in the process that the user started."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.config.option.collectonly or session.testsfailed:
            return None  # pytest's own loop says what there is to say
        adopt_orphans()
        left = {item.nodeid: item for item in session.items}
        while left:
            _Round(session, left).run()
        return True


class _Round:
    """One process, from its first test to its end. Takes the tests that it ran from `left`."""

    def __init__(self, session: pytest.Session, left: dict[str, pytest.Item]) -> None:
        self._session, self._left = session, left
        self._hook = session.config.hook
        self._limit_s = session.config.stash[KEY].test_limit_s
        self._running = ""
        self._phases: list[str] = []
        self._since = 0.0

    def run(self) -> None:
        before = len(self._left)
        with Lane(self._session.config, list(self._left)) as lane:
            try:
                while self._listen(lane):
                    pass
            except TimeoutError:
                self._timed_out(lane)
                return
            if self._running:
                self._failed(f"its process died: {lane.how_it_ended()}")
            elif len(self._left) == before:
                raise RuntimeError(f"no test was started; the process of the tests ended with {lane.how_it_ended()}")

    def _listen(self, lane: Lane) -> bool:
        """Passes one event on; False when there will be no more."""
        event = lane.next(self._deadline())
        match event:
            case None:
                return False
            case {"event": "start", "test": test}:
                self._running, self._phases, self._since = test, [], time.monotonic()
                self._hook.pytest_runtest_logstart(nodeid=test, location=self._left[test].location)
            case {"event": "report", "report": data}:
                report = self._hook.pytest_report_from_serializable(config=self._session.config, data=data)
                if isinstance(report.longrepr, list):  # why it was skipped; JSON has no tuples
                    report.longrepr = tuple(report.longrepr)
                self._phases.append(report.when)
                self._hook.pytest_runtest_logreport(report=report)
            case {"event": "finish"}:
                self._finish()
        for reason in filter(None, (self._session.shouldfail, self._session.shouldstop)):
            raise self._session.Interrupted(reason)
        return True

    def _deadline(self) -> float:
        if self._running:
            return self._since + self._limit_s
        return time.monotonic() + (_START_S if self._left else _END_S)

    def _timed_out(self, lane: Lane) -> None:
        stack = lane.stack()
        killed = ", ".join(lane.end())
        if self._running:
            self._failed(f"timed out after {self._limit_s:g} s; killed: {killed}\n\n{stack}")
        elif self._left:
            raise RuntimeError(f"the process of the tests did nothing for {_START_S:g} s; killed: {killed}\n\n{stack}")
        else:
            print(f"\nthe process of the tests did not end {_END_S:g} s after its last test; killed: {killed}\n{stack}")

    def _failed(self, why: str) -> None:
        """The running test has failed, and has ended."""
        in_teardown = "call" in self._phases
        item = self._left[self._running]
        phases = (("teardown", why),) if in_teardown else (("call", why), ("teardown", ""))
        for when, text in phases:
            report = pytest.TestReport(
                nodeid=item.nodeid,
                location=item.location,
                keywords={item.name: 1},
                outcome="failed" if text else "passed",
                longrepr=text or None,
                when=when,  # type: ignore[arg-type]
                duration=time.monotonic() - self._since if text else 0.0,
            )
            self._hook.pytest_runtest_logreport(report=report)
        self._finish()

    def _finish(self) -> None:
        item = self._left.pop(self._running)
        self._running = ""
        self._hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
