"""Asks how a pull request stands, decides, acts and tells. Whatever was done halfway, the next event completes."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from shuntyard.ciflow.event import Event
from shuntyard.ciflow.rules import Act, asks_permission, decide, tag_of
from shuntyard.errors import ShuntyardError
from shuntyard.hub.localtags import LocalTags
from shuntyard.hub.tags import Tags

_SAYS = {
    "waits": "waits: {who} may not write to this repository, and this pull request is from a fork. Someone who may: "
    "look at `{commit}`, take the label off and put it on again.",
    "again": "was taken off: it counts for the commit that it was put on, and the newest is `{commit}` now. Someone "
    "with write access: label again after looking at the new commit.",
    "runs": "starts the tests of `{commit}`, which {who} labelled. It counts for this commit only: after a push, label "
    "again.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The pull request's tags afterwards, and what was done."""

    tags: tuple[str, ...]
    told: tuple[str, ...]


def open_tags(env: Mapping[str, str], *, repository: str, local: str, token: str) -> Tags:
    """GitHub as the environment names it, with the App's token for tags; or a folder. Raises ShuntyardError."""
    if local:
        name = repository or env.get("GITHUB_REPOSITORY", "")
        if not name:
            raise ShuntyardError("no repository is named", hint="set GITHUB_REPOSITORY to owner/name")
        return LocalTags(Path(local), name)
    return cast(Tags, importlib.import_module("shuntyard.hub.githubtags").open_tags(env, repository, token))


def keep(tags: Tags, event: Event, labels: Sequence[str], *, dry_run: bool) -> Kept:
    """Makes the tags as they should be. Raises ShuntyardError where the provider refuses or no token is there."""
    pull = tags.pull(event.number)
    there = {label: tags.tag(tag_of(label, event.number)) for label in labels}
    may_write = asks_permission(event, pull, labels) and tags.may_write(event.sender)
    told = []
    for act in decide(event, pull, labels, there, may_write=may_write):
        if not dry_run:
            told.append(_act(tags, event, act))
        else:
            told.append(f"would: {act.kind} {tag_of(act.label, event.number)} {act.commit[:12]}".rstrip())
        if act.kind in ("tag", "untag") and not dry_run:
            there[act.label] = act.commit or None
    return Kept(tags=tuple(tag_of(label, event.number) for label in labels if there[label]), told=tuple(told))


def _act(tags: Tags, event: Event, act: Act) -> str:
    name = tag_of(act.label, event.number)
    if act.kind == "tag":
        tags.put_tag(name, act.commit)
        return f"tag {name} is at {act.commit[:12]}"
    if act.kind == "untag":
        tags.delete_tag(name)
        return f"tag {name} is deleted; {tags.cancel(name)} of its runs are cancelled"
    if act.kind == "unlabel":
        tags.remove_label(event.number, act.label)
        return f"label {act.label} is taken off #{event.number}"
    who = f"`{event.sender}`" if event.sender else "who put it on"
    says = _SAYS[act.kind].format(who=who, commit=act.commit[:12])
    made = tags.comment(event.number, f"ciflow {act.label}", f"`{act.label}` {says}\n")
    return f"{act.label} {act.kind}: {made.address}"
