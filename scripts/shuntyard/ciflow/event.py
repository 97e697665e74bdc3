"""What happened to a pull request, from the event that GitHub wrote to a file. Of it, only GitHub's own words count.

A pull request's author chooses branch names, titles and bodies; none of them is read here. What is: the action, the
number, the commit, who acted and which label.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shuntyard.errors import ShuntyardError

EVENT = "pull_request_target"
ACTIONS = ("labeled", "unlabeled", "synchronize", "opened", "reopened", "closed")
_SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(\[bot\])?")
_HINT = "call this from a workflow with `on: {pull_request_target: {types: [labeled, unlabeled, synchronize, …]}}`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event. `head` is the pull request's commit at that moment; `label` is empty where the action has none,
    `sender` where GitHub names nobody."""

    action: str
    number: int
    head: str
    sender: str
    label: str = ""


def read_event(name: str, file: Path) -> Event:
    """The event. Raises ShuntyardError for another one, such as pull_request, whose token could write nothing."""
    if name != EVENT:
        raise ShuntyardError(f"the event is {name[:50]!r}, not {EVENT}", hint=_HINT)
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ShuntyardError(f"the event cannot be read: {error}", hint=_HINT) from error
    pull = _get(record, "pull_request")
    action, number, head = _get(record, "action"), _get(pull, "number"), _get(pull, "head", "sha")
    if action not in ACTIONS or not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ShuntyardError(f"the event's action is {str(action)[:50]!r}", hint=f"one of {', '.join(ACTIONS)}")
    if not isinstance(head, str) or not _SHA.fullmatch(head):
        raise ShuntyardError("the event names no commit", hint=_HINT)
    label, sender = _get(record, "label", "name"), _get(record, "sender", "login")
    return Event(
        action=action,
        number=number,
        head=head,
        sender=sender if isinstance(sender, str) and _LOGIN.fullmatch(sender) else "",
        label=label if isinstance(label, str) and action in ("labeled", "unlabeled") else "",
    )


def _get(record: Any, *keys: str) -> Any:
    for key in keys:
        record = record.get(key) if isinstance(record, dict) else None
    return record
