"""The authoring format: what a maintainer may write under matrices/, as strict models.

JSON Schemas for editors are rendered from these models, so a description here is what an editor shows.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from generator.alphabet import (
    Argument,
    AxisValue,
    Commit,
    Cron,
    EnvName,
    LabelName,
    Minutes,
    Name,
    PathPattern,
    Repository,
    Risk,
    Scalar,
    Strict,
    Text,
    Word,
)
from generator.recipe import ActionsFile


class ToolkitFile(Strict):
    """matrices/toolkit.yml: where this toolkit lives. A fork changes `repository`."""

    repository: Repository = Field(description="owner/name of the repository that holds the toolkit")
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] = Field(
        description="the ref that callers use, such as v1"
    )
    self_reference: Literal["local", "pinned"] = Field(
        default="local",
        alias="self-reference",
        description="local: `$/actions/x`; pinned: `owner/repo/actions/x@version`, for GitHub Enterprise Server",
    )
    hub: Name = Field(description="the runner for jobs that need no special hardware: select, report, gate")


class Pin(Strict):
    """A marketplace action, pinned."""

    version: Annotated[str, Field(pattern=r"^v[0-9][A-Za-z0-9.]*$")]
    commit: Commit


class Label(Strict):
    """A pull-request label that triggers something."""

    summary: Text
    color: Annotated[str, Field(pattern=r"^[0-9a-f]{6}$")] = "1f6feb"


class Quarantine(Strict):
    """A runner that must not be used. Expires, so that nobody forgets it."""

    owner: Text
    reason: Text
    until: date


class Runner(Strict):
    """A kind of machine."""

    labels: list[LabelName] = Field(min_length=1, description="what `runs-on` asks for")
    summary: Text
    hosted: bool = Field(default=False, description="GitHub's own machine")
    accelerator: Word | None = Field(
        default=None, description="such as gpu_rocm, gpu_cuda, npu_spyre; absent on plain machines"
    )
    cards: Annotated[int, Field(ge=1)] | None = None
    memory_gb: Annotated[int, Field(ge=1)] | None = Field(default=None, alias="memory-gb")
    cost: Annotated[int, Field(ge=0)] | None = Field(default=None, description="US cents an hour, where known")
    quarantine: Quarantine | None = None


class RunnersFile(Strict):
    """matrices/runners.yml: each runner, declared once."""

    runners: dict[Name, Runner] = Field(min_length=1)


class LabelsFile(Strict):
    """matrices/labels.yml: each label, declared once."""

    labels: dict[LabelName, Label]


class PinsFile(Strict):
    """matrices/pins.yml: each marketplace action, pinned once."""

    pins: dict[Repository, Pin]


class SuiteBase(Strict):
    """A test suite: the tests that every configuration of it runs, and where they live."""

    tests: list[Annotated[str, Field(pattern=r"^(\*|[A-Za-z0-9][A-Za-z0-9_./-]*)$")]] = Field(
        default=["*"], description="test modules; `*` is whatever the project's own pytest settings collect"
    )
    places: list[PathPattern] = Field(
        default=["test/{test}.py", "tests/{test}.py", "testing/{test}.py"], description="where a test is looked for"
    )
    command: list[Argument] = Field(default=[], description="an argument vector to run instead of pytest")
    arguments: list[Argument] = Field(default=[], description="extra pytest arguments")


class Configuration(Strict):
    """A test configuration: a suite, and what it adds to it."""

    suite: Word
    adds: list[Word] = Field(default=[], description="tests on top of the suite's own")
    risk: Risk = "low"
    phase: Word | None = Field(default=None, description="the rollout phase it belongs to, such as 2A")
    python_runner: bool = Field(
        default=True, alias="python-runner", description="the feature flag: the Python runner is switched on for it"
    )
    timeout_minutes: Minutes = Field(default=60, alias="timeout-minutes")
    arguments: list[Argument] = []
    env: dict[EnvName, Argument] = {}


class SuitesFile(Strict):
    """matrices/suites.yml: every suite and every configuration of it."""

    suites: dict[Word, SuiteBase]
    configurations: dict[Word, Configuration]


class Schedule(Strict):
    """A cron, in UTC unless `timezone` says otherwise."""

    cron: Cron
    timezone: Annotated[str, Field(pattern=r"^[A-Za-z_]+(/[A-Za-z_+-]+)*$")] | None = None


class Call(Strict):
    """`workflow_call`: the inputs that callers may set, by the names that the jobs' actions declare."""

    inputs: list[Name] = []


