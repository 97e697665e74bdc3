"""The authoring format of what starts a pipeline."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from generator.alphabet import Cron, LabelName, Name, PathPattern, Strict, Word

Branches = list[Annotated[str, Field(pattern=r"^[A-Za-z0-9_.*/-]+$")]]


class Schedule(Strict):
    """A cron, in UTC unless `timezone` says otherwise."""

    cron: Cron
    timezone: Annotated[str, Field(pattern=r"^[A-Za-z_]+(/[A-Za-z_+-]+)*$")] | None = None
    size: Word | None = Field(default=None, description="the size of its runs, one of `sizes`")


class Call(Strict):
    """`workflow_call`: the inputs that callers may set, by the names that the jobs' actions declare."""

    inputs: list[Name] = []
    after_run: bool = Field(
        default=False, alias="after-run", description="callers run it when another run has ended (`workflow_run`)"
    )
    on_target: bool = Field(
        default=False,
        alias="on-target",
        description="callers run it on `pull_request_target`; runs for different labels do not wait for each other",
    )


class Push(Strict):
    """`push` to branches."""

    branches: Branches = Field(min_length=1)


class PullRequest(Strict):
    """Every pull request, or those that change one of `paths`."""

    paths: list[PathPattern] = []
    branches: Branches = []


class Triggers(Strict):
    """What starts the pipeline."""

    call: Call | None = None
    schedule: Schedule | list[Schedule] | None = None
    dispatch: bool = Field(default=False, description="by hand, with the same inputs as `call`")
    labels: list[LabelName] = Field(default=[], description="labels that start it when they are put on a pull request")
    labels_as: Literal["events", "tags"] = Field(
        default="events",
        alias="labels-as",
        description="events: GitHub's `labeled`; tags: `<label>/<number>`, which a bot pushes for a label",
    )
    pull_request: PullRequest | None = Field(default=None, alias="pull-request")
    forks: bool = Field(
        default=True, description="false: pull requests from forks start nothing, labelled or not; tags still do"
    )
    push: Push | None = None
    release: bool = Field(default=False, description="when a release is published")

    def over(self, base: Triggers) -> Triggers:
        """These triggers, and those of `base` that they say nothing about."""
        said = {name: getattr(self, name) for name in self.model_fields_set}
        return base.model_copy(update=said)

    def schedules(self) -> list[Schedule]:
        """The schedules as a list, whichever way they are written."""
        if self.schedule is None:
            return []
        return self.schedule if isinstance(self.schedule, list) else [self.schedule]
