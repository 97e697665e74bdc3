"""What is shown and does not block."""

from __future__ import annotations

import pytest

from shuntyard.planned.tolerate import blocking, marked, tolerance
from shuntyard.quarantine import Entry
from shuntyard.result import CaseOutcome, CaseResult

ENTRY = Entry(repository="o/r", config="default", case="t.py::T::a", owner="me", reason="flips", expires="2026-12-01")


def case(name: str, outcome: CaseOutcome = "failed") -> CaseResult:
    return CaseResult(case=name, outcome=outcome, message="assert 0")


@pytest.mark.parametrize("outcome", ["failed", "error", "crashed"])
def test_a_quarantined_case_keeps_its_outcome_and_says_why_it_does_not_block(outcome: CaseOutcome) -> None:
    held = tolerance([ENTRY], "default", "", rerun=False)
    bad = [case("t.py::T::a", outcome), case("t.py::T::b", outcome)]
    assert blocking(bad, held) == [bad[1]]
    shown = marked(bad[0], held)
    assert shown.outcome == outcome
    assert shown.message == "does not block: quarantined until 2026-12-01 by me: flips\nassert 0"
    assert marked(bad[1], held) == bad[1]


def test_a_quarantine_holds_in_its_configuration_and_for_bad_cases_only() -> None:
    assert blocking([case("t.py::T::a")], tolerance([ENTRY], "slow", "", rerun=False))
    good = case("t.py::T::a", "passed")
    assert marked(good, tolerance([ENTRY], "default", "", rerun=False)) == good


def test_an_unstable_row_and_cases_on_trial_block_nothing() -> None:
    assert blocking([case("x")], tolerance([], "default", "issue #7", rerun=False)) == []
    assert marked(case("x"), tolerance([], "default", "issue #7", rerun=False)).message.startswith(
        "does not block: unstable: issue #7\n"
    )
    assert blocking([case("x")], tolerance([], "default", "", rerun=True)) == []
