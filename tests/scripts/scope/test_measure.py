"""What a scope means for a list of tests."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shuntyard.scope.judge import Judge
from shuntyard.scope.measure import judge_all, measure
from tests.scripts.scope.samples import NAMES, WIDE


@given(st.sets(NAMES, max_size=40), st.floats(0, 100))
def test_every_test_is_enabled_or_left_for_a_reason(names: set[str], share: float) -> None:
    judge = Judge(WIDE)
    verdicts = judge_all(judge, names)
    told = measure(judge, verdicts, share)
    assert told.tests == len(names) == told.enabled + sum(told.left.values())
    assert sum(group.tests for group in told.groups) == told.in_scope
    assert sum(group.enabled for group in told.groups) == told.enabled
    assert all(reason for reason in told.left)


def test_the_share_reached_counts_tests_in_scope() -> None:
    judge = Judge(WIDE)
    told = measure(judge, judge_all(judge, ["dir/test_1", "test_2", "test_3", "test_4", "odd_5", "elsewhere/x"]), 20)
    assert (told.in_scope, told.enabled, told.reached, told.unreviewed) == (4, 1, 25.0, 1)
    assert told.left == {"in scope, and not among the first 20 %": 3, "odd": 1, "nobody decided": 1}
    assert [(group.name, group.declared, group.share) for group in told.groups] == [("p1", 20, 25.0), ("p2", 80, 75.0)]


def test_an_empty_list_reaches_nothing() -> None:
    assert measure(Judge(WIDE), [], 50).reached == 0.0
