"""What the options of `shuntyard rollout` name: a time, a hub, a log, and who acts."""

from __future__ import annotations

import getpass
from collections.abc import Mapping

from generator.load import Toolkit
from shuntyard.errors import ShuntyardError
from shuntyard.hub import Hub
from shuntyard.hub.choose import GITHUB, open_hub
from shuntyard.rollout.log import Log
from shuntyard.rollout.remote_log import open_log

LOG = ".shuntyard/rollout.jsonl"
LOCAL = "local:"


def open_the_hub(where: str | None, env: Mapping[str, str]) -> Hub | None:
    """`github`, `local:FOLDER`, or none at all. Raises ShuntyardError."""
    if not where:
        return None
    if where != GITHUB and not where.startswith(LOCAL):
        raise ShuntyardError(f"there is no hub {where!r}", hint="github, or local:FOLDER")
    return open_hub(where.removeprefix(LOCAL), env)


def open_the_log(where: str | None, env: Mapping[str, str]) -> Log:
    """The audit log: the option's, else the environment's, else the usual file."""
    return open_log(where or env.get("SHUNTYARD_ROLLOUT_LOG") or LOG)


def check_home(hub: str | None, toolkit: Toolkit, mode: str, env: Mapping[str, str]) -> None:
    """A pull request that edits suites.yml belongs in the repository that has it. Raises ShuntyardError elsewhere."""
    here, home = env.get("GITHUB_REPOSITORY", ""), toolkit.settings.repository
    if mode == "propose" and hub == GITHUB and here.lower() != home.lower():
        hint = "use --variable here; it changes the flags of this repository only"
        raise ShuntyardError(f"matrices/suites.yml lives in {home}, not in {here or 'no repository'}", hint=hint)


def who(env: Mapping[str, str]) -> str:
    """Who acts, for the log: the job, or the user of this machine; empty where that cannot be known."""
    if env.get("GITHUB_ACTIONS"):
        return f"{env.get('GITHUB_ACTOR', '')}, {env.get('GITHUB_WORKFLOW', '')} run {env.get('GITHUB_RUN_ID', '')}"
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
