"""What one folder of results holds, before anyone judges it. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

from shuntyard.result import ShardResult


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
    return f"{pipeline}-{instance}--{unit_id}" if instance else f"{pipeline}--{unit_id}"
