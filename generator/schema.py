"""The authoring format: what a maintainer may write under matrices/, as strict models.

JSON Schemas for editors are rendered from these models, so a description here is what an editor shows.
"""

from __future__ import annotations

import functools
from typing import Annotated, Any, Literal

from pydantic import Field

from generator.alerts_format import AlertsFile
from generator.alphabet import AxisValue, Name, Risk, Scalar, Strict, Text, Word
from generator.backend_format import BackendFile
from generator.inventory import (
    Configuration,
    Label,
    LabelsFile,
    Pin,
    PinsFile,
    Quarantine,
    Runner,
    RunnersFile,
    SuiteBase,
    SuitesFile,
    ToolkitFile,
)
from generator.jobs_format import SIZE, ByValue, FromAxis, Gate, Job
from generator.recipe import ActionsFile
from generator.rollout_format import RolloutFile
from generator.scope_format import ScopeFile
from generator.skips import SkipsFile
from generator.triggers_format import Call, PullRequest, Push, Schedule, Triggers

__all__ = [
    "FILES",
    "SIZE",
    "ActionsFile",
    "AlertsFile",
    "ByValue",
    "Call",
    "Configuration",
    "ConfigurationFilter",
    "FromAxis",
    "Gate",
    "Job",
    "Label",
    "LabelsFile",
    "Pin",
    "PinsFile",
    "PipelineFile",
    "PullRequest",
    "Push",
    "Quarantine",
    "RolloutFile",
    "Runner",
    "RunnerBy",
    "RunnersFile",
    "Schedule",
    "SkipsFile",
    "SuiteBase",
    "SuitesAxis",
    "SuitesFile",
    "ToolkitFile",
    "Triggers",
    "json_schema",
]


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


class PipelineFile(Strict):
    """matrices/<pipeline>.yml: one pipeline, one workflow."""

    pipeline: Name = Field(description="the workflow's name; the same as the file's")
    summary: Text
    triggers: Triggers = Triggers()
    phase: Word | None = Field(default=None, description="the switch: which of `phases` adds its triggers")
    phases: dict[Word, Triggers] = Field(default={}, description="triggers that a phase has besides `triggers`")
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
    sizes: dict[Word, Literal["all"] | dict[Word, list[AxisValue]]] = Field(
        default={}, description="sizes of a run, the usual one first: all rows, or those with one of the values listed"
    )
    experimental: list[dict[Word, AxisValue]] = Field(
        default=[], description="rows with all of these values may fail: they are shown, and block nothing"
    )
    shards: Annotated[int, Field(ge=1, le=256)] = Field(default=1, description="parts that each row is cut into")
    jobs: dict[Name, Job] = {}
    gate: Gate | None = None
    outputs: dict[Name, Annotated[str, Field(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")]] = Field(
        default={}, description="outputs for callers, as job.output"
    )
    defaults: dict[Name, Scalar] = Field(
        default={}, description="what inputs of `call` are where a caller says nothing"
    )
    abroad: bool = Field(
        default=False, description="it works on its callers' repositories: in the toolkit's own, nothing of it runs"
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
    "rollout": RolloutFile,
    "alerts": AlertsFile,
    "skips": SkipsFile,
    "scope": ScopeFile,
    "pipeline": PipelineFile,
    "backend": BackendFile,
}


@functools.cache
def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of one kind of file, with the written key names. Not to be changed: it is made once."""
    schema = FILES[name].model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
