"""A pytest plugin that tells what a run does while it does it, so that a crash cannot take the results along.

Loaded into the tested project's own pytest by `PYTEST_ADDOPTS=-p shuntyard_journal`; needs pytest ≥ 7 and Python ≥ 3.9,
and nothing else. Without `SHUNTYARD_RESULTS` (a folder) in the environment it does nothing. With it, the outermost
pytest process writes there, next to each other:

- `pytest-<pid>.jsonl`, one JSON object a line, each written when it happens: `loading`, then `loaded` or
  `conftest_error` (message), `session` (pytest, junit), `collected` (count), `collect_error` (case, message), `start`
  (case), `finish` (case, outcome, setup_s, call_s, attempt, message, metrics), `internal_error` (message), `end`
  (exit_status). A `case` is a node id whose path is relative to `SHUNTYARD_WORKSPACE`; `name` beside it is what JUnit
  XML calls it.
- `pytest-<pid>.xml`, JUnit XML, unless the run writes its own elsewhere; each case carries the properties `case_id`,
  `setup_s` and `call_s`.

A pytest that a test starts stays silent: its failures are that test's business. So does an xdist worker: its
controller hears of everything.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator
from typing import Any

import pytest

_MARK = "SHUNTYARD_JOURNAL_PID"
_MESSAGE_LIMIT = 8000
_METRICS_LIMIT = 32
_OURS = ("case_id", "setup_s", "call_s")
_RANKS = ("passed", "skipped", "xfailed", "xpassed", "failed", "error")
_state = {"active": 0, "sessions": 0}


def _make_append() -> Callable[[str, dict[str, Any]], None]:
    # In a closure, because tests patch what modules hold (fake file systems do); opened for each line, because tests
    # close descriptors that they do not own.
    open_, write, close, getpid, dumps = os.open, os.write, os.close, os.getpid, json.dumps
    flags, own = os.O_WRONLY | os.O_APPEND | os.O_CREAT, os.getpid()

    def append(path: str, record: dict[str, Any]) -> None:
        """One line, straight to the file; nothing from a fork of the process that loaded this module."""
        if getpid() != own:
            return
        try:
            descriptor = open_(path, flags, 0o644)
            try:
                write(descriptor, (dumps(record) + "\n").encode("ascii"))
            finally:
                close(descriptor)
        except OSError:
            pass  # no test fails because the journal could not be kept; a journal without its end is noticed later

    return append


_append = _make_append()


def _results() -> str:
    """The folder to write to, which is there then; empty where this process has nothing to say."""
    outer = os.environ.get(_MARK)
    nested = _state["active"] or (outer is not None and outer != str(os.getpid()))
    results = "" if nested else os.environ.get("SHUNTYARD_RESULTS", "")
    try:
        if results:
            os.makedirs(results, exist_ok=True)
    except OSError:
        return ""
    return results


def _file(results: str, ending: str) -> str:
    count = _state["sessions"]
    number = f"-{count + 1}" if count else ""  # one process may call pytest.main() again and again
    return os.path.join(os.path.abspath(results), f"pytest-{os.getpid()}{number}{ending}")


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, Any, None]:
    """A conftest that cannot be loaded ends pytest, or its process, before any other hook is called."""
    results = _results()
    if not results:
        yield
        return
    journal = _file(results, ".jsonl")
    if os.path.exists(journal):  # a process that replaced itself (exec) begins anew
        os.remove(journal)
    _append(journal, {"event": "loading"})
    outcome = yield
    if outcome.excinfo is None:
        _append(journal, {"event": "loaded"})
        return
    message = f"{outcome.excinfo[0].__name__}: {outcome.excinfo[1]}"
    _append(journal, {"event": "conftest_error", "message": _cut(message)})
    _state["sessions"] += 1


@pytest.hookimpl(tryfirst=True)  # before pytest's own JUnit plugin looks at xmlpath
def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        if os.environ.get("SHUNTYARD_RESULTS"):
            config.pluginmanager.register(_Timer(Names(config)), "shuntyard-timer")
        return
    results = _results()
    if not results:
        return
    os.environ[_MARK] = str(os.getpid())
    _state["active"] = 1
    names = Names(config)
    journal = _file(results, ".jsonl")
    junit = getattr(config.option, "xmlpath", None)
    if junit:
        junit = os.path.abspath(os.path.expanduser(os.path.expandvars(junit)))  # as pytest itself reads it
    elif hasattr(config.option, "xmlpath"):
        junit = config.option.xmlpath = _file(results, ".xml")
    config.pluginmanager.register(_Timer(names), "shuntyard-timer")
    config.pluginmanager.register(_Recorder(journal, junit or "", names), "shuntyard-recorder")


def pytest_unconfigure(config: pytest.Config) -> None:
    if config.pluginmanager.has_plugin("shuntyard-recorder"):
        config.pluginmanager.unregister(name="shuntyard-recorder")
        _state["active"] = 0
        _state["sessions"] += 1
        os.environ.pop(_MARK, None)


class Names:
    """Node ids as both arms of a comparison call them, wherever each starts its pytest."""

    def __init__(self, config: pytest.Config) -> None:
        self._root = os.path.realpath(str(config.rootpath))
        workspace = os.environ.get("SHUNTYARD_WORKSPACE", "")
        self._workspace = os.path.realpath(workspace) if workspace else ""
        self._prefixes: dict[str, str] = {}

    def case(self, nodeid: str) -> str:
        path, separator, rest = nodeid.partition("::")
        if path not in self._prefixes:
            self._prefixes[path] = self._relative(path)
        return self._prefixes[path] + separator + rest

    def _relative(self, path: str) -> str:
        full = os.path.normpath(os.path.join(self._root, path))
        if not self._workspace or not full.startswith(self._workspace.rstrip(os.sep) + os.sep):
            return path
        return os.path.relpath(full, self._workspace).replace(os.sep, "/")

    @staticmethod
    def junit(nodeid: str) -> str:
        """`classname::name` in JUnit XML, by pytest's own rule."""
        path, bracket, parameters = nodeid.partition("[")
        names = path.split("::")
        names[0] = names[0].replace("/", ".")
        if names[0].endswith(".py"):
            names[0] = names[0][:-3]
        names[-1] += bracket + parameters
        classname = ".".join(names[:-1])
        return classname + "::" + names[-1] if classname else names[-1]


