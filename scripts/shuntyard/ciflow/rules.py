"""What is done about a label on a pull request. Pure.

The state is asked for anew at every event and decides, whatever order the events' jobs run in:

| the label is    | the head is in      | the tag is         | what is done                                        |
|-----------------|---------------------|--------------------|-----------------------------------------------------|
| off, or closed  | anywhere            | there              | it goes, and its runs are cancelled                 |
| on              | this repository     | not at the head    | it is made there: who pushes there may write        |
| on              | a fork              | at the head        | nothing                                             |
| put on just now | a fork, same commit | not at the head    | it is made, where who labels may write; else waits  |
| put on just now | a fork, moved on    | not at the head    | tag and label go: look, then label again            |
| on              | a fork              | at an older commit | tag and label go: look, then label again            |

A label on a fork without a tag waits and starts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from shuntyard.ciflow.event import Event
from shuntyard.errors import ShuntyardError
from shuntyard.hub.paths import check_branch
from shuntyard.hub.tags import Pull
from shuntyard.options import words

Kind = Literal["unlabel", "untag", "tag", "waits", "again", "runs"]
ORDER: tuple[Kind, ...] = ("unlabel", "untag", "tag", "waits", "again", "runs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """`tag` makes or moves the label's tag to `commit`; the last three kinds of ORDER say so in a comment."""

    kind: Kind
    label: str
    commit: str = ""


def read_labels(text: str) -> tuple[str, ...]:
    """The labels. Raises ShuntyardError for none, and for one that could not be a part of a tag."""
    labels = tuple(dict.fromkeys(words(text)))
    if not labels:
        raise ShuntyardError("no label is named", hint="such as labels: ciflow/spyre")
    for label in labels:
        check_branch(label)
    return labels


def tag_of(label: str, number: int) -> str:
    """The tag's name; `on: {push: {tags: ["ciflow/spyre/*"]}}` listens to it."""
    return f"{label}/{number}"


def asks_permission(event: Event, pull: Pull, labels: Sequence[str]) -> bool:
    """Whether it matters if the event's sender may write."""
    return event.action == "labeled" and event.label in labels and not pull.own and bool(event.sender)


def decide(
    event: Event, pull: Pull, labels: Sequence[str], tags: Mapping[str, str | None], *, may_write: bool
) -> tuple[Act, ...]:
    """What to do, in order. `tags` has the commit of each label's tag, None where there is none; `may_write` says
    whether the event's sender may push to the repository."""
    acts = [act for label in labels for act in _label(event, pull, label, tags.get(label), may_write=may_write)]
    return tuple(sorted(acts, key=lambda act: ORDER.index(act.kind)))


def _label(event: Event, pull: Pull, label: str, tag: str | None, *, may_write: bool) -> list[Act]:
    gone = [Act(kind="untag", label=label)] if tag else []
    if not pull.open or label not in pull.labels:
        return gone
    if tag == pull.head:
        return []
    made = Act(kind="tag", label=label, commit=pull.head)
    if pull.own:
        return [made]
    again = [*gone, Act(kind="unlabel", label=label), Act(kind="again", label=label, commit=pull.head)]
    if event.action == "labeled" and event.label == label:
        if event.head != pull.head:
            return again
        if may_write:
            return [made, Act(kind="runs", label=label, commit=pull.head)]
        return [*gone, Act(kind="waits", label=label, commit=pull.head)]
    return again if tag or event.action == "reopened" else []
