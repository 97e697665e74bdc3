"""Which Pythons are found, and what is said of those that are not."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.wheels import pythons

OWN = f"3.{sys.version_info.minor}"


def bin_with(folder: Path, name: str, target: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).symlink_to(target)
    return folder


def pretend(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)
    return folder


def test_versions_are_read() -> None:
    assert pythons.read_versions("3.11, 3.12 3.11\n3.13t") == ["3.11", "3.12", "3.13t"]
    with pytest.raises(ShuntyardError, match="is not understood"):
        pythons.read_versions("3.11;id")


def test_it_is_asked_and_not_believed(tmp_path: Path) -> None:
    liar = bin_with(tmp_path / "bin", "python3.99", sys.executable)
    assert pythons.find("3.99", {"PATH": str(liar), "HOME": str(tmp_path)}) is None


def test_a_shim_that_refuses_is_passed_over(tmp_path: Path) -> None:
    shims = pretend(tmp_path / "shims", f"python{OWN}", "echo 'command not found' >&2; exit 127")
    bin_with(tmp_path / "root" / "versions" / f"{OWN}.7" / "bin", f"python{OWN}", sys.executable)
    found = pythons.find(OWN, {"PATH": str(shims), "PYENV_ROOT": str(tmp_path / "root"), "HOME": str(tmp_path)})
    assert found is not None
    assert found.version == OWN


@pytest.mark.parametrize("place", ["uv/python/cpython-{v}.7-linux/bin", "cache/Python/{v}.7/x64/bin"])
def test_where_setups_keep_them(tmp_path: Path, place: str) -> None:
    bin_with(tmp_path / place.format(v=OWN), f"python{OWN}", sys.executable)
    env = {"PATH": "/nonexistent", "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    assert pythons.find(OWN, {**env, "RUNNER_TOOL_CACHE": str(tmp_path / "cache")}) is not None


def test_a_missing_one_is_named_with_those_that_are_there() -> None:
    with pytest.raises(ShuntyardError) as caught:
        pythons.find_all([OWN, "3.99"], os.environ, skip=False)
    assert "Python 3.99 is not on this machine; there is " in caught.value.message
    assert OWN in caught.value.message


def test_a_missing_one_may_be_skipped_but_not_all() -> None:
    found, missing = pythons.find_all([OWN, "3.99"], os.environ, skip=True)
    assert ([python.version for python in found], missing) == ([OWN], ["3.99"])
    with pytest.raises(ShuntyardError, match="not on this machine"):
        pythons.find_all(["3.99"], os.environ, skip=True)


def test_manylinux_images() -> None:
    assert pythons.in_manylinux("3.12") == "/opt/python/cp312-cp312/bin/python"
    assert pythons.in_manylinux("3.13t") == "/opt/python/cp313-cp313t/bin/python"
