"""Slows one arm of the demo's project down on purpose, so that a verdict turns and what follows from it can be seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from shuntyard.errors import ShuntyardError

CALLER = ".github/workflows/ci.yml"
ENTRY = "shell-entry: python -m pytest"
MARKED_ENTRY = "shell-entry: env DEMO_SHELL_ENTRY=1 python -m pytest"
SECONDS = 0.4  # a run without it takes about as long, so that no noise of a machine hides it

# Every configuration's tests run in one checkout; what tells the arms apart is a variable that the shell entry sets.
CONFTEST = """\
# Slows the Python runner down, on purpose.
import os
import time


def pytest_sessionstart():
    if os.environ.get("SHUNTYARD_CONFIG") in {configs!r} and "DEMO_SHELL_ENTRY" not in os.environ:
        time.sleep({seconds})
"""


def slowed(files: Mapping[str, str], configs: Collection[str]) -> dict[str, str]:
    """The files of the caller, with the Python runner of `configs` slowed down."""
    if not configs:
        return dict(files)
    if files[CALLER].count(ENTRY) != 1:
        raise ShuntyardError(f"{CALLER} has no {ENTRY!r}", hint="the demo's caller and its slowing no longer fit")
    conftest = CONFTEST.format(configs=sorted(configs), seconds=SECONDS)
    return {**files, CALLER: files[CALLER].replace(ENTRY, MARKED_ENTRY), "conftest.py": conftest}
