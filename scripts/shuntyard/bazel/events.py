"""What Bazel's build events say of a run as a whole: how it ended, what of it failed remotely, what was running.

The cases are read by shuntyard.ingest.bazel_events. Source: build_event_stream.proto and failure_details.proto.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from shuntyard.ingest.bazel_events import LIMIT
from shuntyard.ingest.text import Broken, lines, of, parse_line, words

_TELLING = ('"finished"', '"aborted"', '"testResult"', '"failureDetail"', '"action"')
# failure_details.proto: what of `spawn` is not the command's own fault. NON_ZERO_EXIT, TIMEOUT and the like are.
_SPAWN = frozenset({"EXECUTION_FAILED", "EXECUTION_DENIED", "REMOTE_CACHE_FAILED", "REMOTE_CACHE_EVICTED"})
_REMOTE = ("remoteExecution", "remoteOptions", "grpcServer", "buildProgress")
_BAD_TESTS = frozenset({"FAILED", "TIMEOUT"})
_CUT_OFF = frozenset({"USER_INTERRUPTED", "TIME_OUT", "INCOMPLETE"})
_MOST = 20


class Heard(NamedTuple):
    """What the events say. `whole` is whether they go on to the build's end; `remote` are messages of faults of the
    remote executor or cache, `bad_tests` counts tests that ran and failed, `bad_builds` commands that did. `running`
    are tests that were announced and cut off, `done` those with a result. `testlogs` are folders of tests' files."""

    whole: bool = False
    exit_name: str = ""
    remote: tuple[str, ...] = ()
    bad_tests: int = 0
    bad_builds: int = 0
    running: tuple[str, ...] = ()
    done: frozenset[str] = frozenset()
    testlogs: tuple[Path, ...] = ()


def read_events(path: Path) -> Heard:
    """Reads `--build_event_json_file`; what is broken or missing counts as not said. Raises nothing for its content."""
    try:
        if path.stat().st_size > LIMIT:
            return Heard()
        with path.open("rb") as file:
            heard = _Heard()
            for _, text in lines(file, Broken()):
                if any(word in text for word in _TELLING):
                    try:
                        event = parse_line(text)
                    except ValueError:
                        continue
                    heard.take(event)
            return heard.told()
    except OSError:
        return Heard()


class _Heard:
    def __init__(self) -> None:
        self._finished: dict[str, Any] | None = None
        self._remote: dict[str, None] = {}
        self._running: dict[str, None] = {}
        self._done: set[str] = set()
        self._testlogs: dict[Path, None] = {}
        self._bad_tests = self._bad_builds = 0

    def take(self, event: Any) -> None:
        label = words(of(event, "id", "testResult", "label"), 1000)
        result = of(event, "testResult", "status")
        if result in _BAD_TESTS:
            self._bad_tests += 1
        elif result == "REMOTE_FAILURE":
            detail = words(of(event, "testResult", "statusDetails"), 1000)
            self._hear(detail or f"the remote executor failed {label}")
        cut_off = result == "INCOMPLETE" or of(event, "aborted", "reason") in _CUT_OFF
        if label and cut_off:
            self._running.setdefault(label)
        elif label and result:
            self._done.add(label)
            self._take_files(of(event, "testResult", "testActionOutput"))
        if of(event, "aborted", "reason") == "REMOTE_ENVIRONMENT_FAILURE":
            self._hear(words(of(event, "aborted", "description"), 1000) or "the remote environment failed")
        for holder in ("action", "completed", "finished"):
            self._take_detail(of(event, holder, "failureDetail"))
        finished = of(event, "finished")
        if isinstance(finished, dict):
            self._finished = finished

    def _take_files(self, files: Any) -> None:
        for file in files[:20] if isinstance(files, list) else []:
            path = urlsplit(words(of(file, "uri"), 4000))
            root, found, _ = unquote(path.path).rpartition("/testlogs/")
            if path.scheme == "file" and found and len(self._testlogs) < _MOST:
                self._testlogs.setdefault(Path(root, "testlogs"))

    def _take_detail(self, detail: Any) -> None:
        if not isinstance(detail, dict):
            return
        message = words(detail.get("message"), 1000)
        code = of(detail, "spawn", "code")
        if code in _SPAWN or any(name in detail for name in _REMOTE):
            self._hear(message or str(code))
        elif isinstance(detail.get("spawn"), dict) or isinstance(detail.get("execution"), dict):
            self._bad_builds += 1

    def _hear(self, message: str) -> None:
        if len(self._remote) < _MOST:
            self._remote.setdefault(message)

    def told(self) -> Heard:
        return Heard(
            whole=self._finished is not None,
            exit_name=words(of(self._finished, "exitCode", "name"), 100),
            remote=tuple(self._remote),
            bad_tests=self._bad_tests,
            bad_builds=self._bad_builds,
            running=tuple(label for label in self._running if label not in self._done)[:_MOST],
            done=frozenset(self._done),
            testlogs=tuple(self._testlogs),
        )
