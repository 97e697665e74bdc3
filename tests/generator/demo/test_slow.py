"""What the demo adds to a project in order to slow one arm down."""

from __future__ import annotations

import ast

import pytest

from generator.demo.slow import CALLER, ENTRY, slowed
from shuntyard.errors import ShuntyardError
from tests.conftest import ROOT

FILES = {CALLER: (ROOT / "examples" / "pluggy" / CALLER).read_text(encoding="utf-8")}


def test_nothing_is_added_unless_asked_for() -> None:
    assert slowed(FILES, []) == FILES


def test_only_the_python_runner_of_the_named_ones_is_slowed() -> None:
    made = slowed(FILES, ["smoke"])
    assert made.keys() == {CALLER, "conftest.py"}
    assert "DEMO_SHELL_ENTRY=1" in made[CALLER]
    ast.parse(made["conftest.py"])
    assert "['smoke']" in made["conftest.py"]


def test_a_caller_that_changed_is_told() -> None:
    with pytest.raises(ShuntyardError, match="has no"):
        slowed({CALLER: FILES[CALLER].replace(ENTRY, "shell-entry: x")}, ["smoke"])
