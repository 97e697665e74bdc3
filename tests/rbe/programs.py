"""Programs and environments that the tests need: their places, or why a test cannot run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


def installed(name: str, package: str, *folders: str) -> str:
    """The path of a program, which may lie in one of the folders."""
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(folders))
    return found or _missing(f"{name} is not installed; on Debian: apt-get install {package}")


def bazel() -> str:
    """Debian's package calls the program itself `bazel-4`; `bazel` may be a launcher that downloads another."""
    found = shutil.which("bazel-4") or shutil.which("bazel")
    return found or _missing("bazel is not installed; on Debian: apt-get install bazel-bootstrap")


def rbe_python() -> str:
    """The Python that has BuildGrid: `make test-rbe` makes it and says so."""
    python = os.environ.get("SHUNTYARD_RBE_PYTHON", "")
    if not python:
        _missing("SHUNTYARD_RBE_PYTHON names no Python with BuildGrid; `make test-rbe` sets it")
    if not Path(python).is_file():
        _missing(f"SHUNTYARD_RBE_PYTHON names {python}, which is not there")
    return python


def _missing(why: str) -> NoReturn:
    """Fails in CI, skips elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)
