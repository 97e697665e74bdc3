"""One stage's numbers → the runs of a month → what that asks of the cards, and what people wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Literal

from shuntyard.capacity import arrivals, cadence
from shuntyard.capacity.durations import SPLIT_S, portion, split
from shuntyard.capacity.figures import Figures, measure
from shuntyard.capacity.shards import Packing, most_shards, pack
from shuntyard.capacity.simulate import Failures, Run, simulate

MONTH = 30  # days
SCHEDULED, PULL_REQUEST = "scheduled", "pull request"
First = Literal["pull-requests", "scheduled", "arrival"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Seconds that a job takes before its first test: at least, usually, at most. PyTorch measured 6 to 24 min for each
    added shard (ci-infra #958)."""

    low_s: float = 360.0
    usual_s: float = 720.0
    high_s: float = 1440.0

    @property
    def mean_s(self) -> float:
        """Of the triangular distribution that the simulation draws from."""
        return (self.low_s + self.usual_s + self.high_s) / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What a stage asks for.

    `files` are the seconds of every test in scope on this hardware; `percent` of them run, on `shards` cards, in jobs
    of `cards_per_job`. Runs start `a_day` times a day at the times of `name`, and with pushes: none, those to labelled
    changes, or every one; `pushes_a_workday` to all changes together. `noise` is the spread (sigma of the logarithm)
    of a job's test time from run to run. `signal_s`: nine runs of ten shall end within it. Cards fail if `failures`.
    """

    name: str
    files: Mapping[str, float]
    percent: float
    cards: int
    shards: int
    cards_per_job: int = 1
    a_day: int = 1
    pushes: Literal["none", "label", "every"] = "none"
    pushes_a_workday: float = 0.0
    pushes_per_change: float = 1.0
    labelled: float = 0.0
    first: First = "pull-requests"
    supersede: bool = True
    gang: bool = False
    setup: Setup = field(default_factory=Setup)
    noise: float = 0.1
    split_s: float = SPLIT_S
    signal_s: float | None = None
    failures: Failures | None = None

    def packing(self) -> Packing:
        """The enabled tests on the shards."""
        return pack(split(portion(self.files, self.percent).values(), self.split_s), self.shards)

    def on(self, cards: int) -> Scenario:
        """The same with another number of cards; no more shards than they can take at once."""
        return replace(self, cards=cards, shards=min(self.shards, max(most_shards(cards, self.cards_per_job), 1)))


def card_hours_a_run(scenario: Scenario, packing: Packing) -> float:
    """What one run holds, set-up included: a job holds all its cards until the last of them is done."""
    jobs = packing.jobs(scenario.cards_per_job)
    return scenario.cards_per_job * sum(load + scenario.setup.mean_s for load in jobs) / 3600


def forecast(scenario: Scenario, *, days: int = MONTH, seed: int = 0) -> Figures:
    """A month of the scenario. The same seed gives the same pushes whatever the cards are, so that two can be compared.

    Raises ShuntyardError where a run needs more cards at once than there are.
    """
    packing = scenario.packing()
    runs = _runs(scenario, packing, days, Random(seed))  # noqa: S311
    record = simulate(
        runs, cards=scenario.cards, until_s=float(days * arrivals.DAY_S), gang=scenario.gang,
        failures=scenario.failures, seed=seed,
    )  # fmt: skip
    return measure(record, cards=scenario.cards, days=days, signal_s=scenario.signal_s)


def _runs(scenario: Scenario, packing: Packing, days: int, rng: Random) -> list[Run]:
    loads = packing.jobs(scenario.cards_per_job)
    if not loads:
        return []
    starts = arrivals.clock(cadence.seconds(cadence.start_times(scenario.name, scenario.a_day)), days)
    pushed = arrivals.pushes(
        Random(rng.random()),  # noqa: S311 - a source of its own: the pushes stay the same whatever else is drawn
        days=days, a_workday=scenario.pushes_a_workday if scenario.pushes != "none" else 0.0,
        per_change=scenario.pushes_per_change, labelled=scenario.labelled,
    )  # fmt: skip
    dues = [*starts[1:], starts[0] + days * arrivals.DAY_S] if starts else []
    wanted = [(at, SCHEDULED, "", due) for at, due in zip(starts, dues, strict=True)]
    for push in pushed:
        if scenario.pushes == "every" or push.labelled:
            group = f"change {push.change}" if scenario.supersede else ""
            wanted.append((push.at_s, PULL_REQUEST, group, float("inf")))
    return [
        Run(
            at_s=at, kind=kind, jobs=_draw(scenario, loads, rng), cards=scenario.cards_per_job, group=group, due_s=due,
            priority=_priority(scenario.first, kind),
        )
        for at, kind, group, due in sorted(wanted)
    ]  # fmt: skip


def _draw(scenario: Scenario, loads: tuple[float, ...], rng: Random) -> tuple[float, ...]:
    """The seconds of each job of one run: its set-up, and its tests as they vary. Their mean stays the load."""
    setup, noise = scenario.setup, scenario.noise
    shift = -noise * noise / 2
    return tuple(
        rng.triangular(setup.low_s, setup.high_s, setup.usual_s) + load * rng.lognormvariate(shift, noise)
        for load in loads
    )


def _priority(first: First, kind: str) -> int:
    if first == "arrival":
        return 0
    return int((first == "pull-requests") != (kind == PULL_REQUEST))
