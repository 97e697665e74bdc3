"""The same tests with the same outcomes?"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import fisher_exact

from shuntyard.stats.outcomes import agree

PASSED = {"passed": 10}


def test_equal_arms_agree() -> None:
    found = agree({"a": PASSED, "b": {"skipped": 10}}, {"a": PASSED, "b": {"skipped": 9}})
    assert (found.same_tests, found.same_outcomes, found.verdict, found.differences) == (True, True, "equivalent", ())
    assert (found.tests_a, found.tests_b) == (1, 1)


@pytest.mark.parametrize(
    ("baseline", "candidate", "kind", "verdict"),
    [
        (PASSED, {}, "missing", "regressed"),
        (PASSED, {"skipped": 10}, "missing", "regressed"),
        ({}, PASSED, "added", "improved"),
        ({"skipped": 10}, PASSED, "added", "improved"),
        (PASSED, {"failed": 10}, "broken", "regressed"),
        (PASSED, {"failed": 4, "crashed": 6}, "broken", "regressed"),
        ({"error": 10}, PASSED, "mended", "improved"),
        (PASSED, {"passed": 9, "failed": 1}, "unsteady", "inconclusive"),
        ({"passed": 9, "failed": 1}, PASSED, "unsteady", "inconclusive"),
        (PASSED, {"passed": 2, "failed": 8}, "less reliable", "regressed"),
        ({"passed": 9, "failed": 1}, {"passed": 1, "failed": 9}, "less reliable", "regressed"),
        (PASSED, {"xfailed": 10}, "changed", "inconclusive"),
    ],
)
def test_every_difference_is_listed_with_what_it_means(
    baseline: dict[str, int], candidate: dict[str, int], kind: str, verdict: str
) -> None:
    a, b = ({"same": PASSED, **({"case": outcomes} if outcomes else {})} for outcomes in (baseline, candidate))
    found = agree(a, b)
    assert [(each.case, each.kind) for each in found.differences] == [("case", kind)]
    assert (found.differences[0].baseline, found.differences[0].candidate) == (baseline, candidate)
    assert (found.verdict, found.same_outcomes) == (verdict, False)
    assert found.same_tests is (kind not in ("missing", "added"))


def test_a_case_that_flips_alike_in_both_arms_is_no_difference() -> None:
    assert agree({"a": {"passed": 8, "failed": 2}}, {"a": {"passed": 7, "failed": 3}}).verdict == "equivalent"


def test_the_worst_kind_decides() -> None:
    found = agree({"a": PASSED, "b": {"failed": 10}}, {"a": {"failed": 10}, "b": PASSED})
    assert [each.kind for each in found.differences] == ["broken", "mended"]
    assert found.verdict == "regressed"


def test_among_thousands_of_cases_a_few_failures_are_chance() -> None:
    few = {"passed": 15, "failed": 5}
    others = {f"case_{number}": {"passed": 20} for number in range(3000)}
    alone, among = (
        agree({"a": {"passed": 20}}, {"a": few}),
        agree({**others, "a": {"passed": 20}}, {**others, "a": few}),
    )
    assert (alone.differences[0].kind, among.differences[0].kind) == ("less reliable", "unsteady")


@pytest.mark.parametrize("arms", [({}, {"a": PASSED}), ({"a": PASSED}, {}), ({}, {})])
def test_an_arm_without_cases_cannot_be_judged(
    arms: tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]],
) -> None:
    found = agree(*arms)
    assert (found.same_tests, found.same_outcomes, found.verdict) == (None, None, "inconclusive")


def test_the_p_value_is_fishers() -> None:
    found = agree({"a": {"passed": 18, "failed": 2}}, {"a": {"passed": 5, "failed": 12}})
    assert found.differences[0].p == pytest.approx(
        fisher_exact(np.array([[12, 5], [2, 18]]), alternative="greater").pvalue
    )
