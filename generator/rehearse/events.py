"""Which event is rehearsed, whether it would start the workflow at all, and the payload that GitHub would send.

act runs a workflow whatever its `on:` says beyond the event's name; types and branch filters are judged here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.rehearse.filters import branch_matches
from generator.rehearse.find import Caller
from generator.rehearse.repository import Repository
from generator.shape import items, mapping, texts
from shuntyard.errors import ShuntyardError

PULL_REQUESTS = ("pull_request", "pull_request_target")
SUPPORTED = ("push", *PULL_REQUESTS, "schedule", "workflow_dispatch", "merge_group")
DEFAULT_TYPES = ("opened", "synchronize", "reopened")
NUMBER = 1  # of the pull request that a rehearsal makes up


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The event that starts the run. `label` triggered it; `labels` are all that the pull request has."""

    name: str
    action: str = ""
    label: str = ""
    labels: tuple[str, ...] = ()
    payload: Mapping[str, Any]
    assumed: str = ""

    @property
    def number(self) -> int:
        return NUMBER if self.name in PULL_REQUESTS else 0

    def __str__(self) -> str:
        details = f" ({self.action}{f' {self.label}' if self.label else ''})" if self.action else ""
        return self.name + details


def choose_event(
    caller: Caller, wanted: str, labels: Sequence[str], repository: Repository, known_labels: Sequence[str] = ()
) -> Event:
    """The event to rehearse; without a wish the first that can be, a pull request where labels are put on one.

    `known_labels` are the pipeline's: where an event needs a label and none is given, the first of them is assumed.
    Raises ShuntyardError when the workflow would not start for it.
    """
    name = wanted or _default(caller, bool(labels))
    if name not in caller.events:
        raise ShuntyardError(f"{caller.path} does not run on {name}", hint=f"it runs on {', '.join(caller.events)}")
    if name not in SUPPORTED:
        raise ShuntyardError(f"the event {name} cannot be rehearsed", hint=f"these can: {', '.join(SUPPORTED)}")
    if labels and name not in PULL_REQUESTS:
        raise ShuntyardError(f"--label needs a pull request, not {name}", hint="pass --event pull_request")
    filters = caller.events[name]
    if name in PULL_REQUESTS:
        return _pull_request(caller, name, mapping(filters), labels, repository, known_labels)
    if name == "push":
        return _push(caller, mapping(filters), repository)
    payload: dict[str, Any] = _common(repository)
    if name == "schedule":
        crons = [str(mapping(entry).get("cron", "")) for entry in items(filters)]
        payload["schedule"] = next(iter(crons), "")
    elif name == "workflow_dispatch":
        inputs = {key: mapping(item).get("default") for key, item in mapping(mapping(filters).get("inputs")).items()}
        given = {key: _text(value) for key, value in inputs.items() if value is not None}
        payload |= {"ref": f"refs/heads/{_branch(repository)}", "workflow": caller.path, "inputs": given}
    else:
        base, queue = repository.default_branch, f"gh-readonly-queue/{repository.default_branch}/pr-{NUMBER}"
        group = {"base_ref": f"refs/heads/{base}", "base_sha": repository.parent, "head_sha": repository.sha}
        payload |= {"action": "checks_requested", "merge_group": {**group, "head_ref": f"refs/heads/{queue}"}}
    return Event(name=name, payload=payload)


def _default(caller: Caller, labelled: bool) -> str:
    wanted = [name for name in caller.events if name in (PULL_REQUESTS if labelled else SUPPORTED)]
    if not wanted:
        what = "a pull request" if labelled else f"any of {', '.join(SUPPORTED)}"
        raise ShuntyardError(f"{caller.path} does not run on {what}", hint=f"it runs on {', '.join(caller.events)}")
    return wanted[0]


