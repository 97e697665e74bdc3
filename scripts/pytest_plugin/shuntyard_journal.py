"""A pytest plugin that tells what a run does while it does it, so that a crash cannot take the results along.

Loaded into the tested project's own pytest by `PYTEST_ADDOPTS=-p shuntyard_journal`; needs pytest ≥ 7 and Python ≥ 3.9,
and nothing else. Without `SHUNTYARD_RESULTS` (a folder) in the environment it does nothing. With it, the outermost
pytest process writes there, next to each other:

- `pytest-<pid>.jsonl`, one JSON object a line, each written when it happens: `session` (pytest, junit), `collected`
  (count), `start` (case), `finish` (case, outcome, setup_s, call_s, attempt, message, metrics), `collect_error` (case,
  message), `conftest_error` (message), `internal_error` (message), `end` (exit_status). A `case` is a node id whose
  path is relative to `SHUNTYARD_WORKSPACE`; `name` beside it is what JUnit XML calls it.
- `pytest-<pid>.xml`, JUnit XML, unless the run writes its own elsewhere; each case carries the properties `case_id`,
  `setup_s` and `call_s`.

A pytest that a test starts stays silent: its failures are that test's business. So does an xdist worker: its
controller hears of everything.
"""

import json
import os

import pytest

_MARK = "SHUNTYARD_JOURNAL_PID"
_MESSAGE_LIMIT = 8000
_METRICS_LIMIT = 32
_OURS = ("case_id", "setup_s", "call_s")
_state = {"active": False, "sessions": 0}


def _append(path, record, _open=os.open, _write=os.write, _close=os.close, _getpid=os.getpid, _own=os.getpid()):  # noqa: B008
    """One line, straight to the file; nothing from a fork of the process that loaded this module.

    The functions are bound here because tests patch `os` (fake file systems do); the file is opened each time because
    tests close descriptors that they do not own.
    """
    if _getpid() != _own:
        return
    try:
        descriptor = _open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            _write(descriptor, (json.dumps(record) + "\n").encode("ascii"))
        finally:
            _close(descriptor)
    except OSError:
        pass  # no test fails because the journal could not be kept; a journal without its end is noticed later


def _results():
    """The folder to write to; empty where this process has nothing to say."""
    outer = os.environ.get(_MARK)
    nested = _state["active"] or (outer is not None and outer != str(os.getpid()))
    return "" if nested else os.environ.get("SHUNTYARD_RESULTS", "")


def _file(results, ending):
    count = _state["sessions"]
    number = f"-{count + 1}" if count else ""  # one process may call pytest.main() again and again
    return os.path.join(os.path.abspath(results), f"pytest-{os.getpid()}{number}{ending}")


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests():
    """A conftest that cannot be loaded ends pytest before any other hook is called."""
    results = _results()
    outcome = yield
    if results and outcome.excinfo is not None:
        message = f"{outcome.excinfo[0].__name__}: {outcome.excinfo[1]}"
        _append(_file(results, ".jsonl"), {"event": "conftest_error", "message": _cut(message)})
        _state["sessions"] += 1


@pytest.hookimpl(tryfirst=True)  # before pytest's own JUnit plugin looks at xmlpath
def pytest_configure(config):
    if hasattr(config, "workerinput"):
        if os.environ.get("SHUNTYARD_RESULTS"):
            config.pluginmanager.register(_Timer(_Names(config)), "shuntyard-timer")
        return
    results = _results()
    if not results:
        return
    try:
        os.makedirs(results, exist_ok=True)
    except OSError:
        return
    os.environ[_MARK] = str(os.getpid())
    _state["active"] = True
    names = _Names(config)
    journal = _file(results, ".jsonl")
    junit = getattr(config.option, "xmlpath", None)
    if junit:
        junit = os.path.abspath(os.path.expanduser(os.path.expandvars(junit)))  # as pytest itself reads it
    elif hasattr(config.option, "xmlpath"):
        junit = config.option.xmlpath = _file(results, ".xml")
    if os.path.exists(journal):  # a process that replaced itself (exec) begins anew
        os.remove(journal)
    config.pluginmanager.register(_Timer(names), "shuntyard-timer")
    config.pluginmanager.register(_Recorder(journal, junit or "", names), "shuntyard-recorder")


def pytest_unconfigure(config):
    if config.pluginmanager.unregister(name="shuntyard-recorder") is not None:
        _state["active"] = False
        _state["sessions"] += 1
        os.environ.pop(_MARK, None)


