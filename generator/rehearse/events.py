"""Which event is rehearsed, and whether it would start the workflow at all.

act runs a workflow whatever its `on:` says beyond the event's name; types and filters are judged here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator.rehearse import payloads
from generator.rehearse.filters import branch_matches
from generator.rehearse.find import Caller
from generator.rehearse.payloads import NUMBER
from generator.rehearse.repository import Repository
from generator.shape import items, mapping, texts
from shuntyard.errors import ShuntyardError

PULL_REQUESTS = ("pull_request", "pull_request_target")
SUPPORTED = ("push", *PULL_REQUESTS, "schedule", "workflow_dispatch", "merge_group", "release")
DEFAULT_TYPES = ("opened", "synchronize", "reopened")
ON_LABELS = ("labeled", "unlabeled")
RELEASES = ("published", "released", "prereleased", "created", "edited", "deleted", "unpublished")
ASSUMED_TAG = "v0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The event that starts the run. `label` triggered it; `labels` are all that the pull request has. `tag` is the one
    that is pushed or released."""

    name: str
    action: str = ""
    label: str = ""
    labels: tuple[str, ...] = ()
    tag: str = ""
    payload: Mapping[str, Any] = field(repr=False)
    assumed: str = ""

    @property
    def number(self) -> int:
        return NUMBER if self.name in PULL_REQUESTS else 0

    def __str__(self) -> str:
        details = " ".join(filter(None, (self.action, self.label, f"tag {self.tag}" if self.tag else "")))
        return f"{self.name} ({details})" if details else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the user asks for; empty means no wish. `labels` are put on a pull request or, where `action` is another
    than labeled, are on it; `known_labels` are the pipeline's."""

    event: str = ""
    action: str = ""
    labels: Sequence[str] = ()
    tag: str = ""
    known_labels: Sequence[str] = ()


def choose_event(caller: Caller, wish: Wish, repository: Repository) -> Event:
    """The event to rehearse; without a wish the first that can be, a pull request where there are labels.

    Where an event needs a label and none is given, the first known one is assumed. Raises ShuntyardError when the
    workflow would not start for it.
    """
    name = wish.event or _default(caller, wish)
    _check(caller, wish, name)
    filters = caller.events[name]
    if name in PULL_REQUESTS:
        return _pull_request(caller, name, mapping(filters), wish, repository)
    if name == "push":
        return _push(caller, mapping(filters), wish.tag, repository)
    if name == "release":
        return _release(caller, mapping(filters), wish, repository)
    if name == "schedule":
        crons = [str(mapping(entry).get("cron", "")) for entry in items(filters)]
        return Event(name=name, payload=payloads.schedule(repository, next(iter(crons), "")))
    if name == "workflow_dispatch":
        inputs = {key: mapping(item).get("default") for key, item in mapping(mapping(filters).get("inputs")).items()}
        return Event(name=name, payload=payloads.dispatch(repository, _branch(repository), caller.path, inputs))
    return Event(name=name, payload=payloads.merge_group(repository))


def _default(caller: Caller, wish: Wish) -> str:
    labelled = bool(wish.labels)
    fitting = PULL_REQUESTS if labelled else ("push", "release") if wish.tag else SUPPORTED
    wanted = [name for name in caller.events if name in fitting]
    if not wanted:
        what = "a pull request" if labelled else "a tag" if wish.tag else f"any of {', '.join(SUPPORTED)}"
        raise ShuntyardError(f"{caller.path} does not run on {what}", hint=f"it runs on {', '.join(caller.events)}")
    return wanted[0]


def _check(caller: Caller, wish: Wish, name: str) -> None:
    """Raises ShuntyardError where a part of the wish does not go with the event."""
    if name not in caller.events:
        raise ShuntyardError(f"{caller.path} does not run on {name}", hint=f"it runs on {', '.join(caller.events)}")
    if name not in SUPPORTED:
        raise ShuntyardError(f"the event {name} cannot be rehearsed", hint=f"these can: {', '.join(SUPPORTED)}")
    if wish.labels and name not in PULL_REQUESTS:
        raise ShuntyardError(f"--label needs a pull request, not {name}", hint="pass --event pull_request")
    if wish.tag and name not in ("push", "release"):
        raise ShuntyardError(f"--tag needs a push or a release, not {name}", hint="pass --event push")
    known = {"release": RELEASES, **dict.fromkeys(PULL_REQUESTS, payloads.ACTIONS)}.get(name, ())
    if wish.action and wish.action not in known:
        hint = f"there are {', '.join(known)}" if known else f"{name} has no actions"
        raise ShuntyardError(f"--action {wish.action} is no action of {name}", hint=hint)


