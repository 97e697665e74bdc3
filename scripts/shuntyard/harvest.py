"""Reads a folder that a run wrote its results to: JUnit XML where it is whole, the journal where it is not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from shuntyard import journal, junit
from shuntyard.cases import merge
from shuntyard.journal import Journal
from shuntyard.junit import JUnit
from shuntyard.result import CaseResult

SIZE_LIMIT = 256 * 1024 * 1024  # bytes; 100,000 cases with a message each take about a tenth of it
_INTERNAL = "pytest::internal"  # the name that pytest's junitxml gives it


class Harvest(NamedTuple):
    """What a run left. `cases` holds the crashed ones too, those that were running when their process ended."""

    cases: tuple[CaseResult, ...] = ()
    journals: tuple[Journal, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def running(self) -> tuple[str, ...]:
        """The ids of the cases that were running when their process ended."""
        return tuple(case for each in self.journals for case in each.running)


def harvest(folder: Path, how_it_ended: str = "its process ended") -> Harvest:
    """Everything in `folder`, at any depth, in order of its path; links are not followed. Never raises for content.

    Each journal is paired with the JUnit XML that its session wrote: whole, that counts; missing or broken, the journal
    does. JUnit XML without a journal counts as far as it goes, and what is wrong with it is a problem. `how_it_ended`
    is what a crashed case's message says.
    """
    documents: dict[Path, JUnit] = {}
    journals: dict[Path, Journal] = {}
    problems: list[str] = []
    for path in _files(folder):
        try:
            if path.stat().st_size > SIZE_LIMIT:
                problems.append(f"{path.name} has more than {SIZE_LIMIT:,} bytes and was not read")
            elif path.suffix == ".jsonl" and path.name.startswith("pytest-"):
                told = journal.parse(path.read_text(encoding="utf-8", errors="replace"))
                if told.began or told.loading or told.conftest_error:
                    journals[path] = told
            elif path.suffix == ".xml":
                documents[path.resolve()] = junit.parse(path.read_bytes())
        except OSError as error:
            problems.append(f"{path.name} cannot be read: {error.strerror}")
    cases: list[CaseResult] = []
    for each in journals.values():
        document = documents.pop(Path(each.junit).resolve(), None) if each.junit else None
        cases += each.cases if document is None or document.problem else _renamed(document, each)
        cases += (
            CaseResult(case=case, outcome="crashed", message=f"was running when {how_it_ended}")
            for case in each.running
        )
    for path, document in documents.items():
        if not document.foreign:
            cases += document.cases
            problems += [f"{path.name} is {document.problem}"] if document.problem else []
    return Harvest(cases=merge(cases), journals=tuple(journals.values()), problems=tuple(problems))


def _files(folder: Path) -> Iterator[Path]:
    for place, names, files in os.walk(folder):
        names.sort()
        for path in (Path(place, name) for name in sorted(files)):
            if path.is_file() and not path.is_symlink():  # a named pipe would be waited on for ever
                yield path


def _renamed(document: JUnit, each: Journal) -> list[CaseResult]:
    """Cases without a property of ours (a file that could not be imported has none) by the id that the journal has.

    pytest writes an internal error of its own as if a case had failed; the journal tells it as what it is.
    """
    cases = [case for case in document.cases if not (each.internal_error and case.case == _INTERNAL)]
    return [replace(case, case=each.names.get(case.case, case.case)) for case in cases]
