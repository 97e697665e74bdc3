"""One field, `stage`, moves everything."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.cron import checked
from generator.ladder.effective import EffectiveStage, effective
from generator.stages.read import read_stages
from shuntyard.errors import ShuntyardError
from tests.generator.stages.samples import FIXTURE, staged

GOLDEN = FIXTURE.parent / "torch-spyre.effective.json"
BLOCK = read_stages(FIXTURE, shown="torch-spyre.yml").block


def test_each_stage_is_what_it_was() -> None:
    """The golden file holds crons, shards, labels, gates of every stage."""
    found = [asdict(effective("torch-spyre", BLOCK, number)) for number in range(6)]
    assert json.loads(json.dumps(found)) == json.loads(GOLDEN.read_text(encoding="utf-8"))


def stage(number: int) -> EffectiveStage:
    return effective("torch-spyre", BLOCK, number)


def test_triggers_follow_the_stage() -> None:
    crons = [stage(number).crons for number in range(6)]
    assert crons == [
        ("45 3 * * *",), ("45 3 * * *",), ("45 3 * * *",), ("45 5,11,17,23 * * *",), ("45 5,11,17,23 * * *",),
        ("45 3 * * *",),
    ]  # fmt: skip
    assert [stage(number).labels for number in range(6)] == [(), *[("ciflow/spyre",)] * 4, ()]
    assert [stage(number).every_pull_request for number in range(6)] == [False] * 5 + [True]
    assert [stage(number).publishes for number in range(6)] == [False] + [True] * 5
    assert [stage(number).reports_to_hud for number in range(6)] == [False] * 5 + [True]
    assert [stage(number).runs("emulation") for number in range(6)] == [False] * 3 + [True] * 3
    assert {stage(number).blocking for number in range(6)} == {False}


def test_shards_follow_the_share() -> None:
    """31.4 h of tests, 46 min of tests a shard: ceil(31.4 × 60 × share / 46)."""
    assert [stage(number).shards for number in range(6)] == [0, 3, 11, 21, 33, 33]
    assert [stage(number).jobs for number in range(6)] == [0, 3, 6, 6, 5, 5]


def test_scheduled_runs_queue_and_pushes_supersede(tmp_path: Path) -> None:
    assert (stage(4).pull_request_concurrency, stage(4).scheduled_concurrency) == ("supersede", "queue")
    queueing = staged(tmp_path, ("signal: hud\n", "signal: hud\n      supersede: false\n")).block
    assert effective("torch-spyre", queueing, 5).pull_request_concurrency == "queue"


def test_stacks_follow_the_trigger() -> None:
    assert (stage(2).pull_request_stack, stage(2).scheduled_stack) == ("pinned", "main")


@given(st.from_regex(r"[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9}){0,2}", fullmatch=True), st.integers(0, 5))
def test_whatever_its_name_a_pipeline_s_crons_are_valid_and_its_jobs_fit(name: str, number: int) -> None:
    found = effective(name, BLOCK, number)
    assert found == effective(name, BLOCK, number)
    for cron in found.crons:
        assert 17 <= int(checked(cron).split(" ")[0]) <= 53
    assert found.jobs <= 256
    assert found.jobs * found.cards_per_job <= found.cards
    assert found.shards <= found.jobs * found.cards_per_job


@pytest.mark.parametrize("slowdown", [10, 100, 1000])
def test_much_slower_cards_take_all_that_a_matrix_can_hold(tmp_path: Path, slowdown: int) -> None:
    block = staged(tmp_path, ("slowdown: 1.0", f"slowdown: {slowdown}")).block
    found = effective("torch-spyre", block, 4)
    assert found.shards == min(-(-int(31.4 * 3600 * slowdown * 0.8) // 2760), 2048)
    assert found.jobs <= 256


def test_there_is_no_stage_beyond_the_last() -> None:
    with pytest.raises(ShuntyardError, match="no stage 6"):
        stage(6)
