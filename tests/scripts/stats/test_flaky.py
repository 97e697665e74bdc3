"""How flaky, how sure, and that nothing passes in silence."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.stats.flaky import Flips, Quarantine, flake, probability_above, rank, review

TODAY = date(2026, 11, 22)


def seen(flips: int, trials: int, case: str = "t.py::test_a") -> Flips:
    return Flips(repository="o/r", config="smoke", case=case, flips=flips, trials=trials)


@pytest.mark.parametrize(
    ("flips", "trials", "probability"), [(1, 100, 0.57), (3, 200, 0.78), (0, 50, 0.31), (2, 50, 0.96), (1, 10, 0.98)]
)
def test_the_posterior(flips: int, trials: int, probability: float) -> None:
    assert probability_above(flips, trials) == pytest.approx(probability, abs=0.005)


def test_a_sure_flake_is_proposed_for_quarantine_with_an_expiry() -> None:
    found = flake(seen(4, 100), TODAY)
    assert (found.quarantine, found.expires) == (True, "2026-12-06")
    assert found.low < found.rate < found.high
    assert found.rate == pytest.approx(0.04, abs=0.005)


def test_an_unsure_one_is_reported_without_a_proposal() -> None:
    found = flake(seen(1, 100), TODAY)
    assert (found.quarantine, found.expires) == (False, "")


def test_without_a_flip_the_prior_alone_puts_nothing_away() -> None:
    assert flake(seen(0, 0), TODAY, sure=0.5).quarantine is False


def test_more_flips_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="3 flips of 2 trials"):
        flake(seen(3, 2), TODAY)


@given(st.integers(0, 50), st.integers(0, 500))
def test_one_more_flip_never_makes_it_less_likely(flips: int, more: int) -> None:
    trials = flips + more + 1
    assert probability_above(flips, trials) <= probability_above(flips + 1, trials)
    assert 0 <= probability_above(flips, trials) <= 1


def test_the_surest_come_first() -> None:
    order = rank([seen(1, 100, "c"), seen(9, 100, "a"), seen(5, 100, "b")], TODAY)
    assert [each.seen.case for each in order] == ["a", "b", "c"]


def test_every_failure_is_shown_whatever_its_quarantine() -> None:
    bad = [("o/r", "smoke", name) for name in ("known", "old", "new")]
    kept = [
        Quarantine(repository="o/r", config="smoke", case="known", reason="4 of 100", expires="2026-11-22"),
        Quarantine(repository="o/r", config="smoke", case="old", reason="3 of 90", expires="2026-11-21"),
        Quarantine(repository="o/r", config="docs_test", case="new", reason="elsewhere", expires="2027-01-01"),
    ]
    found = review(bad, kept, TODAY)
    assert [(each.case, each.status) for each in found] == [
        ("known", "quarantined"), ("old", "quarantine expired"), ("new", "blocking"),
    ]  # fmt: skip
    assert found[0].note == "4 of 100 (until 2026-11-22)"
    assert found[1].note == "3 of 90 (expired 2026-11-21)"
