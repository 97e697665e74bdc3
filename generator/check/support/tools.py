"""Other people's linters as subprocesses: found beside this Python or on PATH, run once, their JSON read."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from generator.programs import find
from shuntyard.errors import ShuntyardError

PATIENCE_S = 120
OTHERWISE = ", or leave the tools out with --no-tools"  # which says so: what leaves a check out only looks clean


def run_json(program: str, arguments: Sequence[str], cwd: Path, *, codes: Collection[int]) -> Any:
    """The JSON that the program prints. Raises ShuntyardError when it is missing, fails, or prints something else."""
    command = [find(program, OTHERWISE), *arguments]
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
