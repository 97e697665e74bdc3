"""What every stand-in needs of its step: inputs, outputs, annotations, and the settings of the rehearsal."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

FOLDER_VARIABLE = "SHUNTYARD_REHEARSAL"
SETTINGS = "settings.json"
STEP_ID = "stand-in"  # the id of each stand-in's only step, by which the verdict knows it
NOT_EXERCISED = "rehearsal: not exercised"  # the title of the annotation that says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the rehearsal tells its stand-ins. `labels` are the label sets of the runners that this machine stands in
    for, `rows` the globs of the rows to keep (empty: all), `python` what a job's `python` is (empty: a fresh one),
    `checkouts` the folders of other repositories, by their names in lower case, `index` the address of the package
    index that takes what is published (empty: none does)."""

    repository: str
    sha: str
    search_path: str
    app_data: str
    labels: tuple[frozenset[str], ...] = ()
    rows: tuple[str, ...] = ()
    python: str = ""
    base_python: str = sys.executable
    checkouts: Mapping[str, str] = field(default_factory=dict)
    index: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The step that a stand-in runs in. `folder` is the rehearsal's."""

    inputs: Mapping[str, str]
    env: Mapping[str, str]
    folder: Path
    settings: Settings = field(repr=False)

    @property
    def workspace(self) -> Path:
        return Path(self.env["GITHUB_WORKSPACE"])

    @property
    def temp(self) -> Path:
        return Path(self.env["RUNNER_TEMP"])

    def flag(self, name: str) -> bool:
        """A truth value, spelled as YAML 1.2 spells it; anything else stops the step, as GitHub's toolkit does."""
        text = self.inputs.get(name, "")
        if text not in ("", "true", "True", "TRUE", "false", "False", "FALSE"):
            fail(f"the input {name} is {text!r}, neither true nor false")
        return text.lower() == "true"

    def output(self, name: str, value: str) -> None:
        append(self.env.get("GITHUB_OUTPUT", ""), name, value)

    def variable(self, name: str, value: str) -> None:
        append(self.env.get("GITHUB_ENV", ""), name, value)

    def path(self, folder: Path) -> None:
        """Puts a folder in front of PATH for the steps that follow."""
        with Path(self.env["GITHUB_PATH"]).open("a", encoding="utf-8") as file:
            file.write(f"{folder}\n")


def this(env: Mapping[str, str] | None = None) -> Step:
    """The step of this process: its inputs are the `INPUT_*` variables."""
    env = dict(os.environ) if env is None else env
    folder = Path(env[FOLDER_VARIABLE])
    data: dict[str, Any] = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    data["labels"] = tuple(frozenset(labels) for labels in data["labels"])
    data["rows"] = tuple(data["rows"])
    inputs = {name[6:].lower().replace("_", "-"): value for name, value in env.items() if name.startswith("INPUT_")}
    return Step(inputs=inputs, env=env, folder=folder, settings=Settings(**data))


def write_settings(folder: Path, settings: Settings) -> None:
    """Where `this` finds them."""
    data = {name: getattr(settings, name) for name in Settings.__slots__}
    data["labels"] = [sorted(labels) for labels in settings.labels]
    (folder / SETTINGS).write_text(json.dumps(data, indent=2), encoding="utf-8")


def append(file: str, name: str, value: str) -> None:
    """One entry of a GITHUB_OUTPUT or GITHUB_ENV file; the random fence keeps any value from starting another entry."""
    if not file:
        return
    fence = f"end_{secrets.token_hex(16)}"
    with Path(file).open("a", encoding="utf-8") as stream:
        stream.write(f"{name}<<{fence}\n{value}\n{fence}\n")


def warn(message: str) -> None:
    print(f"::warning::{_escaped(message)}", flush=True)


def fail(message: str) -> NoReturn:
    """Ends the step as failed, as the real action would."""
    print(f"::error::{_escaped(message)}", flush=True)
    sys.exit(1)


def not_exercised(reason: str) -> NoReturn:
    """Ends the step because this machine cannot do what it asks for; the verdict reads it as such, not as a failure."""
    print(f"::error title={_escaped(NOT_EXERCISED).replace(':', '%3A')}::{_escaped(reason)}", flush=True)
    sys.exit(1)


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
