"""Which PyTorch a stack means."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.pinning.pin import PIN
from tests.conftest import ROOT

COMMIT = "0123456789abcdef" * 2 + "01234567"


def resolve(folder: Path, **inputs: str) -> tuple[int, dict[str, str], str]:
    words = [word for name, value in inputs.items() for word in (f"--{name.replace('_', '-')}", value)]
    command = [sys.executable, "-SE", str(ROOT / "scripts" / "resolve_stack.py"), "--json", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


@pytest.mark.parametrize(
    ("text", "ref"),
    [("2.13.0\n", "v2.13.0"), ("v2.13.0", "v2.13.0"), ("# why\n\n2.14.0rc1 # soon\n", "v2.14.0rc1"), (COMMIT, COMMIT)],
)
def test_the_pin_is_what_is_checked_out(tmp_path: Path, text: str, ref: str) -> None:
    (tmp_path / "pin.txt").write_text(text)
    code, outputs, said = resolve(tmp_path, pin="pin.txt")
    assert (code, outputs["ref"]) == (0, ref), said


def test_main_and_another_ref_need_no_pin(tmp_path: Path) -> None:
    assert resolve(tmp_path, stack="main")[1] == {"ref": "main", "version": ""}
    assert resolve(tmp_path, upstream_ref="release/2.13")[1]["ref"] == "release/2.13"


@pytest.mark.parametrize("pin", ["", "2.13.0\n2.14.0\n", "main", "--help", "2.13.0; rm -rf /", "../x"])
def test_what_is_no_version_is_refused(tmp_path: Path, pin: str) -> None:
    (tmp_path / "pin.txt").write_text(pin)
    code, _, said = resolve(tmp_path, pin="pin.txt")
    assert code == 2
    assert "one line: a version such as 2.13.0, or a commit" in said


def test_the_pin_is_inside_the_checkout(tmp_path: Path) -> None:
    (tmp_path / "pin.txt").write_text("2.13.0")
    (tmp_path / "checkout").mkdir()
    assert resolve(tmp_path / "checkout", pin="../pin.txt")[0] == 2


@given(st.text(max_size=60))
def test_no_text_becomes_a_ref_of_other_characters(text: str) -> None:
    if PIN.fullmatch(text):
        assert text.isascii()
        assert not set(text) & set(" ;$`'\"\\/|&<>(){}\n")
