"""What a run asks for: labels and text of its pull request, from GitHub where there is a token, else from the event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shuntyard.ci import github
from shuntyard.contract import Value
from shuntyard.filters.apply import Asked
from shuntyard.filters.pull import number_of
from shuntyard.lists.fetch import Web, fetch
from shuntyard.options import words

API = "https://api.github.com"


def read_asked(inputs: Mapping[str, Value], env: Mapping[str, str], access: Web) -> tuple[Asked, list[str]]:
    """What is asked for, and a note where GitHub could not be asked: then the labels count that the event had.

    A re-run has its first event, so the labels of now are asked for wherever there is a token.
    """
    context = github.read_context(env)
    payload = _payload(env.get("GITHUB_EVENT_PATH", ""))
    number = number_of(context.number, context.ref)
    notes: list[str] = []
    pull = _mapping(payload.get("pull_request"))
    if number and access.token:
        place = f"{env.get('GITHUB_API_URL') or API}/repos/{context.repository}/pulls/{number}"
        answer = fetch(place, f"labels of pull request {number}", access)
        notes += [answer.problem] if answer.problem else []
        pull = _mapping(answer.data) or pull
    elif number and not pull:
        notes.append(f"the labels of pull request {number} are not known: there is no token to ask for them")
    labels = [line.strip() for line in str(inputs["labels"]).splitlines() if line.strip()] or _labels(pull)
    asked = Asked(
        labels=labels,
        body=_text(pull.get("body")),
        commits="\n".join(_messages(payload)),
        configs=words(str(inputs["configs"])),
        periodic=bool(inputs["periodic"]),
        workflow=str(inputs["workflow"]) or env.get("GITHUB_WORKFLOW", ""),
        job=str(inputs["job"]),
        branch=env.get("GITHUB_BASE_REF", "") or context.ref.removeprefix("refs/heads/"),
        repository=context.repository,
        issues=str(inputs["issues"]) or context.repository,
    )
    return asked, notes


def _payload(path: str) -> Mapping[str, Any]:
    """The event file; read_context has already told what is wrong with it."""
    return _mapping(json.loads(Path(path).read_text(encoding="utf-8"))) if path and Path(path).is_file() else {}


def _messages(payload: Mapping[str, Any]) -> list[str]:
    """The texts of the commits of a push."""
    listed = payload.get("commits")
    commits = [*(listed if isinstance(listed, list) else []), payload.get("head_commit")]
    return [_text(_mapping(commit).get("message")) for commit in commits]


def _labels(pull: Mapping[str, Any]) -> list[str]:
    listed = pull.get("labels")
    names = (_text(_mapping(label).get("name")) for label in (listed if isinstance(listed, list) else []))
    return [name for name in names if name]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
