"""Which hub: GitHub, with what the environment says, or a folder of this machine.

Imports no library before it is needed, so that a script can declare its contract where none is installed.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from shuntyard.errors import ShuntyardError
from shuntyard.hub import Hub
from shuntyard.hub.local import LocalHub

GITHUB = "github"


def open_hub(where: str, env: Mapping[str, str], repository: str = "") -> Hub:
    """The hub: `github` (the repository, else GITHUB_REPOSITORY; see hub/login.py), or the path of a folder.

    Raises ShuntyardError when the environment lacks a repository or a token, or PyGithub is not installed.
    """
    if where != GITHUB:
        return LocalHub(Path(where))
    try:
        module = importlib.import_module("shuntyard.hub.github")
    except ModuleNotFoundError as error:
        if str(error.name).startswith("shuntyard"):
            raise
        hint = "install the set: python -m pip install --require-hashes -r requirements/history.txt"
        raise ShuntyardError(f"GitHub needs the library {error.name!r}, which is not installed", hint=hint) from error
    return cast(Hub, module.open_github(env, repository))