def _push(caller: Caller, filters: Mapping[str, Any], tag: str, repository: Repository) -> Event:
    branch = _branch(repository)
    what, kind = (f"the tag {tag}", "tags") if tag else (branch, "branches")
    if not _fits(tag or branch, kind, filters):
        said = ", ".join(
            name for key in filters for name in texts(filters[key]) if key.startswith(("branches", "tags"))
        )
        hint = f"its filter is {said}; check out a branch that fits, or pass --tag or --event"
        raise ShuntyardError(f"a push to {what} does not start {caller.path}", hint=hint)
    return Event(
        name="push",
        tag=tag,
        payload=payloads.push(repository, branch, tag),
        assumed="" if repository.branch or tag else f"a push to {branch}: no branch is checked out",
    )


def _fits(name: str, kind: str, filters: Mapping[str, Any]) -> bool:
    """Whether a branch or tag passes the filters. A filter of the one kind alone keeps the other kind out."""
    if kind in filters:
        return branch_matches(name, texts(filters[kind]))
    if f"{kind}-ignore" in filters:
        return not branch_matches(name, texts(filters[f"{kind}-ignore"]))
    other = "branches" if kind == "tags" else "tags"
    return other not in filters and f"{other}-ignore" not in filters


def _release(caller: Caller, filters: Mapping[str, Any], wish: Wish, repository: Repository) -> Event:
    types = texts(filters.get("types")) or list(RELEASES)
    action = wish.action or next((each for each in RELEASES if each in types), types[0])
    _check_type(caller, "release", action, types)
    tag = wish.tag or next(iter(repository.tags), ASSUMED_TAG)
    assumed = "" if wish.tag or repository.tags else f"the tag {tag}: there is none at this commit"
    payload = payloads.release(repository, action, tag)
    return Event(name="release", action=action, tag=tag, payload=payload, assumed=assumed)


def _pull_request(
    caller: Caller, name: str, filters: Mapping[str, Any], wish: Wish, repository: Repository
) -> Event:  # fmt: skip
    types = texts(filters.get("types")) or list(DEFAULT_TYPES)
    action, labels, assumed = wish.action, tuple(wish.labels), ""
    if labels and not action:
        action = "labeled"
        if action not in types:
            hint = f"its types for {name} are {', '.join(types)}"
            raise ShuntyardError(f"a label does not start {caller.path}", hint=hint)
    action = action or next((each for each in types if each not in ON_LABELS), types[0])
    _check_type(caller, name, action, types)
    if not labels and action in ON_LABELS:
        if not wish.known_labels:
            done = "put on" if action == "labeled" else "taken off"
            raise ShuntyardError(
                f"{caller.path} runs when a label is {done} a pull request", hint="name it with --label"
            )
        labels, assumed = tuple(wish.known_labels[:1]), f"the label {wish.known_labels[0]}"
    label = labels[-1] if action in ON_LABELS else ""
    on_it = labels[:-1] if action == "unlabeled" else labels
    base = _base(caller, filters, repository)
    payload = payloads.pull_request(repository, action, base, label, on_it)
    return Event(name=name, action=action, label=label, labels=on_it, payload=payload, assumed=assumed)


def _check_type(caller: Caller, name: str, action: str, types: Sequence[str]) -> None:
    if action not in types:
        hint = f"its types for {name} are {', '.join(types)}"
        raise ShuntyardError(f"{name} ({action}) does not start {caller.path}", hint=hint)


def _base(caller: Caller, filters: Mapping[str, Any], repository: Repository) -> str:
    """The branch that a pull request is for: one that the filter lets through, if the filter names it."""
    candidates = (repository.default_branch, *texts(filters.get("branches")))
    base = next((branch for branch in candidates if _fits(branch, "branches", filters)), "")
    if not base or re.search(r"[*?+\[!]", base):
        said = ", ".join(texts(filters.get("branches") or filters.get("branches-ignore")))
        hint = f"its filter is {said}; the repository's default branch is {repository.default_branch}"
        raise ShuntyardError(f"{caller.path} does not run on pull requests into {repository.default_branch}", hint=hint)
    return base


def _branch(repository: Repository) -> str:
    return repository.branch or repository.default_branch
