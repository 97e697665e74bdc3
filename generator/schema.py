"""The authoring format: what a maintainer may write under matrices/, as strict models.

JSON Schemas for editors are rendered from these models, so a description here is what an editor shows. Identifiers
have narrow alphabets on purpose: what may become a job id, a file name, an expression or an argument cannot hold
anything that any of those would interpret.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
WORD = r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$"
LABEL = r"^[A-Za-z0-9][A-Za-z0-9_ ./:+-]*$"
BAD_PATH_PARTS = ("..", "~")


def _no_dots(text: str) -> str:
    if ".." in text:
        raise ValueError("two dots in a row are not allowed in a name")
    return text


def _one_line(text: str) -> str:
    if any(not char.isprintable() for char in text):
        raise ValueError("must be one line of printable text")
    return text


def _inside(text: str) -> str:
    if text.startswith("/") or ".." in text.split("/"):
        raise ValueError("must stay inside the repository: no leading / and no ..")
    return text


Name = Annotated[str, Field(pattern=NAME, max_length=60)]
Word = Annotated[str, Field(pattern=WORD, max_length=60), AfterValidator(_no_dots)]
LabelName = Annotated[str, Field(pattern=LABEL, max_length=50)]
Text = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_one_line)]
Argument = Annotated[str, Field(max_length=300), AfterValidator(_one_line)]
PathPattern = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_one_line), AfterValidator(_inside)]
EnvName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=100)]
AxisValue = Word | int
Risk = Literal["low", "medium", "high"]
Minutes = Annotated[int, Field(ge=1, le=7200)]
Cron = Annotated[str, Field(pattern=r"^[0-9*,/-]+( [0-9A-Za-z*,/-]+){4}$")]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Repository = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$")]
Scalar = Annotated[str, Field(max_length=2000)] | bool | int


class Strict(BaseModel):
    """Unknown keys and silent conversions are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False, frozen=True)


# --- toolkit.yml, pins.yml, labels.yml, runners.yml -----------------------------------------------------------------


