"""The alphabets of the authoring format: what a name, a word, a text may hold.

Identifiers are narrow on purpose: what may become a job id, a file name, an expression or an argument cannot hold
anything that any of those would interpret.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from generator import cron

NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
WORD = r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$"
TEST = r"^(\*|[A-Za-z0-9][A-Za-z0-9_./-]*)$"
LABEL = r"^[A-Za-z0-9][A-Za-z0-9_ ./:+-]*$"


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
Cron = Annotated[str, Field(pattern=r"^[0-9*,/-]+( [0-9A-Za-z*,/-]+){4}$"), AfterValidator(cron.checked)]
TestName = Annotated[str, Field(pattern=TEST), AfterValidator(_inside)]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Repository = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$")]
Scalar = Annotated[str, Field(max_length=2000)] | bool | int


class Strict(BaseModel):
    """Unknown keys and silent conversions are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False, frozen=True)
