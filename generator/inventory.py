"""What the whole toolkit shares, each thing declared once: its own place, runners, labels, pins, suites."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from generator.alphabet import (
    Argument,
    Commit,
    EnvName,
    LabelName,
    Minutes,
    Name,
    PathPattern,
    Repository,
    Risk,
    Strict,
    TestName,
    Text,
    Word,
)


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

    tests: list[TestName] = Field(
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
    arguments: list[Argument] = Field(default=[])
    env: dict[EnvName, Argument] = Field(default={})


class SuitesFile(Strict):
    """matrices/suites.yml: every suite and every configuration of it."""

    suites: dict[Word, SuiteBase]
    configurations: dict[Word, Configuration]
