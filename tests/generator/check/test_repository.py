"""The toolkit's own repository, rendered in a copy, has no problem."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.check.subject import collect
from generator.load import load
from generator.render import render, write
from tests.generator.check.cases import TODAY, as_text, judge


@pytest.mark.slow
def test_the_repository_has_no_problem(toolkit_root: Path) -> None:
    write(toolkit_root, render(load(toolkit_root)).files)
    subject = collect(toolkit_root, [], TODAY)
    assert subject.unreadable == ()
    assert subject.callers, "examples/ holds callers"
    assert as_text(judge(subject)) == ""
