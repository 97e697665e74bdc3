"""Which phase has its turn: in order, on evidence, never past a flag that an alert switched off."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.rollout.decide import Decision, Situation, decide
from shuntyard.rollout.flags import effective
from shuntyard.rollout.phases import EVERYTHING
from shuntyard.stats.kpi import Met
from tests.scripts.rollout.plans import ALL_GOOD, IN_FILE, NOW, rollout, situation

CONFIGS = list(IN_FILE)
METS: list[Met] = ["yes", "no", "unknown"]


def moves(found: Decision) -> list[str]:
    return [move.config for move in found.moves]


def states(found: Decision) -> dict[str, str]:
    return {phase.phase: phase.state for phase in found.phases}


def test_what_meets_its_criteria_is_promoted_and_the_next_phase_waits() -> None:
    found = decide(situation(rollout(), {**ALL_GOOD, "python": "unknown"}))
    assert moves(found) == ["docs"]
    assert found.moves[0].findings[0].met == "yes"
    assert states(found) == {"1": "done", "2A": "open", "2B": "waiting", "3": "waiting"}
    assert [phase.why for phase in found.phases] == [
        "", "not on yet: docs, python", "waits for phase 2A", "waits for phase 2A",
    ]  # fmt: skip


def test_a_phase_that_need_not_last_lets_the_next_begin_at_once() -> None:
    assert moves(decide(situation(rollout(), ALL_GOOD))) == ["docs", "python", "jit"]


def test_a_phase_lasts_its_days_after_its_last_switch() -> None:
    plan, on = rollout(days=14), {**IN_FILE, "docs": True, "python": True}
    assert moves(decide(situation(plan, ALL_GOOD))) == ["docs", "python"]
    since = {"docs": NOW - timedelta(days=20), "python": NOW - timedelta(days=13)}
    waiting = decide(situation(plan, ALL_GOOD, in_file=on, switched_on=since))
    assert moves(waiting) == []
    assert waiting.phases[1].why == "lasts 14 days, until 2026-11-23 04:00 UTC"
    over = situation(plan, ALL_GOOD, in_file=on, switched_on=since, now=NOW + timedelta(days=1))
    assert moves(decide(over)) == ["jit"]


def test_a_phase_whose_evidence_went_bad_stops_the_rollout_and_is_told() -> None:
    on = {**IN_FILE, "docs": True, "python": True}
    found = decide(situation(rollout(), {**ALL_GOOD, "docs": "no"}, in_file=on))
    assert moves(found) == []
    assert found.told == ("docs is on and does not meet: fallback_rate == 0%",)
    assert (found.phases[1].state, found.phases[1].why) == ("open", "criteria not met: docs")


def test_a_phase_that_was_accepted_before_needs_its_flags_but_no_evidence() -> None:
    met: dict[str, Met] = {**ALL_GOOD, "smoke": "unknown"}
    assert moves(decide(situation(rollout(), met))) == ["docs", "python", "jit"]
    off = situation(rollout(), met, in_file={**IN_FILE, "smoke": False})
    assert moves(decide(off)) == []
    assert states(decide(off))["2A"] == "waiting"


def test_everything_is_judged_as_one_and_switches_nothing() -> None:
    on = dict.fromkeys(IN_FILE, True)
    found = decide(situation(rollout(), ALL_GOOD, in_file=on))
    assert (moves(found), set(states(found).values())) == ([], {"done"})
    missing = decide(situation(rollout(), {**ALL_GOOD, EVERYTHING: "unknown"}, in_file=on))
    assert missing.phases[3].why == "criteria not met: everything"


@pytest.mark.parametrize("variable", [{"docs": False}, {"*": False, "smoke": True}])
def test_what_the_variable_keeps_off_waits_for_a_release(variable: dict[str, bool]) -> None:
    why = {"docs": "switched off yesterday by alert: too many fallbacks"}
    held = situation(rollout(), ALL_GOOD, variable=variable, held_why=why)
    found = decide(held)
    assert "docs" not in moves(found)
    assert f"keeps it off ({why['docs']}); --release docs lets it go on" in found.told[0]
    released = decide(held, frozenset({"docs"}))
    assert moves(released)[0] == "docs"
    assert released.moves[0].release


def test_a_release_needs_the_criteria_too() -> None:
    held = situation(rollout(), {**ALL_GOOD, "docs": "unknown"}, variable={"docs": False})
    assert "docs" not in moves(decide(held, frozenset({"docs"})))


def test_the_variable_may_have_switched_on_already() -> None:
    found = decide(situation(rollout(), ALL_GOOD, variable={"docs": True, "python": True}))
    assert moves(found) == ["jit"]
    assert found.phases[1].members[0].by == "variable"


def applied(before: Situation, found: Decision, *, in_file: bool) -> Situation:
    """The situation after the promotions, made in the file or in the variable."""
    on = dict.fromkeys(moves(found), True)
    since = {**before.switched_on, **dict.fromkeys(moves(found), before.now)}
    kept = {name: flag for name, flag in before.variable.items() if name not in on}
    if in_file and "*" not in kept:
        return replace(before, in_file={**before.in_file, **on}, variable=kept, switched_on=since)
    return replace(before, variable={**before.variable, **on}, switched_on=since)


flags = st.dictionaries(st.sampled_from([*CONFIGS, "*"]), st.booleans())
files = st.fixed_dictionaries({config: st.booleans() for config in CONFIGS})
measured = st.dictionaries(st.sampled_from([*CONFIGS, EVERYTHING]), st.sampled_from(METS))
releases = st.frozensets(st.sampled_from(CONFIGS))


@given(files, flags, measured, releases, st.sampled_from([0, 14]), st.booleans())
def test_advancing_twice_is_advancing_once(
    in_file: dict[str, bool],
    variable: dict[str, bool],
    met: dict[str, Met],
    release: frozenset[str],
    days: int,
    file: bool,
) -> None:
    before = situation(rollout(days), met, in_file=in_file, variable=variable)
    found = decide(before, release)
    assert moves(decide(applied(before, found, in_file=file), release)) == []


@given(files, flags, measured, releases, st.sampled_from([0, 14]))
def test_only_what_is_off_proven_and_not_held_is_promoted_and_only_in_order(
    in_file: dict[str, bool], variable: dict[str, bool], met: dict[str, Met], release: frozenset[str], days: int
) -> None:
    before = situation(rollout(days), met, in_file=in_file, variable=variable)
    found = decide(before, release)
    for move in found.moves:
        assert not effective(move.config, variable, in_file[move.config])
        assert met.get(move.config) == "yes"
        assert not move.release or move.config in release
        assert move.config in release or move.config not in variable
    after = {config: effective(config, variable, in_file[config]) or config in moves(found) for config in CONFIGS}
    if "jit" in moves(found):
        assert after["smoke"] and after["docs"] and after["python"]


@given(files, flags, measured, releases, st.sampled_from(CONFIGS))
def test_a_demotion_never_makes_anything_else_go_on(
    in_file: dict[str, bool], variable: dict[str, bool], met: dict[str, Met], release: frozenset[str], demoted: str
) -> None:
    """Whatever would have been promoted with it on is a superset of what is promoted with it off."""
    before = situation(rollout(), met, in_file=in_file, variable=variable)
    after = replace(before, variable={**variable, demoted: False})
    assert set(moves(decide(after, release - {demoted}))) <= set(moves(decide(before, release))) - {demoted}
