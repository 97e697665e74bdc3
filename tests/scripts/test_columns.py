"""The columns that stores and analyses share."""

from __future__ import annotations

from dataclasses import replace

from shuntyard.columns import CASES, EXECUTIONS, KEY, case_id, execution_id
from shuntyard.result import RunKey

RUN = RunKey(provider="github", repository="o/r", sha="c0ffee", run_id="1", attempt=1, row_id="smoke.python")


def test_both_relations_carry_the_key() -> None:
    assert list(EXECUTIONS)[: len(KEY)] == list(CASES)[: len(KEY)] == list(KEY)


def test_every_part_of_the_key_tells_executions_apart() -> None:
    ids = {
        execution_id(RUN, "ab", 1, 1),
        execution_id(RUN, "ab", 2, 1),
        execution_id(RUN, "ab", 1, 2),
        execution_id(RUN, "other", 1, 1),
        execution_id(replace(RUN, provider="2"), "ab", 1, 1),
        execution_id(replace(RUN, repository="2"), "ab", 1, 1),
        execution_id(replace(RUN, run_id="2"), "ab", 1, 1),
        execution_id(replace(RUN, row_id="2"), "ab", 1, 1),
        execution_id(replace(RUN, attempt=2), "ab", 1, 1),
    }
    assert len(ids) == 9
    assert all(0 <= number < 2**63 for number in ids)


def test_the_commit_is_no_part_of_the_key() -> None:
    assert execution_id(RUN, "ab", 1, 1) == execution_id(replace(RUN, sha="other"), "ab", 1, 1)


def test_case_ids_hold_any_text() -> None:
    names = ["", "a", "ä", "\0", "half a pair \ud800", "x" * 100_000]
    assert len({case_id(name) for name in names}) == len(names)
    assert case_id("test_a.py::test_one") == case_id("test_a.py::test_one")
