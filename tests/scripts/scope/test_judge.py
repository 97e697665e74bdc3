"""One verdict a test, and who is enabled at which share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.scope.judge import NO_NAME, UNNAMED, UNREVIEWED, Judge, fraction
from shuntyard.scope.measure import judge_all
from tests.scripts.scope.samples import NAMES, WIDE, inside, outside, scope, together

SHARE = st.floats(0, 100) | st.sampled_from([5.0, 25.0, 50.0, 80.0, 100.0])
LIST = st.sets(NAMES, max_size=40)


def enabled(names: set[str], share: float) -> set[str]:
    judge = Judge(WIDE)
    return {name for name in names if judge.verdict(name).enabled(share)}


def test_the_first_rule_that_fits_decides() -> None:
    judge = Judge(
        scope(outside("cuda", "test_cuda*"), inside("p1", "test_cuda_free", "test_a"), outside("late", "test_*"))
    )
    assert judge.verdict("test_cuda_free").reason == "cuda"
    assert (judge.verdict("test_a").reason, judge.verdict("test_a").rule) == ("in as p1", 1)
    assert judge.verdict("test_b").reason == "late"


def test_what_fits_no_rule_is_otherwise_and_said_to_be_unreviewed() -> None:
    verdict = Judge(scope(inside("p1", "test_a"))).verdict("other/test_b")
    assert (verdict.scope, verdict.reason, verdict.rule) == ("out", "nobody decided", UNREVIEWED)
    assert verdict.is_unreviewed


@pytest.mark.parametrize("name", ["", "/abs/test_x", "../test_x", "a b", "$(id)", "-rf", "a//b", "x\ny", "a" * 300])
def test_what_is_no_name_is_out_with_that_reason(name: str) -> None:
    verdict = Judge(scope(inside("p1", "**"))).verdict(name)
    assert (verdict.scope, verdict.reason, verdict.rule) == ("out", NO_NAME, UNNAMED)
    assert not verdict.enabled(100)


def test_a_file_and_its_name_are_one_test() -> None:
    judge = Judge(WIDE)
    assert judge.verdict("test_a.py") == judge.verdict("test_a")
    assert [verdict.test for verdict in judge_all(judge, ["test_b.py", "test_a", "test_b"])] == ["test_a", "test_b"]


@given(LIST, SHARE, SHARE)
def test_a_smaller_share_is_within_a_larger_one(names: set[str], one: float, other: float) -> None:
    assert enabled(names, min(one, other)) <= enabled(names, max(one, other))


@given(LIST, NAMES, SHARE)
def test_a_test_joins_and_leaves_alone(names: set[str], joins: str, share: float) -> None:
    """Adding one, and by symmetry removing it, changes at most that one."""
    assert enabled(names | {joins}, share) - {joins} == enabled(names - {joins}, share)


@given(LIST)
def test_nothing_at_0_and_everything_in_scope_at_100(names: set[str]) -> None:
    judge = Judge(WIDE)
    assert enabled(names, 0) == set()
    assert enabled(names, 100) == {name for name in names if judge.verdict(name).scope == "in"}


@given(LIST, SHARE)
def test_a_later_priority_waits_until_the_earlier_one_is_whole(names: set[str], share: float) -> None:
    judge = Judge(WIDE)
    verdicts = [judge.verdict(name) for name in names]
    if any(verdict.enabled(share) for verdict in verdicts if verdict.priority == "p2"):
        assert all(verdict.enabled(share) for verdict in verdicts if verdict.priority == "p1")


@given(NAMES)
def test_positions_lie_within_the_span_of_their_priority(name: str) -> None:
    verdict = Judge(WIDE).verdict(name)
    low, high = {"p1": (0, 20), "p2": (20, 100), "": (100, float("inf"))}[verdict.priority]
    assert low <= verdict.position <= high


def test_positions_are_even_enough_for_shares_to_be_shares() -> None:
    judge = Judge(scope(inside("p1", "test_*"), shares=(100.0,)))
    verdicts = [judge.verdict(f"test_{n}") for n in range(4000)]
    for share in (5, 25, 50, 80):
        reached = 100 * sum(verdict.enabled(share) for verdict in verdicts) / 4000
        assert abs(reached - share) < 3  # five standard deviations at most


def test_positions_stay_what_they_are() -> None:
    """Written down, because another function of the name would silently enable other tests everywhere."""
    assert fraction("spyre-62\ndynamo/test_misc") == (0x95022742CE2BAA08 >> 11) / 2**53  # from sha256sum
    assert fraction("\udcff") < 1


def test_why_not_has_the_same_words_for_the_same_reason() -> None:
    judge = Judge(WIDE)
    assert judge.verdict("odd_x").why_not(50) == "odd"
    waits = {judge.verdict(f"test_{n}").why_not(1) for n in range(50)}
    assert waits == {"in scope, and not among the first 1 %"}
    assert judge.verdict("test_1").why_not(100) == ""


def test_what_must_not_be_cut_apart() -> None:
    judge = Judge(scope(inside("p1", "**"), together=(together("class", "a/*"), together("file", "**"))))
    assert (judge.whole("a/test_x"), judge.whole("test_y")) == ("class", "file")
    assert Judge(WIDE).whole("test_y") is None
