"""The files of quarantined cases: entries are added, kept until their day, and never lost by a bad file."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.alerts.quarantines import Entry, merge, path, propose, read
from shuntyard.alerts.rules import Place
from shuntyard.errors import ShuntyardError
from shuntyard.hub.paths import check_branch, check_files
from shuntyard.stats.flaky import Flips, flake

TODAY = date(2026, 11, 22)
names = st.text(max_size=20)


def entry(case: str, expires: str = "2026-12-06", reason: str = "it flips") -> Entry:
    return Entry(repository="o/r", config="smoke", case=case, owner="us", reason=reason, expires=expires)


def test_only_sure_flakes_are_proposed() -> None:
    seen = [Flips(repository="o/r", config="smoke", case=f"t{flips}", flips=flips, trials=100) for flips in (1, 30)]
    proposed = propose([flake(each, TODAY) for each in seen], "us")
    assert [each.case for each in proposed] == ["t30"]
    assert proposed[0].expires == "2026-12-06" and "30 of 100" in proposed[0].reason


def test_merging_keeps_days_and_drops_what_expired() -> None:
    before = merge("", [entry("a"), entry("old", "2026-11-21"), entry("last day", "2026-11-22")], TODAY)
    after = merge(before, [entry("a", "2027-01-01"), entry("b")], TODAY)
    assert {(each.case, each.expires) for each in read(after)} == {
        ("a", "2026-12-06"), ("b", "2026-12-06"), ("last day", "2026-11-22"),
    }  # fmt: skip
    assert merge(after, [entry("b")], TODAY) == after


@pytest.mark.parametrize("text", ["{", "[]", '{"quarantines": [{"case": "x"}]}', '{"schema": "1"}'])
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(ShuntyardError, match="not understood"):
        merge(text, [entry("a")], TODAY)


@given(st.lists(st.builds(entry, names), max_size=5), st.lists(st.builds(entry, names), max_size=5))
def test_whatever_the_names_nothing_is_lost(first: list[Entry], second: list[Entry]) -> None:
    text = merge(merge("", first, TODAY), second, TODAY)
    assert {each.case for each in read(text)} == {each.case for each in (*first, *second)}


@given(names)
def test_the_path_is_one_that_a_hub_takes(name: str) -> None:
    place = Place(per="pipeline", name=name, repository="o/r")
    check_files([path(place)])
    check_branch(f"shuntyard/quarantine-{path(place).removeprefix('matrices/quarantine/').removesuffix('.json')}")
    assert path(place).startswith("matrices/quarantine/") and "/" not in path(place).removeprefix(
        "matrices/quarantine/"
    )
