"""What a script takes and gives, as data: command line, environment, action.yml, docs and checks derive from it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal, TypeAlias

from shuntyard.errors import ShuntyardError

InputType = Literal["string", "number", "boolean", "choice", "json"]
Value: TypeAlias = "str | int | float | bool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input. `default` None means required; an empty value always means "the default", because that is what an
    unset workflow input arrives as. `secret` is the name of the secret that it carries, such as RBE_CI_CERT: a workflow
    takes it under `secrets`, and it has no command-line option, since anyone on the machine can read those."""

    name: str
    help: str
    type: InputType = "string"
    default: str | None = None
    choices: tuple[str, ...] = ()
    secret: str = ""

    @property
    def variable(self) -> str:
        """The environment variable that carries it, as in `INPUT_TIMEOUT_MINUTES`."""
        return "INPUT_" + self.name.upper().replace("-", "_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One output."""

    name: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One verb. `name` is the action's name, `run-shard` for `scripts/run_shard.py`.

    `workspace` says that it works on the caller's checkout, so that a job must check out first. `toolkit` says that
    it needs the toolkit's own virtual environment (setup-toolkit), so that it never runs on an accelerator's machine;
    `libraries` names the set of requirements/ that it needs there. `permissions` is what the token of its job must be
    granted, such as pull-requests: write; where it names more than id-token, the script finds the token in GH_TOKEN.
    """

    name: str
    summary: str
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    exits: Mapping[int, str]
    workspace: bool = False
    toolkit: bool = False
    libraries: Literal["base", "history", "images"] = "base"
    permissions: Mapping[str, Literal["read", "write"]] = field(default_factory=dict)

    @property
    def token(self) -> bool:
        """Whether the script works with the job's token; id-token is asked for elsewhere."""
        return bool(set(self.permissions) - {"id-token"})

    @property
    def script(self) -> str:
        """The script's file, below the toolkit's root."""
        return str(PurePosixPath("scripts", self.name.replace("-", "_") + ".py"))


def parse(contract: Contract, raw: Mapping[str, str]) -> dict[str, Value]:
    """The contract's inputs from their texts, by input name; an absent or empty text takes the default.

    Raises ShuntyardError that names the first input that is missing or of another type.
    """
    return {item.name: _parse_one(item, raw.get(item.name, "")) for item in contract.inputs}


def _parse_one(item: Input, text: str) -> Value:
    if text == "":
        if item.default is None:
            what = f"the secret {item.secret}, which is required," if item.secret else f"input {item.name!r}"
            raise ShuntyardError(f"{what} is missing", hint=item.help)
        text = item.default
    match item.type:
        case "number":
            return _number(item, text)
        case "boolean":
            if text not in ("true", "false"):
                raise ShuntyardError(f"input {item.name!r} is {text!r}", hint="write true or false")
            return text == "true"
        case "choice":
            if text not in item.choices:
                raise ShuntyardError(f"input {item.name!r} is {text!r}", hint=f"one of {', '.join(item.choices)}")
            return text
        case "json":
            try:
                json.loads(text)
            except (ValueError, RecursionError) as error:
                raise ShuntyardError(f"input {item.name!r} is not JSON: {error}", hint=item.help) from error
            return text
        case _:
            return text


def _number(item: Input, text: str) -> int | float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ShuntyardError(f"input {item.name!r} is {text!r}", hint="write a number, such as 3 or 12.5")
    return int(number) if number.is_integer() else number
