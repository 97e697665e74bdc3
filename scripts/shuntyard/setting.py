"""What all runs of one unit share, read once from the inputs, the environment and the checkout."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from shuntyard.command import read_tests
from shuntyard.console import Console
from shuntyard.contract import Contract, Value
from shuntyard.errors import ShuntyardError
from shuntyard.evidence import MOST_REPETITIONS, artifact_name
from shuntyard.hardware.registry import detect
from shuntyard.locate import run_key
from shuntyard.plan import Row, Shard, Unit
from shuntyard.result import Hardware, RunKey
from shuntyard.unit import check_name


class Setting(NamedTuple):
    """What all runs of a unit share. `key` has no row yet; `env` is what the tests inherit; `tests` override suites."""

    workspace: Path
    results: Path
    artifact: str
    env: Mapping[str, str]
    pipeline: str
    key: RunKey
    shard: Shard
    hardware: Hardware
    python: str
    shell_entry: str
    console: Console
    echo: BinaryIO | None
    tests: Mapping[str, tuple[str, ...]]
    repeats: int


class Place(NamedTuple):
    """One run: a row, a repetition, and the folder for what it writes."""

    setting: Setting
    row: Row
    repetition: int
    folder: Path


def read_setting(contract: Contract, inputs: Mapping[str, Value], env: Mapping[str, str], unit: Unit) -> Setting:
    """The setting of a unit; makes the folder for its results. Raises ShuntyardError that names the input at fault."""
    pipeline, instance = str(inputs["pipeline"]), str(inputs["instance"])
    for name in filter(None, (pipeline, instance)):
        check_name("the pipeline or instance", name)
    artifact = artifact_name(pipeline, instance, unit.id)
    workspace = _workspace(str(inputs["working-directory"]))
    hidden = {item.variable for item in contract.inputs}  # the tests' business is not with our inputs
    return Setting(
        workspace=workspace,
        results=_results(str(inputs["results"]), env, artifact),
        artifact=artifact,
        env={name: value for name, value in env.items() if name not in hidden},
        pipeline=pipeline,
        key=run_key(workspace, env),
        shard=unit.shard,
        hardware=detect(),
        python=str(inputs["python"]),
        shell_entry=str(inputs["shell-entry"]),
        tests=read_tests(str(inputs["tests"])),
        repeats=_repeats(inputs["repeats"]),
        console=Console(in_ci=bool(env.get("GITHUB_ACTIONS"))),
        echo=getattr(sys.stdout, "buffer", None),
    )


def _workspace(below: str) -> Path:
    """The folder to run in: the one that a step starts in, or a folder below it."""
    start = Path.cwd()
    workspace = (start / below).resolve()
    if not workspace.is_relative_to(start.resolve()) or not workspace.is_dir():
        raise ShuntyardError(f"input 'working-directory' is {below!r}", hint="name a folder inside the checkout")
    return workspace


def _results(folder: str, env: Mapping[str, str], artifact: str) -> Path:
    if folder:
        path = Path(folder).absolute()
    elif env.get("RUNNER_TEMP"):
        path = Path(env["RUNNER_TEMP"], "shuntyard", "results", artifact).absolute()
    else:
        import tempfile  # noqa: PLC0415 - 10 ms that a runner does not need

        path = Path(tempfile.mkdtemp(prefix="shuntyard-"))
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ShuntyardError(f"the folder for results cannot be made: {error}", hint="set input 'results'") from error
    return path


def _repeats(value: Value) -> int:
    if not isinstance(value, int) or not 1 <= value <= MOST_REPETITIONS:
        raise ShuntyardError(f"input 'repeats' is {value}", hint=f"write a whole number from 1 to {MOST_REPETITIONS}")
    return value
