"""The authoring format of matrices/actions.yml: composite actions that take several steps."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from generator.alphabet import Name, PathPattern, Repository, Scalar, Strict, Text


class FromInput(Strict):
    """The action's own input."""

    input: Name


class FromOutput(Strict):
    """An output of an earlier step, as step.output."""

    output: Annotated[str, Field(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")]


class Join(Strict):
    """Texts, inputs and outputs, one after the other."""

    join: list[FromInput | FromOutput | Annotated[str, Field(max_length=200)]] = Field(min_length=1)


class TempFolder(Strict):
    """A folder below the runner's temporary folder."""

    temp: PathPattern


class RecipeInput(Strict):
    """An input that the action has besides its scripts'."""

    help: Text
    type: Literal["string", "boolean"] = "string"
    default: Annotated[str, Field(max_length=200)] | None = Field(default=None, description="absent means required")


class Step(Strict):
    """One step: exactly one of script, action (of this toolkit) and uses (a pinned marketplace action)."""

    script: Name | None = None
    action: Name | None = None
    uses: Repository | None = None
    when: Name | None = Field(default=None, description="only where this input is not empty")
    always: bool = False
    optional: bool = Field(default=False, description="a failure is shown, and does not fail the action")
    with_: dict[Name, FromInput | FromOutput | Join | TempFolder | Scalar] = Field(default={}, alias="with")


class Recipe(Strict):
    """A composite action of several steps. Its inputs are its scripts' inputs that no step binds, plus `inputs`."""

    summary: Text
    inputs: dict[Name, RecipeInput] = {}
    steps: list[Step] = Field(min_length=1)


class ActionsFile(Strict):
    """matrices/actions.yml: composite actions that need more than one script."""

    actions: dict[Name, Recipe]
