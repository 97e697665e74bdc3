"""`stage: N` → everything that it moves: triggers, shards, concurrency, gates, stacks. Pure; the renderer reads it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from generator.stages_format import StageItem, StagesBlock
from shuntyard.capacity import cadence
from shuntyard.capacity.scenario import Setup
from shuntyard.capacity.shards import most_shards, shards_for
from shuntyard.errors import ShuntyardError

Concurrency = Literal["supersede", "queue"]
_SPARE = 3  # a job may take so many times its target before it is stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveStage:
    """What a pipeline is at one stage.

    `crons` (UTC, five fields, never at minute 0), `labels` and `every_pull_request` start the enabled tests: `share`
    per cent of those in scope, on `shards` cards in `jobs` matrix jobs of `cards_per_job`; 0 shards: none is enabled.
    `device_crons` start the package's own tests on cards. `gates` are what a pull request must pass; `blocking` says
    whether the enabled tests are among it. Pushes to one pull request supersede each other while they wait, or queue;
    scheduled runs always queue: no push ends a nightly. Nine of ten runs shall have their result within
    `signal_minutes`, if any are named.
    """

    pipeline: str
    stage: int
    title: str
    cards: int
    share: int
    runs_a_day: int
    crons: tuple[str, ...]
    device_crons: tuple[str, ...]
    labels: tuple[str, ...]
    every_pull_request: bool
    workflows: tuple[str, ...]
    gates: tuple[str, ...]
    blocking: bool
    shards: int
    cards_per_job: int
    jobs: int
    timeout_minutes: int
    signal_minutes: int | None
    pull_request_concurrency: Concurrency
    scheduled_concurrency: Concurrency
    pull_request_stack: Literal["pinned", "main"]
    scheduled_stack: Literal["pinned", "main"]
    publishes: bool
    reports_to_hud: bool

    def runs(self, workflow: str) -> bool:
        """Whether the workflow is there at this stage, such as `emulation` from stage 3 on."""
        return workflow in self.workflows


def effective(pipeline: str, stages: StagesBlock, stage: int) -> EffectiveStage:
    """The stage of that number, of the pipeline of that name. Raises ShuntyardError where there is none."""
    item = next((each for each in stages.ladder if each.stage == stage), None)
    if item is None:
        raise ShuntyardError(f"{pipeline} has no stage {stage}", hint=f"the last is {stages.ladder[-1].stage}")
    shards = planned_shards(stages, item)
    return EffectiveStage(
        pipeline=pipeline,
        stage=item.stage,
        title=item.title,
        cards=item.cards,
        share=item.share,
        runs_a_day=item.runs_a_day,
        crons=spread(pipeline, item.runs_a_day),
        device_crons=spread(f"{pipeline}-device", item.runs_a_day),
        labels=tuple(stages.labels) if item.pull_requests == "label" and item.share else (),
        every_pull_request=item.pull_requests == "every" and item.share > 0,
        workflows=tuple(item.workflows),
        gates=tuple(item.gates),
        blocking=item.blocks,
        shards=shards,
        cards_per_job=item.cards_per_job,
        jobs=math.ceil(shards / item.cards_per_job),
        timeout_minutes=_SPARE * stages.shards.target_minutes,
        signal_minutes=item.signal_minutes,
        pull_request_concurrency="supersede" if item.supersede else "queue",
        scheduled_concurrency="queue",
        pull_request_stack=stages.stacks.pull_requests,
        scheduled_stack=stages.stacks.scheduled,
        publishes=item.packages == "publish",
        reports_to_hud=item.signal == "hud",
    )


def spread(name: str, runs_a_day: int) -> tuple[str, ...]:
    """The crons of a pipeline: their minute follows from its name, so that not all of them start at once."""
    cron = cadence.cron(cadence.start_times(name, runs_a_day))
    return (cron,) if cron else ()


def setup_of(stages: StagesBlock) -> Setup:
    """The set-up of a job, in seconds."""
    low, usual, high = (60.0 * minutes for minutes in stages.shards.setup_minutes)
    return Setup(low_s=low, usual_s=usual, high_s=high)


def planned_shards(stages: StagesBlock, item: StageItem) -> int:
    """So many that a shard takes its target, as far as cards and jobs allow; from the hours that the file states, so
    that what is rendered depends on nothing outside it."""
    total_s = stages.tests.hours * stages.tests.slowdown * 3600 * item.share / 100
    window_s = 60 * stages.shards.target_minutes - setup_of(stages).mean_s
    return shards_for(total_s, window_s, most_shards(item.cards, item.cards_per_job))
