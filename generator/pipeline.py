"""Workflows and composite actions as data: what every target renders from, spelled in no CI's language.

Values are symbols (an input, a step's output, a matrix field) or plain literals. Only a target turns a symbol into an
expression, so nothing that a maintainer wrote can become one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from shuntyard.contract import Input, InputType, Output


@dataclass(frozen=True, slots=True)
class InputRef:
    """An input of the workflow or action. `home` is its value in the toolkit's own runs, which have no caller."""

    name: str
    home: str = ""


@dataclass(frozen=True, slots=True)
class StepOutput:
    """An output of an earlier step of the same job or action."""

    step: str
    name: str


@dataclass(frozen=True, slots=True)
class JobOutput:
    """An output of a job that this one needs."""

    job: str
    name: str


@dataclass(frozen=True, slots=True)
class MatrixField:
    """A field of the matrix entry, or what it holds under `key`; `or_input` is the input to take where it is empty."""

    name: str
    key: str = ""
    as_json: bool = False
    or_input: InputRef | None = None


@dataclass(frozen=True, slots=True)
class AllNeeds:
    """The results of all jobs that this one needs, as JSON: `{job: {"result": …}}`.

    Without their outputs: a matrix among them would not fit the environment variable that carries this.
    """

    jobs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the repository that the workflow runs in; empty where nobody set it."""

    name: str


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret of the repository that the workflow runs in, or that its caller passes; empty where there is none."""

    name: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """The entry of a table for what `by` turns out to be."""

    by: MatrixField | JobOutput
    table: dict[str, str]


@dataclass(frozen=True, slots=True)
class Fallback:
    """An input, or where it is empty what a row or a size has for it."""

    first: InputRef
    then: MatrixField | Lookup | Joined


@dataclass(frozen=True, slots=True)
class Joined:
    """Values one after the other, as one text."""

    parts: tuple[str | InputRef | StepOutput | MatrixField, ...]


@dataclass(frozen=True, slots=True)
class Temp:
    """A path below the runner's temporary folder."""

    path: str


Symbol: TypeAlias = (
    "InputRef | StepOutput | JobOutput | MatrixField | AllNeeds | Variable | Secret | Lookup | Joined | Fallback | Temp"
)
Value: TypeAlias = "str | int | bool | Symbol"
Access = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Uses:
    """What a step runs: an action of this toolkit, a pinned marketplace action, or one of the toolkit's scripts."""

    kind: Literal["own", "marketplace", "script"]
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. `when` runs it only where that input is not empty; `always` whatever came before.

    `interpreter` is the step output that holds the Python to run a script with; None is the machine's own `python3`.
    `token` hands a script the job's token, in GH_TOKEN.
    """

    id: str
    uses: Uses
    with_: dict[str, Value] = field(default_factory=dict)
    when: InputRef | None = None
    always: bool = False
    optional: bool = False
    interpreter: StepOutput | None = None
    token: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """When a job runs. All that is set must hold.

    `labels`: a `labeled` event must be for one of them, and an `unlabeled` one never starts anything; `no_labels`: no
    event of a label starts anything, whatever the caller listens to. `given`: this
    input is set. `positive`: this output is not "0". `always`: whatever became of the jobs before, except that
    `unless_skipped` names a job whose skipping means that the run was not asked for. `abroad`: not in the toolkit's own
    repository. `no_forks`: not for a pull request from a fork.
    """

    abroad: bool = False
    no_forks: bool = False
    labels: tuple[str, ...] = ()
    no_labels: bool = False
    given: InputRef | None = None
    positive: JobOutput | None = None
    always: bool = False
    unless_skipped: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job. `matrix` is the output that holds its matrix, under `group` where it holds several; a row's own job runs
    on the machine that its entry names, and `runs_on` is ignored. `tolerant`: experimental entries may fail;
    `tolerated`: the job may.
    """

    id: str
    steps: tuple[Step, ...]
    runs_on: tuple[str, ...]
    timeout_minutes: int
    needs: tuple[str, ...] = ()
    matrix: JobOutput | None = None
    group: str = ""
    tolerant: bool = False
    tolerated: bool = False
    condition: Condition = Condition()
    permissions: dict[str, Access] = field(default_factory=dict)
    outputs: dict[str, StepOutput] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequests:
    """Every pull request into one of `branches` that changes one of `paths`; empty means any."""

    paths: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Triggers:
    """What starts a workflow. `inputs` are those of `call` and `dispatch`, `secrets` the inputs that carry a secret.

    `needed` are inputs without which a job cannot work, although GitHub would start it.
    """

    call: bool = False
    dispatch: bool = False
    inputs: tuple[Input, ...] = ()
    needed: tuple[str, ...] = ()
    crons: tuple[tuple[str, str], ...] = ()  # (cron, timezone or "")
    labels: tuple[str, ...] = ()
    label_tags: bool = False  # a bot pushes `<label>/<number>` for a label
    branches: tuple[str, ...] = ()
    pull_request: PullRequests | None = None
    release: bool = False
    secrets: tuple[Input, ...] = ()
    after_run: bool = False  # called from `workflow_run`
    on_target: bool = False  # called from `pull_request_target`


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """One workflow, from one pipeline file."""

    name: str
    summary: str
    source: str
    triggers: Triggers
    jobs: tuple[Job, ...]
    outputs: dict[str, JobOutput] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """One composite action. `workspace` says that its job must check out first, `permissions` what its job grants."""

    name: str
    summary: str
    source: str
    inputs: tuple[Input, ...]
    outputs: tuple[tuple[Output, StepOutput], ...]
    steps: tuple[Step, ...]
    workspace: bool = False
    exits: dict[int, str] = field(default_factory=dict)
    permissions: dict[str, Access] = field(default_factory=dict)


CALL_TYPES: dict[InputType, str] = {
    "string": "string",
    "number": "number",
    "boolean": "boolean",
    "choice": "string",
    "json": "string",
}