class ToolkitFile(Strict):
    """matrices/toolkit.yml: where this toolkit lives. A fork changes `repository`."""

    repository: Repository = Field(description="owner/name of the repository that holds the toolkit")
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] = Field(
        description="the ref that callers use, such as v1"
    )
    self_reference: Literal["local", "pinned"] = Field(
        "local",
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
    hosted: bool = Field(False, description="GitHub's own machine")
    accelerator: Word | None = Field(
        None, description="such as gpu_rocm, gpu_cuda, npu_spyre; absent on plain machines"
    )
    cards: Annotated[int, Field(ge=1)] | None = None
    memory_gb: Annotated[int, Field(ge=1)] | None = Field(None, alias="memory-gb")
    cost: Annotated[int, Field(ge=0)] | None = Field(None, description="US cents an hour, where known")
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


# --- suites.yml -----------------------------------------------------------------------------------------------------


class SuiteBase(Strict):
    """A test suite: the tests that every configuration of it runs, and where they live."""

    tests: list[Annotated[str, Field(pattern=r"^(\*|[A-Za-z0-9][A-Za-z0-9_./-]*)$")]] = Field(
        ["*"], description="test modules; `*` is whatever the project's own pytest settings collect"
    )
    places: list[PathPattern] = Field(
        ["test/{test}.py", "tests/{test}.py", "testing/{test}.py"], description="where a test is looked for"
    )
    command: list[Argument] = Field([], description="an argument vector to run instead of pytest")
    arguments: list[Argument] = Field([], description="extra pytest arguments")


class Configuration(Strict):
    """A test configuration: a suite, and what it adds to it."""

    suite: Word
    adds: list[Word] = Field([], description="tests on top of the suite's own")
    risk: Risk = "low"
    phase: Word | None = Field(None, description="the rollout phase it belongs to, such as 2A")
    python_runner: bool = Field(
        True, alias="python-runner", description="the feature flag: the Python runner is switched on for it"
    )
    timeout_minutes: Minutes = Field(60, alias="timeout-minutes")
    arguments: list[Argument] = []
    env: dict[EnvName, Argument] = {}


class SuitesFile(Strict):
    """matrices/suites.yml: every suite and every configuration of it."""

    suites: dict[Word, SuiteBase]
    configurations: dict[Word, Configuration]


# --- a pipeline -----------------------------------------------------------------------------------------------------


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
    dispatch: bool = Field(False, description="by hand, with the same inputs as `call`")
    labels: list[LabelName] = Field([], description="labels that start it when they are put on a pull request")
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
    matrix: Literal["rows"] | None = Field(None, description="rows: one job a unit of selected rows")
    needs: list[Name] | Name = []
    always: bool = Field(False, description="runs whatever became of the jobs it needs")
    runner: Name | None = Field(None, description="for a job without matrix; the hub if absent")
    timeout_minutes: Minutes = Field(15, alias="timeout-minutes")
    with_: dict[Name, Scalar] = Field({}, alias="with")


class Gate(Strict):
    """The one job that branch protection requires."""

    requires: list[Name] = Field(min_length=1)
    empty: Literal["fail", "pass"] = Field(
        "fail", description="what a run that selects nothing means; `fail` notices a matrix that quietly ran dry"
    )


class PipelineFile(Strict):
    """matrices/<pipeline>.yml: one pipeline, one workflow."""

    pipeline: Name = Field(description="the workflow's name; the same as the file's")
    summary: Text
    triggers: Triggers = Triggers()
    rows: Literal["own", "caller"] = Field(
        "own", description="caller: the rows come from the caller's matrix file, or from the pipeline it names"
    )
    axes: dict[Word, SuitesAxis | list[AxisValue]] = {}
    include: list[dict[Word, AxisValue]] = Field([], description="rows besides the product of the axes")
    exclude: list[dict[Word, AxisValue]] = Field([], description="rows of the product to leave out")
    together: Word | None = Field(None, description="the axis whose rows are compared on one machine, in one job")
    runner: Name | RunnerBy | None = Field(None, description="where rows run; an axis called `runner` wins")
    shards: Annotated[int, Field(ge=1, le=256)] = Field(1, description="parts that each row is cut into")
    jobs: dict[Name, Job] = {}
    gate: Gate | None = None
    outputs: dict[Name, Annotated[str, Field(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")]] = Field(
        {}, description="outputs for callers, as job.output"
    )
    at_home: dict[Name, Scalar] = Field(
        {}, alias="at-home", description="inputs of runs in the toolkit's own repository, where no caller gives any"
    )
    suites: dict[Word, SuiteBase] = Field({}, description="suites of this file only")
    configurations: dict[Word, Configuration] = Field({}, description="configurations of this file only")
    runners: dict[Name, Runner] = Field({}, description="runners of this file only")


# --- actions.yml ----------------------------------------------------------------------------------------------------


class FromInput(Strict):
    """The action's own input."""

    input: Name


class FromOutput(Strict):
    """An output of an earlier step, as step.output."""

    output: Annotated[str, Field(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")]


class TempFolder(Strict):
    """A folder below the runner's temporary folder."""

    temp: PathPattern


class RecipeInput(Strict):
    """An input that the action has besides its scripts'."""

    help: Text
    default: Annotated[str, Field(max_length=200)] | None = Field(None, description="absent means required")


class Step(Strict):
    """One step: exactly one of script, action (of this toolkit) and uses (a pinned marketplace action)."""

    script: Name | None = None
    action: Name | None = None
    uses: Repository | None = None
    when: Name | None = Field(None, description="only where this input is not empty")
    always: bool = False
    optional: bool = Field(False, description="a failure is shown, and does not fail the action")
    with_: dict[Name, FromInput | FromOutput | TempFolder | Scalar] = Field({}, alias="with")


class Recipe(Strict):
    """A composite action of several steps. Its inputs are its scripts' inputs that no step binds, plus `inputs`."""

    summary: Text
    inputs: dict[Name, RecipeInput] = {}
    steps: list[Step] = Field(min_length=1)


class ActionsFile(Strict):
    """matrices/actions.yml: composite actions that need more than one script."""

    actions: dict[Name, Recipe]


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