class _Timer:
    """Writes each case's own times into its report, in whichever process runs it."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._times: dict[str, dict[str, float]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        times = self._times.setdefault(item.nodeid, {})
        times[call.when] = call.stop - call.start
        if call.when != "teardown":
            return
        del self._times[item.nodeid]
        ours = {"case_id": self._names.case(item.nodeid)}
        ours.update({when + "_s": f"{times.get(when, 0.0):.6f}" for when in ("setup", "call")})
        kept = [entry for entry in item.user_properties if not (entry and entry[0] in ours)]
        item.user_properties[:] = [*kept, *ours.items()]


class _Recorder:
    """Keeps the journal, in the one process that hears of everything."""

    def __init__(self, journal: str, junit: str, names: Names) -> None:
        self._journal, self._junit, self._names = journal, junit, names
        self._running: dict[str, dict[str, Any]] = {}
        self._counted = False

    def _note(self, event: str, **fields: Any) -> None:
        _append(self._journal, {"event": event, **fields})

    def _name(self, nodeid: str) -> dict[str, str]:
        return {"case": self._names.case(nodeid), "name": self._names.junit(nodeid)}

    def _count(self, count: int) -> None:
        if not self._counted:
            self._counted = True
            self._note("collected", count=count)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        self._note("session", pytest=pytest.__version__, junit=self._junit)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._note("collect_error", message=_text(report), **self._name(report.nodeid))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if hasattr(session, "items"):  # a controller of workers collects nothing itself
            self._count(len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self._count(len(ids))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        attempt = self._running.get(nodeid, {}).get("attempt", 1)
        self._running[nodeid] = {"outcome": "passed", "messages": [], "setup_s": 0.0, "call_s": 0.0, "attempt": attempt}
        self._note("start", **self._name(nodeid))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        case = self._running.get(report.nodeid)
        if case is None:
            return
        if str(report.outcome) == "rerun":  # pytest-rerunfailures: what went before does not count
            case.update(outcome="passed", messages=[], setup_s=0.0, call_s=0.0, attempt=case["attempt"] + 1)
            return
        outcome = _outcome(report)
        case["outcome"] = max(case["outcome"], outcome, key=_RANKS.index)
        if outcome != "passed":
            case["messages"].append(_text(report))
        if report.when in ("setup", "call"):
            case[report.when + "_s"] += getattr(report, "duration", 0.0)
        if report.when not in ("setup", "call"):
            del self._running[report.nodeid]
            message = "\n".join(filter(None, case.pop("messages")))
            self._note("finish", **self._name(report.nodeid), **case, message=_cut(message), metrics=_metrics(report))

    def pytest_internalerror(self, excrepr: object) -> None:
        self._note("internal_error", message=_cut(str(excrepr)))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        yield
        self._note("end", exit_status=int(session.exitstatus))


def _outcome(report: pytest.TestReport) -> str:
    if report.failed:
        return "failed" if report.when == "call" else "error"
    expected = hasattr(report, "wasxfail")
    if report.skipped:
        return "xfailed" if expected else "skipped"
    return "xpassed" if expected else "passed"


def _text(report: pytest.TestReport | pytest.CollectReport) -> str:
    try:
        if report.skipped and isinstance(report.longrepr, tuple):
            return str(report.longrepr[2])
        return _cut(getattr(report, "wasxfail", "") or report.longreprtext)
    except Exception as error:  # a representation is the project's code as well
        return f"the message could not be told: {type(error).__name__}"


def _cut(text: str) -> str:
    if len(text) <= _MESSAGE_LIMIT:
        return text
    half = _MESSAGE_LIMIT // 2
    return text[:half] + "\n[...]\n" + text[-half:]


def _metrics(report: pytest.TestReport) -> dict[str, float]:
    """Numbers that the test recorded with record_property."""
    numbers: dict[str, float] = {}
    for entry in report.user_properties:
        if isinstance(entry, (tuple, list)) and len(entry) == 2 and entry[0] not in _OURS:
            try:
                number = float(str(entry[1]))
            except ValueError:
                continue
            if abs(number) < float("inf") and len(numbers) < _METRICS_LIMIT:
                numbers[str(entry[0])] = number
    return numbers
