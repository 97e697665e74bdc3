"""A fresh virtual environment, as fast as this machine can make one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


class Unmade(Exception):
    """The environment could not be made; the message ends with what the program said."""


def make(place: Path, python: str, app_data: str, env: Mapping[str, str]) -> None:
    """Makes the environment of `python` at `place`, with pip in it: by virtualenv (0.5 s), else by venv (4 s)."""
    clean = {name: value for name, value in env.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "PIP_"))}
    clean["VIRTUALENV_OVERRIDE_APP_DATA"] = app_data
    attempts = (
        [sys.executable, "-m", "virtualenv", "--quiet", "--no-download", "--no-periodic-update", "--python", python],
        [python, "-m", "venv"],
    )
    said = ""
    for command in attempts:
        done = subprocess.run([*command, os.fspath(place)], capture_output=True, text=True, env=clean, check=False)
        if done.returncode == 0:
            return
        said = f"{done.stdout}{done.stderr}".strip()[-500:]
    raise Unmade(f"no virtual environment of {python} could be made: {said}")
