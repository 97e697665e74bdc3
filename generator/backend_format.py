"""The authoring format of an accelerator's CI: one file from which all its pipelines follow (docs/accelerator.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from generator.alphabet import (
    Argument,
    AxisValue,
    EnvName,
    Name,
    PathPattern,
    Repository,
    Strict,
    TestName,
    Text,
    Word,
)
from generator.inventory import Runner
from generator.stages_format import StageNumber, StagesBlock

Commands = Annotated[str, Field(max_length=2000)]


class BackendTests(Strict):
    """The package's own tests: test modules or folders, by what they need."""

    places: list[PathPattern] = Field(default=["{test}.py", "{test}"], description="where a test is looked for")
    unit: list[TestName] = Field(min_length=1, description="no device")
    emulation: list[TestName] = Field(default=[], description="the device's emulation, on any machine")
    device: list[TestName] = Field(default=[], description="the device")
    emulation_env: dict[EnvName, Argument] = Field(
        default={}, alias="emulation-env", description="what switches the emulation on"
    )


class Stack(Strict):
    """How one of the two stacks is installed; `{ref}` in a command is the version or commit of PyTorch."""

    prepare: Commands = Field(description="commands, one a line, that install PyTorch and the package")


class Stacks(Strict):
    """The pinned PyTorch, whose version stands in one file, and PyTorch's main branch."""

    pin: PathPattern = Field(description="the file of the caller that holds the pinned version or commit, alone")
    pin_lines: dict[PathPattern, Argument] = Field(
        default={},
        alias="pin-lines",
        description="other files with the pin: what their one line with it becomes, `{ref}` is the new pin",
    )
    green_days: Annotated[int, Field(ge=1, le=90)] = Field(
        default=7, alias="green-days", description="days of green runs of main after which a new pin is proposed"
    )
    pinned: Stack
    main: Stack


class Upstream(Strict):
    """PyTorch's own tests."""

    repository: Repository = "pytorch/pytorch"
    tests: PathPattern = Field(default="test", description="the folder of its tests")
    scope: Name = Field(description="the scope that says which of them count: matrices/<scope>-scope.yml")
    durations: Annotated[str, Field(max_length=300)] = Field(
        default="", description="how long each takes: a file of the caller, or an https address"
    )
    disabled_tests: Annotated[str, Field(max_length=300)] = Field(
        default="",
        alias="disabled-tests",
        description="cases that upstream has disabled: a file of the caller, or an https address",
    )
    quarantine: Annotated[str, Field(max_length=200)] = Field(
        default="", description="the caller's folder of quarantined cases, as alerts propose them"
    )
    each_card: dict[EnvName, Argument] = Field(
        default={}, alias="each-card", description="what a test sees of its card, such as DEVICES: '{card}'"
    )


class Image(Strict):
    """The runtime image."""

    base: Annotated[str, Field(max_length=300)] | None = Field(
        default=None, description="what it is built on, by digest; absent: the caller says"
    )
    containerfile: PathPattern | None = None
    suite: PathPattern = Field(description="the folder with the tests that run in it")


class Backend(Strict):
    """What is the accelerator's own."""

    device: Name = Field(description="what PyTorch calls the device, such as spyre")
    package: Word = Field(description="the module to import, such as torch_spyre")
    python: list[AxisValue] = Field(min_length=1, description="the Pythons of the package's own tests, the usual first")
    runner: Name = Field(description="the machines with the device")
    wheels: Literal["once", "per-python"] = Field(
        default="once", description="one wheel for every Python, or one each, as with a C extension"
    )
    lint: dict[Word, list[Argument]] = Field(
        default={
            "lint": ["ruff", "check", "."],
            "format": ["ruff", "format", "--check", "."],
            "imports": ["ruff", "check", "--select", "I", "."],
            "spelling": ["codespell"],
        },
        description="what checks the sources, each as an argument vector",
    )
    prepare: Commands = Field(description="commands, one a line, that install the package and its linters")
    tests: BackendTests
    stacks: Stacks | None = None
    upstream: Upstream | None = None
    image: Image | None = None
    labels_as: Literal["events", "tags"] = Field(default="events", alias="labels-as")


class BackendFile(Strict):
    """matrices/<name>.yml with a `backend:`: the pipelines of one accelerator, at its stage."""

    pipeline: Name = Field(description="the first pipeline's name, with which the others' start; the file's")
    summary: Text
    backend: Backend
    stage: StageNumber = Field(description="the one field that moves everything: which of `stages` holds")
    stages: StagesBlock
    runners: dict[Name, Runner] = Field(default={}, description="runners of this file only")
