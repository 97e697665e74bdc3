"""Promotions and demotions, carried out while others act at the same time."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.rollout import apply
from generator.rollout.carry_out import Hand
from generator.rollout.edit import switch
from shuntyard.errors import ShuntyardError
from shuntyard.hub import Proposal, Reference
from shuntyard.hub.local import LocalHub
from shuntyard.rollout.decide import Move, Situation
from shuntyard.rollout.flags import VARIABLE
from shuntyard.rollout.log import FileLog
from tests.generator.rollout.samples import NOW, with_rollout
from tests.generator.yard import Yard
from tests.scripts.rollout.plans import finding, rollout

MOVE = Move(config="docs", phase="2A", release=False, findings=(finding("yes"),))


def hand(yard: Yard, folder: Path, hub: LocalHub | None) -> Hand:
    return Hand(toolkit=yard.toolkit(), hub=hub, log=FileLog(folder / "log"), now=NOW, by="a test")


def situation(yard: Yard) -> Situation:
    in_file = {name: item.python_runner for name, item in yard.toolkit().configurations.items()}
    return Situation(rollout=rollout(), in_file=in_file, variable={}, findings={}, now=NOW)


def test_a_demotion_that_comes_between_decision_and_promotion_wins(yard: Yard, tmp_path: Path) -> None:
    hub = LocalHub(tmp_path / "hub")
    decided = situation(with_rollout(yard))
    hub.set_variable(VARIABLE, "docs=off")
    (done,) = hand(yard, tmp_path, hub).promote([MOVE], decided, "variable")
    assert (done.changed, hub.variable(VARIABLE)) == (False, "docs=off")
    assert hand(yard, tmp_path, hub).log.read() == ([], [])


def test_only_what_depends_on_the_flag_is_rendered(yard: Yard) -> None:
    """A file that had drifted before stays as it is: it is not this change's."""
    change = apply.edit(with_rollout(yard).toolkit(), {"docs": True})
    assert next(iter(change.files)) == "matrices/suites.yml"
    assert set(change.files) == {"matrices/suites.yml", "matrices/compiled/nightly.json", "docs/reference/suites.md"}
    assert apply.edit(yard.toolkit(), {"docs": False}).files == {}


def test_several_flags_are_one_edit(yard: Yard) -> None:
    text = with_rollout(yard).matrix("suites").read_text()
    change = apply.edit(yard.toolkit(), {"docs": True, "gloo": True, "unit": False})
    wanted = switch(switch(switch(text, "docs", True), "gloo", True), "unit", False)
    assert change.files["matrices/suites.yml"] == wanted


def test_a_pull_request_that_fails_leaves_no_trace(yard: Yard, tmp_path: Path) -> None:
    class Refusing(LocalHub):
        def propose(self, proposal: Proposal) -> Reference:
            raise ShuntyardError("the hub refuses")

    before = with_rollout(yard).files()
    hub = Refusing(tmp_path / "hub")
    with pytest.raises(ShuntyardError, match="the hub refuses"):
        hand(yard, tmp_path, hub).promote([MOVE], situation(yard), "propose")
    assert yard.files() == before
    assert hand(yard, tmp_path, hub).log.read() == ([], [])


def test_a_demotion_may_be_proposed_for_the_file_besides(yard: Yard, tmp_path: Path) -> None:
    hub = LocalHub(tmp_path / "hub")
    done = hand(with_rollout(yard), tmp_path, hub).demote(["unit"], "it <hangs> @everyone", "propose")
    assert hub.variable(VARIABLE) == "unit=off"
    assert [each.changed for each in done] == [True, True]
    text = (tmp_path / "hub" / "pulls" / "1.json").read_text()
    assert "&lt;hangs>" in text and "@everyone" not in text
    assert [entry.action for entry in hand(yard, tmp_path, hub).log.read()[0]] == ["demoted", "proposed"]
