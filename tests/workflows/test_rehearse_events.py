"""Rehearsals with act: events reach the workflow as GitHub sends them, and start no more than they would there."""

from __future__ import annotations

from pathlib import Path

import pytest

from shuntyard.errors import ShuntyardError
from tests.generator.rehearse.acting import jobs, log, rehearsed, row, rows
from tests.generator.rehearse.small import CALLER, git, make_caller, make_toolkit

pytestmark = pytest.mark.slow

EVERYTHING = """\
on:
  push:
  pull_request: {types: [opened, labeled]}
  schedule: [{cron: "17 3 * * *"}]
  workflow_dispatch: {inputs: {who: {default: me, type: string}}}
"""
TELL = """\
  tell:
    runs-on: ubuntu-latest
    steps:
      - run: echo "told $A"
        env:
          A: >-
            ${{ github.event_name }} ${{ github.ref }} ${{ github.event.action }} ${{ github.event.label.name }}
            ${{ github.event.schedule }} ${{ inputs.who }} ${{ github.sha == github.event.pull_request.head.sha }}
"""


@pytest.fixture(scope="module")
def toolkit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_toolkit(tmp_path_factory.mktemp("toolkit") / "small")


@pytest.mark.parametrize(
    ("event", "labels", "told"),
    [
        ("push", (), "push refs/heads/main     false"),
        ("pull_request", (), "pull_request refs/pull/1/merge opened    true"),
        ("pull_request", ("ciflow/small",), "pull_request refs/pull/1/merge labeled ciflow/small   true"),
        ("schedule", (), "schedule refs/heads/main   17 3 * * *  false"),
        ("workflow_dispatch", (), "workflow_dispatch refs/heads/main    me false"),
    ],
)
def test_an_event_as_the_workflow_sees_it(
    toolkit: Path, tmp_path: Path, event: str, labels: tuple[str, ...], told: str
) -> None:
    text = CALLER.replace("on: [push]\n", EVERYTHING) + TELL
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", text), event=event, labels=labels)
    assert found.verdict == "passed", found
    assert found.event.startswith(event)
    assert f'"msg":"told {told}\\n"' in log(found).replace("  ", " ").replace("  ", " ") or told in log(found), log(
        found
    )


def test_another_label_starts_no_row(toolkit: Path, tmp_path: Path) -> None:
    text = CALLER.replace("[push]", "{pull_request: {types: [labeled]}}")
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", text), labels=("other",))
    assert (found.verdict, set(jobs(found).values())) == ("passed", {"skipped"})
    assert "nothing runs, and that is right: the label 'other' does not start it" in found.headline
    assert set(rows(found).values()) == {"skipped"}
    assert "'other' does not start it" in row(found, "unit.shell").reason
    assert jobs(found)["select"] == "skipped"


def test_taking_the_label_off_starts_no_job(toolkit: Path, tmp_path: Path) -> None:
    text = CALLER.replace("[push]", "{pull_request: {types: [labeled, unlabeled]}}")
    caller = make_caller(tmp_path / "caller", text)
    found = rehearsed(toolkit, caller, labels=("ciflow/small",), action="unlabeled")
    assert (found.verdict, set(jobs(found).values())) == ("passed", {"skipped"})
    assert "nothing runs, and that is right: unlabeled only cancels" in found.headline
    failing = make_caller(tmp_path / "failing", f"{text}  own: {{runs-on: ubuntu-latest, steps: [{{run: exit 1}}]}}\n")
    found = rehearsed(toolkit, failing, labels=("ciflow/small",), action="unlabeled")
    assert (found.verdict, jobs(found)["own"]) == ("failed", "failed")


def test_an_event_that_does_not_start_the_caller_starts_nothing(toolkit: Path, tmp_path: Path) -> None:
    caller = make_caller(tmp_path / "caller")
    with pytest.raises(ShuntyardError, match="does not run on schedule"):
        rehearsed(toolkit, caller, event="schedule")
    assert not (tmp_path / "output").exists()


def test_a_detached_head_still_has_a_branch_to_push_to(toolkit: Path, tmp_path: Path) -> None:
    caller = make_caller(tmp_path / "caller", CALLER + TELL)
    git(caller, "checkout", "--quiet", "--detach")
    found = rehearsed(toolkit, caller)
    assert found.verdict == "passed", found
    assert "told push refs/heads/main" in log(found)
    assert any("no branch is checked out" in note for note in found.notes)
