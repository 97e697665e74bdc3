"""What one run of Bazel came to: its exit code, held against what its events say. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from shuntyard.bazel.events import Heard
from shuntyard.bazel.exits import Kind, read_exit
from shuntyard.human import count, duration
from shuntyard.proc.run import Finished
from shuntyard.text import line

_PROGRESS = re.compile(r"^\[[\d,]+ / [\d,]+\].*$|^ {4}Testing .*$", re.MULTILINE)
_TESTING = re.compile(r"Testing (\S*//[^;\s]+)")
_ERROR = re.compile(r"^(?:ERROR|FATAL): (.+)$", re.MULTILINE)
_NAMED = 5


class Verdict(NamedTuple):
    """`kind` is what it was, `why` says so in a line. `again` is whether the same may go well the next time."""

    kind: Kind
    why: str = ""
    again: bool = False


def judge_run(finished: Finished, heard: Heard, log_tail: str = "") -> Verdict:
    """The verdict on one run of Bazel. A fault of the infrastructure behind any exit code is told from one of the code
    under test only where nothing that really ran has failed: what failed is never tried again."""
    if finished.interrupted:
        return Verdict("interrupted", f"interrupted; {_running(heard, log_tail)}")
    if finished.timed_out:
        took = duration(finished.duration_s)
        return Verdict("out of time", f"stopped after {took}, its time limit; {_running(heard, log_tail)}")
    if finished.error:
        return Verdict("usage", finished.error)
    told = read_exit(finished.exit_code)
    own = heard.bad_tests + heard.bad_builds
    remote = line(heard.remote[0], 500) if heard.remote else ""
    if told.kind in ("build failed", "tests failed") and remote and not own:
        return Verdict("infrastructure", f"{told.says}, for the remote executor or cache: {remote}", again=True)
    if told.kind == "infrastructure" and heard.bad_tests:
        return Verdict("tests failed", f"{count(heard.bad_tests, 'test run')} failed; besides, {told.says}")
    if told.kind == "passed":
        return Verdict("passed")
    why = f"{told.says} (exit code {finished.exit_code})"
    said = remote or ("" if told.kind == "tests failed" else _last_error(log_tail))
    return Verdict(told.kind, f"{why}: {said}" if said else why, again=told.again)


def _last_error(log_tail: str) -> str:
    """Bazel's own last word on what went wrong; empty where it said none. For people: nothing is decided by it."""
    found = _ERROR.findall(log_tail)
    return line(found[-1], 500) if found else ""


def _running(heard: Heard, log_tail: str) -> str:
    """Which tests were running: by Bazel's last word on progress, else by its events."""
    names = list(dict.fromkeys(_TESTING.findall("\n".join(_PROGRESS.findall(log_tail)[-_NAMED - 1 :]))))
    names = [name for name in names if not heard.done or name not in heard.done] or list(heard.running)
    if not names:
        return "no test was running"
    more = f" and {count(len(names) - _NAMED, 'other')}" if len(names) > _NAMED else ""
    return f"was running: {', '.join(line(name, 200) for name in names[:_NAMED])}{more}"
