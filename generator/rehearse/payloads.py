"""The payloads that GitHub would send, as far as workflows read them. Pure.

Source: docs.github.com, "Webhook events and payloads". What a rehearsal does not know is made up, as plainly as it can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from generator.rehearse.repository import Repository

NUMBER = 1  # of the pull request that a rehearsal makes up
ACTIONS = ("opened", "synchronize", "reopened", "labeled", "unlabeled", "closed", "edited", "ready_for_review")
NOTHING = "0" * 40
THEN = "1970-01-01T00:00:00Z"

Payload = dict[str, Any]


def push(repository: Repository, branch: str, tag: str) -> Payload:
    """A push to a branch, or of a new tag at its head."""
    commit = {"id": repository.sha, "message": "", "timestamp": THEN, "added": [], "removed": [], "modified": []}
    at = {"ref": f"refs/tags/{tag}", "before": NOTHING} if tag else {"ref": f"refs/heads/{branch}"}
    return _common(repository) | {
        "before": repository.parent, **at, "after": repository.sha, "forced": False, "created": bool(tag),
        "deleted": False, "base_ref": None, "head_commit": commit, "commits": [] if tag else [commit],
    }  # fmt: skip


def release(repository: Repository, action: str, tag: str) -> Payload:
    """A release of the head under a tag."""
    common = _common(repository)
    published = action not in ("created", "unpublished")
    described = {
        "id": 1, "tag_name": tag, "target_commitish": repository.default_branch, "name": tag, "body": "",
        "draft": False, "prerelease": action == "prereleased", "author": common["sender"], "created_at": THEN,
        "published_at": THEN if published else None, "assets": [],
        "html_url": f"https://github.com/{repository.name}/releases/tag/{tag}",
    }  # fmt: skip
    return common | {"action": action, "release": described}


def schedule(repository: Repository, cron: str) -> Payload:
    """One of the schedules."""
    return _common(repository) | {"schedule": cron}


def dispatch(repository: Repository, branch: str, workflow: str, defaults: Mapping[str, Any]) -> Payload:
    """A run that somebody starts with the defaults of its inputs; those without one are not given."""
    given = {key: _text(value) for key, value in defaults.items() if value is not None}
    return _common(repository) | {"ref": f"refs/heads/{branch}", "workflow": workflow, "inputs": given}


def merge_group(repository: Repository) -> Payload:
    """A merge queue that asks for checks."""
    base = repository.default_branch
    head = f"refs/heads/gh-readonly-queue/{base}/pr-{NUMBER}"
    group = {"base_ref": f"refs/heads/{base}", "base_sha": repository.parent, "head_ref": head}
    return _common(repository) | {
        "action": "checks_requested", "merge_group": {**group, "head_sha": repository.sha},
    }  # fmt: skip


def pull_request(repository: Repository, action: str, base: str, label: str, labels: Sequence[str]) -> Payload:
    """A pull request of the repository's own. `label` was put on or taken off; `labels` are on it after that."""
    common = _common(repository)
    side = {"sha": repository.sha, "repo": common["repository"]}
    head = repository.branch if repository.branch not in ("", base) else "rehearsal"
    closed = action == "closed"
    pull = {
        "number": NUMBER, "state": "closed" if closed else "open", "title": "Rehearsal", "body": "", "draft": False,
        "merged": False, "closed_at": THEN if closed else None, "labels": [_label(name) for name in labels],
        "user": common["sender"], "merge_commit_sha": repository.sha,
        "head": {**side, "ref": head, "label": f"{repository.name.split('/')[0]}:{head}"},
        "base": {**side, "ref": base, "sha": repository.parent},
    }  # fmt: skip
    payload = common | {"action": action, "number": NUMBER, "pull_request": pull}
    if label:
        payload["label"] = _label(label)
    if action == "synchronize":
        payload |= {"before": repository.parent, "after": repository.sha}
    return payload


def _label(name: str) -> Payload:
    return {"id": 1, "name": name, "color": "ededed", "default": False}


def _common(repository: Repository) -> Payload:
    owner, _, short = repository.name.partition("/")
    person = {"login": owner, "id": 1, "type": "User"}
    described = {
        "id": 1, "name": short, "full_name": repository.name, "owner": person, "private": False, "fork": False,
        "default_branch": repository.default_branch, "html_url": f"https://github.com/{repository.name}",
    }  # fmt: skip
    return {"repository": described, "sender": person}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
