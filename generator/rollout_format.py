"""The authoring format of matrices/rollout.yml, as strict models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from generator.alphabet import Argument, Name, Strict, Text, Word

Days = Annotated[int, Field(ge=1, le=730)]
Condition = Annotated[Argument, Field(min_length=1)]


class CriterionItem(Strict):
    """One success criterion of a phase."""

    criterion: Text = Field(description="what it is called, as the rollout's document puts it")
    condition: Condition = Field(
        description="such as `fallback_rate < 5%`, `execution_time within 10% of baseline`, `tests == equivalent`"
    )
    days: Days | None = Field(default=None, description="the window in days of history; the phase's if absent")
    least: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="runs of the new runner below which nothing is known; the phase's if absent"
    )
    sure: bool = Field(default=False, description="the whole 95 % interval must keep it, not only the value")
    devices: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="only on machines with at least so many accelerators"
    )


class PhaseItem(Strict):
    """One phase. Its configurations are switched on when its criteria are met and every phase before it is done."""

    phase: Word = Field(description="its name, the one that suites.yml gives its configurations")
    title: Text
    configurations: Literal["all"] | list[Word] = Field(
        description="what it switches on; all: it is about every configuration together, and switches none by itself"
    )
    lasts: Days | None = Field(default=None, description="days it lasts at least, before the next one begins")
    done: bool = Field(default=False, description="true: it was accepted before criteria were kept")
    days: Days = Field(default=14, description="the window of its criteria, in days of history")
    least: Annotated[int, Field(ge=1)] = Field(default=20, description="runs that each criterion rests on at least")
    criteria: list[CriterionItem] = Field(min_length=1)


class RolloutFile(Strict):
    """matrices/rollout.yml: the phases of the rollout, in their order, with their success criteria."""

    baseline: Name = Field(description="the arm that is replaced")
    candidate: Name = Field(description="the arm that takes over")
    pipelines: list[Name] = Field(default=[], description="whose history counts; empty: every pipeline's")
    phases: list[PhaseItem] = Field(min_length=1)
