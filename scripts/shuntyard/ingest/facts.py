"""What the caller knows of a run that no file of results says: which row, where, on what machine."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from shuntyard import wire
from shuntyard.cases import HIGHEST_S
from shuntyard.contract import Input, Value
from shuntyard.errors import ShuntyardError
from shuntyard.evidence import MOST_REPETITIONS
from shuntyard.locate import run_key
from shuntyard.result import Hardware, RunKey
from shuntyard.unit import check_name

INPUTS = (
    Input(name="pipeline", help="The pipeline that the results belong to.", default=""),
    Input(name="instance", help="The name of this call, where one run calls the pipeline twice.", default=""),
    Input(name="row", help="The row of the matrix that ran.", default=""),
    Input(name="unit", help="The job's unit, where it is not called like the row.", default=""),
    Input(name="config", help="The configuration, where it is not called like the row.", default=""),
    Input(name="arm", help="The arm that was asked for, such as python or shell.", default=""),
    Input(name="ran", help="The arm that ran in the end, where it is another.", default=""),
    Input(name="repetition", type="number", help="Which repetition, from 1.", default="1"),
    Input(name="shard", help="Which shard of how many.", default="1/1"),
    Input(name="exit-code", help="The exit code of the tests' command; empty takes what the files say.", default=""),
    Input(name="started-at", help="When it started (ISO 8601 with a zone); empty as for exit-code.", default=""),
    Input(name="duration", help="Its wall time in seconds; empty as for exit-code.", default=""),
    Input(name="peak-memory", help="The most memory that it took, in MB.", default=""),
    Input(name="hardware", help="The machine that it ran on, as detect-hardware gives it.", default=""),
    Input(name="sha", help="The commit that was tested; empty takes the one that is checked out.", default=""),
)
_SHARD = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,5})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One execution. What is empty or None is taken from a result.json among the files, or from what they say."""

    pipeline: str
    key: RunKey
    instance: str = ""
    unit: str = ""
    config: str = ""
    arm: str = ""
    ran: str = ""
    repetition: int = 1
    shard_index: int = 1
    shard_of: int = 1
    exit_code: int | None = None
    started_at: str = ""
    duration_s: float | None = None
    peak_memory_mb: float = 0.0
    hardware: Hardware = field(default_factory=Hardware)


def read_facts(inputs: Mapping[str, Value], env: Mapping[str, str], workspace: Path) -> Facts:
    """The facts from the inputs and the environment. Raises ShuntyardError that names the input at fault."""
    pipeline, instance, row = (str(inputs[name]) for name in ("pipeline", "instance", "row"))
    index, of = _shard(str(inputs["shard"]))
    unit = str(inputs["unit"]) or (row if of == 1 else f"{row}.s{index}of{of}")
    for what, name in (("pipeline", pipeline), ("instance", instance), ("row", row), ("unit", unit)):
        if name:
            check_name(f"input '{what}'", name)
    return Facts(
        pipeline=pipeline,
        key=run_key(workspace, env, row, str(inputs["sha"])),
        instance=instance,
        unit=unit,
        config=str(inputs["config"]),
        arm=str(inputs["arm"]),
        ran=str(inputs["ran"]),
        repetition=_between("repetition", str(inputs["repetition"]), 1, MOST_REPETITIONS),
        shard_index=index,
        shard_of=of,
        exit_code=_between("exit-code", str(inputs["exit-code"]), -(2**31), 2**32) if inputs["exit-code"] else None,
        started_at=_moment(str(inputs["started-at"])),
        duration_s=_amount("duration", str(inputs["duration"])) if inputs["duration"] else None,
        peak_memory_mb=_amount("peak-memory", str(inputs["peak-memory"])) if inputs["peak-memory"] else 0.0,
        hardware=_hardware(str(inputs["hardware"])),
    )


def _shard(text: str) -> tuple[int, int]:
    match = _SHARD.fullmatch(text)
    if not match or int(match[1]) > int(match[2]):
        raise ShuntyardError(f"input 'shard' is {text!r}", hint="write 2/4 for the second of four")
    return int(match[1]), int(match[2])


def _between(name: str, text: str, low: int, high: int) -> int:
    if not re.fullmatch(r"-?[0-9]{1,10}", text) or not low <= int(text) <= high:
        raise ShuntyardError(f"input '{name}' is {text!r}", hint=f"write a whole number from {low} to {high}")
    return int(text)


def _amount(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= HIGHEST_S:
        raise ShuntyardError(f"input '{name}' is {text!r}", hint="write a number such as 12.5")
    return value


def _moment(text: str) -> str:
    if text and not is_moment(text):
        raise ShuntyardError(f"input 'started-at' is {text!r}", hint="write it like 2026-11-22T03:17:00+00:00")
    return text


def is_moment(text: str) -> bool:
    """Whether it is an ISO 8601 time with its zone: without one, nobody knows when that was."""
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).utcoffset() is not None
    except (ValueError, OverflowError):
        return False


def _hardware(text: str) -> Hardware:
    """As detect-hardware gives it; nothing is guessed, because results are often read on another machine."""
    if not text:
        return Hardware()
    try:
        return wire.decode(Hardware, json.loads(text))
    except (ValueError, RecursionError) as error:
        raise ShuntyardError(f"input 'hardware' is not understood: {error}", hint="pass detect-hardware's") from error


def results_folder(text: str, env: Mapping[str, str], artifact: str) -> Path:
    """Where the result goes: the folder that is named, or else one of the runner's own, or below `.shuntyard`."""
    if text:
        return Path(text)
    temporary = env.get("RUNNER_TEMP")
    return Path(temporary, "shuntyard", "results", artifact) if temporary else Path(".shuntyard", "results", artifact)


def file_words(text: str) -> list[str]:
    """The files that an input names, one a line."""
    words = [line.strip() for line in text.splitlines() if line.strip()]
    if not words:
        raise ShuntyardError("input 'files' names no file", hint="name files, folders or patterns, one a line")
    return words
