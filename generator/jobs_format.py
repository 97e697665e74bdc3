"""The authoring format of a pipeline's jobs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from generator.alphabet import Minutes, Name, Scalar, Strict, Word

SIZE = "size"


class FromAxis(Strict):
    """The row's value on an axis; in a job for several rows, all their values, separated by spaces.

    Of several axes, the values joined by dashes; `prefix` stands before them.
    """

    axis: Word | Annotated[list[Word], Field(min_length=1)]
    prefix: Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9_.=-]*$")] = ""


class ByValue(Strict):
    """A value for each value of an axis that the job's rows share, or for each size of a run (`by: size`)."""

    by: Word
    values: dict[Word, Annotated[str, Field(max_length=2000)]] = Field(min_length=1)


class Job(Strict):
    """A job: one action, on the hub or on each row's runner."""

    action: Name
    matrix: Literal["rows"] | list[Word] | None = Field(
        default=None,
        description="rows: one job a unit of selected rows; a list of axes: one job for each of their values together",
    )
    needs: list[Name] | Name = []
    always: bool = Field(default=False, description="runs whatever became of the jobs it needs")
    when: Name | None = Field(default=None, description="only where this input of the pipeline is set")
    tolerated: bool = Field(default=False, description="a failure is shown, and fails nothing")
    runner: Name | None = Field(default=None, description="for a job that is not for one row; the hub if absent")
    timeout_minutes: Minutes = Field(default=15, alias="timeout-minutes")
    with_: dict[Name, FromAxis | ByValue | Scalar] = Field(default={}, alias="with")

    @property
    def rows(self) -> bool:
        """Whether there is one job for each unit of rows."""
        return self.matrix == "rows"

    @property
    def axes(self) -> tuple[str, ...]:
        """The axes of a job for several rows; empty for any other."""
        return tuple(self.matrix) if isinstance(self.matrix, list) else ()


class Gate(Strict):
    """The one job that branch protection requires."""

    requires: list[Name] = Field(min_length=1)
    may_skip: list[Name] = Field(
        default=[], alias="may-skip", description="jobs of `requires` that need not run; if they do, they must not fail"
    )
    empty: Literal["fail", "pass"] = Field(
        default="fail",
        description="what a run that selects nothing means; `fail` notices a matrix that quietly ran dry",
    )
