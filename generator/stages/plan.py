"""The capacity plan: every stage's shards, and a simulated month of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generator.ladder.effective import EffectiveStage, effective
from generator.stages.demand import Work, scenario
from generator.stages.read import Staged
from shuntyard.capacity.durations import portion, split
from shuntyard.capacity.figures import Figures
from shuntyard.capacity.remedies import Remedy, cards_enough, remedies
from shuntyard.capacity.scenario import card_hours_a_run, forecast
from shuntyard.capacity.shards import lower_bound

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePlan:
    """One stage: what is rendered for it, and what a month of it comes to. `files` of the tests are enabled; one run
    takes `test_hours` of tests, holds `card_hours` (set-up and idle cards included), and its longest shard has
    `makespan_s` of tests, where no plan could have less than `bound_s`. `enough`: the fewest cards that would do.
    `figures` is None for a stage that enables no test."""

    stage: EffectiveStage
    files: int
    test_hours: float
    card_hours: float
    makespan_s: float
    bound_s: float
    figures: Figures | None = None
    enough: int | None = None
    remedies: tuple[Remedy, ...] = ()

    @property
    def keeps(self) -> bool:
        return self.figures is None or self.figures.keeps


def plan(staged: Staged, work: Work, *, days: int, seed: int, tell: Tell) -> tuple[StagePlan, ...]:
    """Every stage's plan. `tell` is called as each begins: a stage that is too small takes seconds to mend."""
    plans = []
    for item in staged.block.ladder:
        tell(f"stage {item.stage}: simulating {days} days with {item.cards:,} cards")
        plans.append(_plan(staged, item.stage, work, days, seed, tell))
    return tuple(plans)


def _plan(staged: Staged, stage: int, work: Work, days: int, seed: int, tell: Tell) -> StagePlan:
    asked = scenario(staged, stage, work.files)
    enabled = portion(work.files, asked.percent)
    packing, parts = asked.packing(), split(enabled.values(), asked.split_s)
    bare = StagePlan(
        stage=effective(staged.pipeline, staged.block, stage),
        files=len(enabled),
        test_hours=packing.total_s / 3600,
        card_hours=card_hours_a_run(asked, packing),
        makespan_s=packing.makespan_s,
        bound_s=lower_bound(parts, max(asked.shards, 1)),
    )
    if not asked.shards:
        return bare
    figures = forecast(asked, days=days, seed=seed)
    found: tuple[Remedy, ...] = ()
    if not figures.keeps:
        tell(f"stage {stage}: too small; looking for what would be enough")
        found = remedies(asked, days=days, seed=seed)
    enough = cards_enough(asked, days=days, seed=seed) if figures.keeps else None
    return StagePlan(
        stage=bare.stage, files=bare.files, test_hours=bare.test_hours, card_hours=bare.card_hours,
        makespan_s=bare.makespan_s, bound_s=bare.bound_s, figures=figures, enough=enough, remedies=found,
    )  # fmt: skip