def _push(caller: Caller, filters: Mapping[str, Any], repository: Repository) -> Event:
    branch = _branch(repository)
    if not _branch_fits(branch, filters):
        said = ", ".join(texts(filters.get("branches") or filters.get("branches-ignore") or filters.get("tags")))
        hint = f"its filter is {said}; check out a branch that fits, or pass --event"
        raise ShuntyardError(f"a push to {branch} does not start {caller.path}", hint=hint)
    commit = {
        "id": repository.sha,
        "message": "",
        "timestamp": "1970-01-01T00:00:00Z",
        "added": [],
        "removed": [],
        "modified": [],
    }
    payload = _common(repository) | {
        "ref": f"refs/heads/{branch}", "before": repository.parent, "after": repository.sha, "forced": False,
        "created": False, "deleted": False, "head_commit": commit, "commits": [commit],
    }  # fmt: skip
    return Event(
        name="push",
        payload=payload,
        assumed="" if repository.branch else f"a push to {branch}: no branch is checked out",
    )


def _branch_fits(branch: str, filters: Mapping[str, Any]) -> bool:
    if "branches" in filters:
        return branch_matches(branch, texts(filters["branches"]))
    if "branches-ignore" in filters:
        return not branch_matches(branch, texts(filters["branches-ignore"]))
    return "tags" not in filters and "tags-ignore" not in filters


def _pull_request(
    caller: Caller,
    name: str,
    filters: Mapping[str, Any],
    labels: Sequence[str],
    repository: Repository,
    known: Sequence[str],
) -> Event:
    types = texts(filters.get("types")) or list(DEFAULT_TYPES)
    if labels and "labeled" not in types:
        raise ShuntyardError(
            f"a label does not start {caller.path}", hint=f"its types for {name} are {', '.join(types)}"
        )
    assumed = ""
    if not labels and types == ["labeled"]:
        if not known:
            raise ShuntyardError(
                f"{caller.path} runs when a label is put on a pull request", hint="name it with --label"
            )
        labels, assumed = known[:1], f"the label {known[0]}"
    action = "labeled" if labels else next((each for each in types if each not in ("labeled", "unlabeled")), types[0])
    base = next(
        (b for b in (repository.default_branch, *texts(filters.get("branches"))) if _branch_fits(b, filters)), ""
    )
    if not base or re.search(r"[*?+\[!]", base):
        said = ", ".join(texts(filters.get("branches") or filters.get("branches-ignore")))
        hint = f"its filter is {said}; the repository's default branch is {repository.default_branch}"
        raise ShuntyardError(f"{caller.path} does not run on pull requests into {repository.default_branch}", hint=hint)
    label_data = [
        {"id": index, "name": label, "color": "ededed", "default": False} for index, label in enumerate(labels, 1)
    ]
    side = {"sha": repository.sha, "repo": _common(repository)["repository"]}
    head = repository.branch if repository.branch not in ("", base) else "rehearsal"
    pull = {
        "number": NUMBER, "state": "open", "title": "Rehearsal", "body": "", "draft": False, "merged": False,
        "labels": label_data, "user": _common(repository)["sender"], "merge_commit_sha": repository.sha,
        "head": {**side, "ref": head, "label": f"{repository.name.split('/')[0]}:{head}"},
        "base": {**side, "ref": base, "sha": repository.parent},
    }  # fmt: skip
    payload = _common(repository) | {"action": action, "number": NUMBER, "pull_request": pull}
    if labels:
        payload["label"] = label_data[-1]
    return Event(
        name=name,
        action=action,
        label=labels[-1] if labels else "",
        labels=tuple(labels),
        payload=payload,
        assumed=assumed,
    )


def _common(repository: Repository) -> dict[str, Any]:
    owner, _, short = repository.name.partition("/")
    person = {"login": owner, "id": 1, "type": "User"}
    described = {
        "id": 1, "name": short, "full_name": repository.name, "owner": person, "private": False, "fork": False,
        "default_branch": repository.default_branch, "html_url": f"https://github.com/{repository.name}",
    }  # fmt: skip
    return {"repository": described, "sender": person}


def _branch(repository: Repository) -> str:
    return repository.branch or repository.default_branch


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
