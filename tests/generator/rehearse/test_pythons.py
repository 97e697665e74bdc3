"""Which Pythons a `python-version` allows, and that this machine's are found."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.rehearse.standins import pythons


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ("3", True),
        ("3.12", True),
        ("3.12.1", True),
        ("3.12.2", False),
        ("3.1", False),
        ("3.x", True),
        ("3.12.x", True),
        ("3.*", True),
        ("2.x", False),
        (">=3.10", True),
        (">=3.10 <3.13", True),
        (">=3.10,<3.12", False),
        ("<=3.12", True),
        (">3.12", False),
        ("3.10 - 3.12", True),
        ("3.10 - 3.11", False),
        ("~=3.10", True),
        ("~3.12.0", True),
        ("~3.11.0", False),
        ("^3.10", True),
        ("!=3.12", False),
        ("==3.12", True),
        ("3.13-dev", False),
        ("3.12-dev", False),
        ("pypy3.10", False),
        ("3.12t", False),
        ("", False),
        ("latest", False),
    ],
)
def test_versions(wanted: str, fits: bool) -> None:
    assert pythons.fits((3, 12, 1), wanted) is fits


@given(st.text(alphabet="0123456789.x*<>=!~^, -dt", max_size=12))
def test_any_text_is_a_wish(wanted: str) -> None:
    assert pythons.fits((3, 12, 1), wanted) in (True, False)


def test_this_python_is_found() -> None:
    found = pythons.installed(os.environ["PATH"])
    assert tuple(sys.version_info[:3]) in [python.version for python in found]
    assert list(found) == sorted(found, key=lambda python: python.version, reverse=True)


def test_what_only_looks_like_a_python_is_not_one(tmp_path: Path) -> None:
    for name, text in (
        ("python3.98", "#!/bin/sh\nexit 1\n"),
        ("python3.99", "#!/bin/sh\necho CPython 3 99 0 final 1\n"),
    ):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    versions = [python.version for python in pythons.installed(str(tmp_path))]
    assert all(version < (3, 98, 0) for version in versions)


def test_the_list_is_made_once(tmp_path: Path) -> None:
    first = pythons.remembered(tmp_path, os.environ["PATH"])
    assert first and pythons.remembered(tmp_path, "/nowhere") == first
