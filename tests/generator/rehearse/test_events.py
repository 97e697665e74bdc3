"""Which event starts a caller, what GitHub would send, and what it would not start at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from generator.rehearse.events import Event, Wish, choose_event
from generator.rehearse.find import Caller
from generator.rehearse.repository import Repository
from generator.source import parse
from shuntyard.errors import ShuntyardError

HERE = Repository(
    root=Path("/nowhere"),
    name="owner/name",
    url="https://github.com/owner/name",
    branch="work",
    default_branch="main",
    sha="a" * 40,
    parent="b" * 40,
    changes=0,
)


def chosen(
    on: str,
    wanted: str = "",
    labels: tuple[str, ...] = (),
    known: tuple[str, ...] = (),
    *,
    action: str = "",
    tag: str = "",
    **changes: Any,
) -> Event:
    document = parse(f"on: {on}\njobs: {{}}\n", "ci.yml", strict=False)
    place = {name: changes.get(name, getattr(HERE, name)) for name in Repository.__slots__}
    wish = Wish(event=wanted, labels=labels, known_labels=known, action=action, tag=tag)
    return choose_event(Caller(path="ci.yml", document=document, calls=()), wish, Repository(**place))


def refused(on: str, *arguments: Any, **changes: Any) -> str:
    with pytest.raises(ShuntyardError) as caught:
        chosen(on, *arguments, **changes)
    assert caught.value.exit_code == 2
    return f"{caught.value.message}; {caught.value.hint}"


def test_the_first_event_that_can_be_rehearsed_is_the_default() -> None:
    assert chosen("[issues, pull_request, push]").name == "pull_request"
    assert chosen("push").name == "push"
    assert chosen("{workflow_dispatch: , schedule: [{cron: '1 2 * * *'}]}").name == "workflow_dispatch"


def test_an_event_that_the_caller_does_not_have_is_refused_with_those_it_has() -> None:
    assert "it runs on push, schedule" in refused("{push: , schedule: [{cron: x}]}", "pull_request")
    assert "cannot be rehearsed" in refused("[issues]", "issues")
    assert "it runs on issues" in refused("[issues]")


@pytest.mark.parametrize("event", ["push", "pull_request", "schedule", "workflow_dispatch", "merge_group"])
def test_every_payload_says_which_repository_it_is(event: str) -> None:
    found = chosen(
        "{push: , pull_request: , schedule: [{cron: '1 2 3 4 5'}], workflow_dispatch: , merge_group: }", event
    )
    assert found.name == event
    assert found.payload["repository"]["full_name"] == "owner/name"
    assert found.payload["repository"]["default_branch"] == "main"


def test_a_push_is_to_the_branch_that_is_checked_out() -> None:
    payload = chosen("push").payload
    assert (payload["ref"], payload["after"], payload["before"]) == ("refs/heads/work", "a" * 40, "b" * 40)
    assert "no branch is checked out" in chosen("push", branch="").assumed


def test_a_push_that_a_filter_stops_is_refused() -> None:
    assert chosen("{push: {branches: [main, 'wo*']}}").name == "push"
    assert "its filter is main" in refused("{push: {branches: [main]}}")
    assert "does not start" in refused("{push: {branches-ignore: ['w**']}}")
    assert "does not start" in refused("{push: {tags: ['v*']}}")


def test_a_pull_request_has_its_head_and_number() -> None:
    found = chosen("pull_request")
    assert (found.action, found.number, found.payload["number"]) == ("opened", 1, 1)
    assert found.payload["pull_request"]["head"]["sha"] == "a" * 40
    assert found.payload["pull_request"]["head"]["ref"] == "work"
    assert found.payload["pull_request"]["base"]["ref"] == "main"
    assert chosen("pull_request", branch="main").payload["pull_request"]["head"]["ref"] == "rehearsal"


def test_a_pull_request_takes_a_base_that_its_filter_allows() -> None:
    assert chosen("{pull_request: {branches: [stable]}}").payload["pull_request"]["base"]["ref"] == "stable"
    assert "pull requests into main" in refused("{pull_request: {branches: ['release/**']}}")


def test_labels_make_it_a_labeled_event() -> None:
    found = chosen("{pull_request: {types: [opened, labeled]}}", "", ("a", "b"))
    assert (found.action, found.label, found.labels) == ("labeled", "b", ("a", "b"))
    assert [label["name"] for label in found.payload["pull_request"]["labels"]] == ["a", "b"]
    assert found.payload["label"]["name"] == "b"
    assert str(found) == "pull_request (labeled b)"


def test_a_label_that_starts_nothing_is_refused() -> None:
    assert "its types for pull_request are opened, synchronize, reopened" in refused("pull_request", "", ("a",))
    assert "does not run on a pull request" in refused("push", "", ("a",))
    assert "pass --event pull_request" in refused("[push, pull_request]", "push", ("a",))


def test_a_label_is_assumed_only_where_the_pipeline_declares_one() -> None:
    on = "{pull_request: {types: [labeled]}}"
    assert chosen(on, known=("ciflow/x",)).label == "ciflow/x"
    assert chosen(on, known=("ciflow/x",)).assumed
    assert "--label" in refused(on)


def test_a_dispatch_has_the_defaults_of_its_inputs() -> None:
    found = chosen("{workflow_dispatch: {inputs: {a: {default: 1}, b: {type: boolean, default: true}, c: {}}}}")
    assert found.payload["inputs"] == {"a": "1", "b": "true"}


def test_a_schedule_has_its_cron() -> None:
    assert chosen("{schedule: [{cron: '17 3 * * *'}]}").payload["schedule"] == "17 3 * * *"


@pytest.mark.parametrize("on", ["pull_request", "pull_request_target"])
@pytest.mark.parametrize("action", ["opened", "synchronize", "reopened", "closed", "labeled", "unlabeled"])
def test_a_pull_request_as_the_action_leaves_it(on: str, action: str) -> None:
    found = chosen(f"{{{on}: {{types: [{action}]}}}}", "", ("a", "b"), action=action)
    assert (found.name, found.action, found.payload["action"], found.number) == (on, action, action, 1)
    pull = found.payload["pull_request"]
    assert pull["state"] == ("closed" if action == "closed" else "open")
    assert [label["name"] for label in pull["labels"]] == (["a"] if action == "unlabeled" else ["a", "b"])
    about_a_label = action in ("labeled", "unlabeled")
    assert found.label == ("b" if about_a_label else "")
    assert found.payload.get("label", {}).get("name") == ("b" if about_a_label else None)
    moved = ("b" * 40, "a" * 40) if action == "synchronize" else (None, None)
    assert (found.payload.get("before"), found.payload.get("after")) == moved


def test_an_action_is_refused_where_github_would_start_nothing() -> None:
    assert "pull_request (closed) does not start ci.yml" in refused("pull_request", action="closed")
    assert "synchronize" in refused("{pull_request: {types: [labeled, unlabeled]}}", action="synchronize")
    assert "does not start" in refused("{release: {types: [published]}}", action="released")
    assert "no action of pull_request" in refused("pull_request", action="publish")
    assert "push has no actions" in refused("push", action="created")


def test_taking_a_label_off_needs_one() -> None:
    on = "{pull_request: {types: [labeled, unlabeled]}}"
    found = chosen(on, known=("ciflow/x",), action="unlabeled")
    assert (found.label, found.labels, str(found)) == ("ciflow/x", (), "pull_request (unlabeled ciflow/x)")
    assert "when a label is taken off" in refused(on, action="unlabeled")


def test_a_release_is_of_the_tag_at_the_commit() -> None:
    found = chosen("{release: {types: [published]}}", tags=("v1.2.0",))
    assert (found.name, found.action, found.tag, found.assumed) == ("release", "published", "v1.2.0", "")
    release = found.payload["release"]
    assert (release["tag_name"], release["draft"], release["prerelease"]) == ("v1.2.0", False, False)
    assert found.payload["repository"]["full_name"] == "owner/name"
    assert str(chosen("release", tag="v2")) == "release (published tag v2)"
    assert "there is none at this commit" in chosen("release").assumed
    assert chosen("{release: {types: [prereleased]}}").payload["release"]["prerelease"]


def test_the_push_of_a_tag() -> None:
    found = chosen("{push: {branches: [main], tags: ['ciflow/x/*']}}", tag="ciflow/x/1")
    assert (found.payload["ref"], found.payload["after"]) == ("refs/tags/ciflow/x/1", "a" * 40)
    assert (found.payload["created"], found.payload["before"]) == (True, "0" * 40)
    assert str(found) == "push (tag ciflow/x/1)"
    assert chosen("push", tag="v1").tag == "v1"
    assert chosen("{push: {tags-ignore: ['x*']}}", tag="v1").tag == "v1"


@pytest.mark.parametrize(
    "on", ["{push: {tags: ['v*']}}", "{push: {branches: [main]}}", "{push: {branches-ignore: [x]}}"]
)
def test_the_push_of_a_tag_that_a_filter_stops_is_refused(on: str) -> None:
    assert "a push to the tag ciflow/x/1 does not start ci.yml" in refused(on, tag="ciflow/x/1")


def test_a_tag_is_for_pushes_and_releases() -> None:
    assert "--tag needs a push or a release" in refused("[push, schedule]", "schedule", tag="v1")
    assert "does not run on a tag" in refused("pull_request", tag="v1")