class Push(Strict):
    """`push` to branches."""

    branches: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9_.*/-]+$")]] = Field(min_length=1)


class Triggers(Strict):
    """What starts the pipeline."""

    call: Call | None = None
    schedule: Schedule | list[Schedule] | None = None
    dispatch: bool = Field(default=False, description="by hand, with the same inputs as `call`")
    labels: list[LabelName] = Field(default=[], description="labels that start it when they are put on a pull request")
    push: Push | None = None


class ConfigurationFilter(Strict):
    """Configurations of suites.yml, by phase or risk; both given means both must fit."""

    phase: list[AxisValue] | None = None
    risk: list[Risk] | None = None


class SuitesAxis(Strict):
    """An axis whose values are test configurations."""

    suites: ConfigurationFilter | Literal["all"] | list[Word]


class RunnerBy(Strict):
    """A runner chosen by the value of an axis."""

    by: Word
    values: dict[Word, Name]


class Job(Strict):
    """A job: one action, on the hub or on each row's runner."""

    action: Name
    matrix: Literal["rows"] | None = Field(default=None, description="rows: one job a unit of selected rows")
    needs: list[Name] | Name = []
    always: bool = Field(default=False, description="runs whatever became of the jobs it needs")
    runner: Name | None = Field(default=None, description="for a job without matrix; the hub if absent")
    timeout_minutes: Minutes = Field(default=15, alias="timeout-minutes")
    with_: dict[Name, Scalar] = Field(default={}, alias="with")


class Gate(Strict):
    """The one job that branch protection requires."""

    requires: list[Name] = Field(min_length=1)
    empty: Literal["fail", "pass"] = Field(
        default="fail",
        description="what a run that selects nothing means; `fail` notices a matrix that quietly ran dry",
    )


class PipelineFile(Strict):
    """matrices/<pipeline>.yml: one pipeline, one workflow."""

    pipeline: Name = Field(description="the workflow's name; the same as the file's")
    summary: Text
    triggers: Triggers = Triggers()
    rows: Literal["own", "caller"] = Field(
        default="own", description="caller: the rows come from the caller's matrix file, or from the pipeline it names"
    )
    axes: dict[Word, SuitesAxis | list[AxisValue]] = {}
    include: list[dict[Word, AxisValue]] = Field(default=[], description="rows besides the product of the axes")
    exclude: list[dict[Word, AxisValue]] = Field(default=[], description="rows of the product to leave out")
    together: Word | None = Field(
        default=None, description="the axis whose rows are compared on one machine, in one job"
    )
    runner: Name | RunnerBy | None = Field(default=None, description="where rows run; an axis called `runner` wins")
    shards: Annotated[int, Field(ge=1, le=256)] = Field(default=1, description="parts that each row is cut into")
    jobs: dict[Name, Job] = {}
    gate: Gate | None = None
    outputs: dict[Name, Annotated[str, Field(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")]] = Field(
        default={}, description="outputs for callers, as job.output"
    )
    at_home: dict[Name, Scalar] = Field(
        default={},
        alias="at-home",
        description="inputs of runs in the toolkit's own repository, where no caller gives any",
    )
    suites: dict[Word, SuiteBase] = Field(default={}, description="suites of this file only")
    configurations: dict[Word, Configuration] = Field(default={}, description="configurations of this file only")
    runners: dict[Name, Runner] = Field(default={}, description="runners of this file only")


FILES: dict[str, type[Strict]] = {
    "toolkit": ToolkitFile,
    "runners": RunnersFile,
    "labels": LabelsFile,
    "pins": PinsFile,
    "suites": SuitesFile,
    "actions": ActionsFile,
    "pipeline": PipelineFile,
}


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of one kind of file, with the written key names."""
    schema = FILES[name].model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
