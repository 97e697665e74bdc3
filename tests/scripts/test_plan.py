"""Plans: what their defaults mean."""

from __future__ import annotations

import dataclasses

import pytest

from shuntyard import plan
from shuntyard.plan import MODES, Plan, Row, Shard, Suite, Unit


def test_a_suite_by_itself_runs_whatever_the_project_collects() -> None:
    suite = Suite(id="x")
    assert (suite.tests, suite.command, suite.timeout_s) == (("*",), (), 3600)


def test_a_unit_by_itself_is_one_whole_shard() -> None:
    unit = Unit(id="u", runs_on=("a",), rows=(Row(id="r", values={}, runner="m", suite=Suite(id="s")),))
    assert unit.shard == Shard(index=1, of=1)


def test_a_plan_says_which_version_of_the_wire_it_is() -> None:
    assert Plan(pipeline="p", units=()).schema == plan.SCHEMA == 1


def test_plans_cannot_be_changed_and_take_names_only() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Plan(pipeline="p", units=()).seed = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        Shard(1, 2)  # type: ignore[call-arg]


def test_the_modes_are_the_four_that_the_rollout_knows() -> None:
    assert MODES == ("paired", "split", "python", "shell")