class _Names:
    """Node ids as both arms of a comparison call them, wherever each starts its pytest."""

    def __init__(self, config):
        self._root = os.path.realpath(str(config.rootpath))
        workspace = os.environ.get("SHUNTYARD_WORKSPACE", "")
        self._workspace = os.path.realpath(workspace) if workspace else ""
        self._prefixes = {}

    def case(self, nodeid):
        path, separator, rest = nodeid.partition("::")
        if path not in self._prefixes:
            self._prefixes[path] = self._relative(path)
        return self._prefixes[path] + separator + rest

    def _relative(self, path):
        full = os.path.normpath(os.path.join(self._root, path))
        if not self._workspace or not full.startswith(self._workspace.rstrip(os.sep) + os.sep):
            return path
        return os.path.relpath(full, self._workspace).replace(os.sep, "/")

    @staticmethod
    def junit(nodeid):
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

    def __init__(self, names):
        self._names = names
        self._times = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item, call):
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

    def __init__(self, journal, junit, names):
        self._journal, self._junit, self._names = journal, junit, names
        self._running = {}
        self._counted = False

    def _note(self, event, **fields):
        _append(self._journal, {"event": event, **fields})

    def _name(self, nodeid):
        return {"case": self._names.case(nodeid), "name": self._names.junit(nodeid)}

    def _count(self, count):
        if not self._counted:
            self._counted = True
            self._note("collected", count=count)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self):
        self._note("session", pytest=pytest.__version__, junit=self._junit)

    def pytest_collectreport(self, report):
        if report.failed:
            self._note("collect_error", message=_text(report), **self._name(report.nodeid))

    def pytest_collection_finish(self, session):
        if hasattr(session, "items"):  # a controller of workers collects nothing itself
            self._count(len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node, ids):
        self._count(len(ids))

    def pytest_runtest_logstart(self, nodeid):
        attempt = self._running.get(nodeid, {}).get("attempt", 1)
        self._running[nodeid] = {"outcome": "passed", "messages": [], "setup_s": 0.0, "call_s": 0.0, "attempt": attempt}
        self._note("start", **self._name(nodeid))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        case = self._running.get(report.nodeid)
        if case is None:
            return
        if report.outcome == "rerun":  # pytest-rerunfailures: what went before does not count
            case.update(outcome="passed", messages=[], setup_s=0.0, call_s=0.0, attempt=case["attempt"] + 1)
            return
        outcome = _outcome(report)
        if _rank(outcome) > _rank(case["outcome"]):
            case["outcome"] = outcome
        if outcome != "passed":
            case["messages"].append(_text(report))
        if report.when in ("setup", "call"):
            case[report.when + "_s"] += getattr(report, "duration", 0.0)
        if report.when not in ("setup", "call"):
            del self._running[report.nodeid]
            message = "\n".join(filter(None, case.pop("messages")))
            self._note("finish", **self._name(report.nodeid), **case, message=_cut(message), metrics=_metrics(report))

    def pytest_internalerror(self, excrepr):
        self._note("internal_error", message=_cut(str(excrepr)))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session):
        yield
        self._note("end", exit_status=int(session.exitstatus))


def _outcome(report):
    if report.failed:
        return "failed" if report.when == "call" else "error"
    expected = hasattr(report, "wasxfail")
    if report.skipped:
        return "xfailed" if expected else "skipped"
    return "xpassed" if expected else "passed"


def _rank(outcome):
    return ("passed", "skipped", "xfailed", "xpassed", "failed", "error").index(outcome)


def _text(report):
    try:
        if report.skipped and isinstance(report.longrepr, tuple):
            return str(report.longrepr[2])
        return _cut(getattr(report, "wasxfail", "") or report.longreprtext)
    except Exception as error:  # a representation is the project's code as well
        return f"the message could not be told: {type(error).__name__}"


def _cut(text):
    if len(text) <= _MESSAGE_LIMIT:
        return text
    half = _MESSAGE_LIMIT // 2
    return text[:half] + "\n[...]\n" + text[-half:]


def _metrics(report):
    """Numbers that the test recorded with record_property."""
    numbers = {}
    for entry in report.user_properties:
        if isinstance(entry, (tuple, list)) and len(entry) == 2 and entry[0] not in _OURS:
            try:
                number = float(str(entry[1]))
            except ValueError:
                continue
            if abs(number) < float("inf") and len(numbers) < _METRICS_LIMIT:
                numbers[str(entry[0])] = number
    return numbers
