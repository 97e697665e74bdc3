"""Quarantined cases run and are shown, and their failures do not block."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.quarantine import Entry, File, in_force, judge, read
from shuntyard.result import CaseResult

ENTRY = Entry(repository="o/r", config="default", case="T::a", owner="ann", reason="flips", expires="2026-11-30")


def test_a_file_is_read_and_an_empty_one_has_none() -> None:
    assert read(json.dumps(wire.encode(File(quarantines=(ENTRY,))))) == (ENTRY,)
    assert read(" \n") == ()


@pytest.mark.parametrize("text", ["{", '{"quarantines": [{}]}', '{"quarantines": 1}'])
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ShuntyardError, match="quarantines is not understood"):
        read(text)


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(ShuntyardError, match="not understood"):
        read(json.dumps(wire.encode(File(quarantines=(replace(ENTRY, expires="soon"),)))))


@pytest.mark.parametrize(("today", "held"), [("2026-11-30", True), ("2026-12-01", False)])
def test_an_entry_holds_on_its_last_day_and_not_after(today: str, held: bool) -> None:
    entries = [ENTRY, replace(ENTRY, repository="other/repo")]
    told, expired = in_force(entries, repository="o/r", today=date.fromisoformat(today))
    assert (told, expired) == (([ENTRY], []) if held else ([], [ENTRY]))


def test_a_quarantined_failure_is_shown_and_does_not_block() -> None:
    cases = [
        CaseResult(case="T::a", outcome="failed", message="flaky"),
        CaseResult(case="T::b", outcome="crashed"),
        CaseResult(case="T::c", outcome="passed"),
    ]
    told = judge(cases, [ENTRY], "default")
    assert [case.case for case in told.blocking] == ["T::b"]
    assert [(case.message, entry.owner) for case, entry in told.shown] == [("flaky", "ann")]
    assert [case.case for case in judge(cases, [ENTRY], "other").blocking] == ["T::a", "T::b"]
