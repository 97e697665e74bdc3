"""Bazel's exit codes, told apart. Source: bazel.build, "Calling Bazel from scripts"; ExitCode.java of Bazel 4 to 8."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal[
    "passed", "tests failed", "build failed", "no tests found", "infrastructure", "interrupted", "usage", "out of time"
]


class Exit(NamedTuple):
    """What an exit code of Bazel says. `again` is whether trying again may help."""

    kind: Kind
    says: str
    again: bool = False


_EXITS: dict[int, Exit] = {
    0: Exit("passed", "passed"),
    1: Exit("build failed", "the build failed"),
    2: Exit("usage", "Bazel does not understand its options"),
    3: Exit("tests failed", "tests failed or timed out"),
    4: Exit("no tests found", "no test was found"),
    6: Exit("build failed", "the command that was run failed"),
    7: Exit("build failed", "the analysis failed"),
    8: Exit("interrupted", "Bazel was interrupted"),
    9: Exit("infrastructure", "another Bazel holds the workspace's lock", again=True),
    32: Exit("infrastructure", "something outside this machine failed", again=True),
    33: Exit("infrastructure", "Bazel ran out of memory"),
    34: Exit("infrastructure", "the remote executor or cache failed", again=True),
    35: Exit("infrastructure", "the remote executor is overloaded", again=True),
    36: Exit("infrastructure", "something on this machine failed", again=True),
    37: Exit("infrastructure", "Bazel itself crashed", again=True),
    38: Exit("infrastructure", "build events could not be uploaded for now", again=True),
    39: Exit("infrastructure", "the remote cache lost files that it had", again=True),
    45: Exit("infrastructure", "build events could not be uploaded", again=True),
    48: Exit("build failed", "external dependencies could not be resolved"),
    124: Exit("out of time", "it was stopped at its time limit"),
    126: Exit("usage", "Bazel could not be started"),
    127: Exit("usage", "Bazel is not there"),
    137: Exit("infrastructure", "Bazel was killed; the machine may be out of memory"),
    139: Exit("infrastructure", "Bazel crashed", again=True),
}
_BY_SIGNAL = {130: "SIGINT", 143: "SIGTERM"}


def read_exit(code: int) -> Exit:
    """What a code says; codes that Bazel may have in future are failures of the build (so does Bazel's page say)."""
    if code in _BY_SIGNAL:
        return Exit("interrupted", f"Bazel was ended by {_BY_SIGNAL[code]}")
    return _EXITS.get(code, Exit("build failed", f"Bazel ended with exit code {code}, which is not known"))


def known() -> dict[int, Exit]:
    """All that are known, by code."""
    return dict(_EXITS)
