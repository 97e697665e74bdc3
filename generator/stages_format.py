"""The authoring format of a pipeline's `stages:`, as strict models: what grows from stage to stage, and what allows it.

`stage: N` beside it is the one field that moves everything; docs/stages.md says what.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from generator.alphabet import Argument, LabelName, Name, Strict, Text

Percent = Annotated[int, Field(ge=0, le=100)]
Days = Annotated[int, Field(ge=1, le=730)]
PositiveMinutes = Annotated[int, Field(ge=1, le=1440)]
Workflow = Name
Stack = Literal["pinned", "main"]
StageNumber = Annotated[int, Field(ge=0, le=99)]
ListName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.+-]*$", max_length=120)]


class StageCriterion(Strict):
    """What has to be true before a stage may begin: measured (`condition`), or said by somebody (`confirmed`)."""

    criterion: Text = Field(description="what it is called, as the plan's document puts it")
    condition: Annotated[Argument, Field(min_length=1)] | None = Field(
        default=None, description="such as `flaky_share < 5%`, `recovery_time < 3 d`, `time_to_signal < 2 h`"
    )
    confirmed: bool | None = Field(
        default=None, description="for what no history shows: true once somebody has checked"
    )
    days: Days | None = Field(default=None, description="the window in days of history; `criteria.days` if absent")
    least: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="runs below which nothing is known; `criteria.least` if absent"
    )
    sure: bool = Field(default=False, description="the whole 95 % interval must keep it, not only the value")


class StageItem(Strict):
    """One stage, whole: nothing is inherited from the one before."""

    stage: StageNumber
    title: Text
    cards: Annotated[int, Field(ge=1, le=65_536)] = Field(description="accelerator cards that the pool has")
    share: Percent = Field(description="per cent of the tests in scope that are enabled")
    runs_a_day: Annotated[int, Field(ge=0, le=24)] = Field(
        alias="runs-a-day", description="scheduled runs: 1 is a nightly; their crons follow from the pipeline's name"
    )
    pull_requests: Literal["none", "label", "every"] = Field(
        default="label", alias="pull-requests", description="which pull requests run the enabled tests"
    )
    blocks: bool = Field(default=False, description="the enabled tests block a pull request; needs `every`")
    workflows: list[Workflow] = Field(min_length=1, description="what there is at this stage, of `stages.workflows`")
    gates: list[Workflow] = Field(default=[], description="those of them that a pull request must pass")
    cards_per_job: Annotated[int, Field(ge=1, le=256)] = Field(
        default=1, alias="cards-per-job", description="cards that one job drives; a matrix has at most 256 jobs"
    )
    packages: Literal["build", "publish"] = Field(
        default="build", description="publish: Test PyPI on main, PyPI on release"
    )
    signal: Literal["none", "hud"] = Field(default="none", description="hud: results are reported to PyTorch HUD")
    signal_minutes: PositiveMinutes | None = Field(
        default=None, alias="signal-minutes", description="nine runs of ten shall have their result within it"
    )
    supersede: bool = Field(default=True, description="a push supersedes an earlier one of its pull request that waits")
    criteria: list[StageCriterion] = Field(default=[], description="what must be true before this stage begins")


class Stacks(Strict):
    """Which PyTorch is tested: the pinned one, or its main branch."""

    pull_requests: Stack = Field(default="pinned", alias="pull-requests")
    scheduled: Stack = "main"


class Tests(Strict):
    """How much there is to test; `shuntyard stage --durations FILE` says what these should be."""

    files: Annotated[int, Field(ge=1)] = Field(description="test files in scope")
    hours: Annotated[float, Field(gt=0, le=1_000_000)] | Annotated[int, Field(gt=0, le=1_000_000)] = Field(
        description="card-hours of all tests in scope where the durations are from, set-up not counted"
    )
    job: ListName = Field(default="default", description="the job of the times file whose lists count")
    configs: list[ListName] = Field(default=["default"], min_length=1, description="its configurations")
    slowdown: Annotated[float, Field(gt=0, le=1000)] | Annotated[int, Field(gt=0, le=1000)] = Field(
        default=1.0, description="times as long as on the hardware that the durations are from"
    )
    split_minutes: PositiveMinutes = Field(
        default=10, alias="split-minutes", description="longer test files are split, as PyTorch's runner does"
    )


class Shards(Strict):
    """How a run is cut."""

    target_minutes: PositiveMinutes = Field(
        default=60, alias="target-minutes", description="how long a shard should take, set-up included"
    )
    setup_minutes: Annotated[list[PositiveMinutes], Field(min_length=3, max_length=3)] = Field(
        default=[6, 12, 24], alias="setup-minutes", description="set-up of each job: at least, usually, at most"
    )


class Load(Strict):
    """What people ask for, for the simulation."""

    pushes_a_workday: Annotated[int, Field(ge=0, le=5000)] = Field(
        default=40, alias="pushes-a-workday", description="to all pull requests together"
    )
    pushes_per_pull_request: Annotated[int, Field(ge=1, le=100)] = Field(default=4, alias="pushes-per-pull-request")
    labelled: Percent = Field(default=10, description="per cent of the pull requests that carry the label")
    first: Literal["pull-requests", "scheduled", "arrival"] = Field(
        default="pull-requests", description="who is served first where both wait"
    )
    placement: Literal["job", "gang"] = Field(
        default="job", description="job: each starts when its cards are free; gang: all jobs of a run at once"
    )
    card_mtbf_hours: Annotated[int, Field(ge=1)] | None = Field(
        default=None, alias="card-mtbf-hours", description="hours between two failures of one card; absent: none fails"
    )
    repair_hours: Annotated[int, Field(ge=1, le=2400)] = Field(default=24, alias="repair-hours")


class Defaults(Strict):
    """The window of criteria that name none."""

    days: Days = 14
    least: Annotated[int, Field(ge=1)] = 10


class StagesBlock(Strict):
    """`stages:` of a pipeline file."""

    workflows: list[Workflow] = Field(min_length=1, description="everything that any stage runs, each named once")
    tests_in: Workflow | None = Field(
        default=None, alias="tests-in", description="the workflow that runs the enabled share of the tests"
    )
    labels: list[LabelName] = Field(default=[], description="labels that start the enabled tests on a pull request")
    stacks: Stacks = Stacks()
    tests: Tests
    shards: Shards = Shards()
    load: Load = Load()
    criteria: Defaults = Defaults()
    history: list[Name] = Field(default=[], description="pipelines whose history counts; empty: this one's")
    ladder: list[StageItem] = Field(min_length=1, description="the stages, from 0 on")
