"""The rules' fixtures: each case is a folder of files laid over a small toolkit, and what a rule says then."""

from __future__ import annotations

import functools
import io
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from generator import check
from generator.check.subject import Subject, collect
from generator.problems import show
from generator.render import write
from shuntyard.errors import Problem
from tests.conftest import ROOT
from tests.generator.yard import Yard, build

FIXTURES = ROOT / "tests" / "fixtures" / "check"
EXPECTED = "expected.txt"
SUFFIX = ".fixture"  # of workflows and actions, so that no linter takes them for this repository's own
TODAY = date(2026, 11, 22)


@dataclass(frozen=True, slots=True)
class Case:
    """`tests/fixtures/check/<rule>/<name>`; a case that is called `good` expects nothing."""

    rule: str
    name: str

    @property
    def folder(self) -> Path:
        return FIXTURES / self.rule / self.name

    @property
    def expected(self) -> Path:
        return self.folder / EXPECTED


def cases() -> list[Case]:
    """Every case that there is."""
    return [Case(path.parent.name, path.name) for path in sorted(FIXTURES.glob("*/*")) if path.parent.name != "base"]


def lay(source: Path, target: Path) -> None:
    """Lays a case's files over a folder, under their real names."""

    def copy(path: str, place: str) -> str:
        return shutil.copy2(path, place.removesuffix(SUFFIX))

    shutil.copytree(source, target, copy_function=copy, ignore=shutil.ignore_patterns(EXPECTED), dirs_exist_ok=True)


@functools.cache
def clean_files() -> dict[str, str]:
    """What the clean toolkit renders to, by path."""
    with tempfile.TemporaryDirectory() as name:
        yard = build(Path(name) / "yard")
        lay(FIXTURES / "base", yard.root)
        return yard.render().files


def clean_yard(root: Path) -> Yard:
    """A toolkit that no rule complains about, rendered."""
    yard = build(root)
    lay(FIXTURES / "base", root)
    write(root, clean_files())
    return yard


def yard_of(case: Case, root: Path) -> Yard:
    """The clean toolkit with the case's files over it, rendered; what is rendered and in the case too is the case's."""
    yard = clean_yard(root)
    lay(case.folder, root)
    if list(case.folder.glob("matrices/*.yml")):
        write(root, yard.render().files)
        lay(case.folder, root)
    return yard


def subject_of(yard: Yard, *callers: Path, tools: bool = True) -> Subject:
    return collect(yard.root, callers, TODAY, tools=tools)


def judge(subject: Subject, *rules: str) -> list[Problem]:
    """What the rules find; a rule that could not work is an error of the test."""
    problems: list[Problem] = []
    for outcome in check.run(subject, rules or list(check.RULES)):
        assert outcome.error is None, f"{outcome.rule}: {outcome.error} ({outcome.error.hint})"
        assert not outcome.not_run, f"{outcome.rule} was not run: {outcome.not_run}"
        problems += outcome.problems
    return problems


def as_text(problems: list[Problem]) -> str:
    """As `shuntyard check` prints them."""
    stream = io.StringIO()
    show(problems, "text", stream)
    return stream.getvalue()
