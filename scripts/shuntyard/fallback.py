"""Whether the Python *runner* failed, so that the shell entry may take over; a failing test never is that.

The runner is at fault when it could not begin (no interpreter, no pytest, a test of the configuration that the
repository does not have), broke (pytest's exit codes 3, internal error, and 4, usage error; docs.pytest.org, "Exit
codes"), died while no case was running, or reached its time-out before the first case began.
"""

from __future__ import annotations

import re

from shuntyard.attempt import Attempt, last_line

_INTERNAL_ERROR, _USAGE_ERROR, _NO_TESTS = 3, 4, 5
_NO_MODULE = r"No module named '?(pytest|_pytest|pluggy)\b"
_NO_PLUGIN = r'Error importing plugin "([^"\n]{1,100})"'


def fallback_reason(attempt: Attempt) -> str:
    """Why the shell entry should run instead, in words; empty when what the runner found out must stand.

    Of a suite with a command of its own, only that it could not be started is known to be the runner's fault.
    """
    if attempt.kind == "shell" or attempt.has_bad_cases or attempt.interrupted:
        return ""
    if attempt.missing:
        return f"missing module: the repository does not have {', '.join(attempt.missing)}"
    if attempt.could_not_start:
        return f"missing program: {attempt.could_not_start}"
    if attempt.kind == "command" or (attempt.exit_code in (0, _NO_TESTS) and not attempt.timed_out):
        return ""
    return _without_session(attempt) if not attempt.journals else _with_session(attempt)


def _without_session(attempt: Attempt) -> str:
    """pytest never came as far as a session of its own."""
    if attempt.timed_out:
        return "time-out before the first case"
    if attempt.signal:
        return f"crash before the first case: signal {attempt.signal}"
    if module := re.search(_NO_MODULE, attempt.log_tail):
        return f"missing module: {module[1]}"
    if plugin := re.search(_NO_PLUGIN, attempt.log_tail):
        return f"missing module: pytest's plugin {plugin[1]}"
    return f"pytest could not begin (exit code {attempt.exit_code})"


def _with_session(attempt: Attempt) -> str:
    for each in attempt.journals:
        if each.internal_error:
            return f"internal error in pytest: {last_line(each.internal_error)}"
        if each.conftest_error:
            return f"pytest could not begin: {last_line(each.conftest_error)}"
    if attempt.timed_out:
        return "" if attempt.cases else "time-out before the first case"
    if any(each.exit_status is None for each in attempt.journals):
        how = f"signal {attempt.signal}" if attempt.signal else f"exit code {attempt.exit_code}"
        return f"crash {'between the cases' if attempt.cases else 'before the first case'}: {how}"
    if attempt.exit_code == _INTERNAL_ERROR:
        return "internal error in pytest (exit code 3)"
    return "pytest could not begin (exit code 4)" if attempt.exit_code == _USAGE_ERROR else ""
