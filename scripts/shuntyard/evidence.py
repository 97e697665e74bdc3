"""What one folder of results holds, before anyone judges it. Pure data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shuntyard.result import ShardResult

MOST_REPETITIONS = 999  # so that a folder called r999999 does not make a million missing results


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One folder `<artifact>/<row id>/r<repetition>`; `artifact` is empty for results that never were in one.

    Either `result` is there, or `reason` says why not: `absent` when there is no `result.json` at all, else it could
    not be read. `log` is the end of the log then, to say what became of the run.
    """

    folder: str
    artifact: str
    row_id: str
    repetition: int
    result: ShardResult | None = None
    absent: bool = False
    reason: str = ""
    log: str = ""


def artifact_name(pipeline: str, instance: str, unit_id: str) -> str:
    """The name of the artifact in which a unit's job leaves its results.

    Two dashes end the name of the pipeline and of its instance, so that `ab--*` matches nothing of `ab-x86--*`.
    """
    return f"{call_name(pipeline, instance)}--{unit_id}"


def report_artifact(pipeline: str, instance: str) -> str:
    """The name of the artifact in which the analysis leaves its report; no pattern for results matches it."""
    return f"{call_name(pipeline, instance)}-report"


def handover_artifact(pipeline: str, instance: str, kind: str, values: Sequence[str]) -> str:
    """The name of the artifact that hands something (`kind`: wheels, image) on to later jobs of the same run.

    `values` are those of every axis that it was made for, so that two never have one name; one dash before the kind
    keeps the patterns for results from matching it.
    """
    return "-".join([call_name(pipeline, instance), "handover", kind, *values])


def call_name(pipeline: str, instance: str) -> str:
    """The pipeline, and its instance where one run calls it twice: what the names of its artifacts start with."""
    return f"{pipeline}-{instance}" if instance else pipeline
