"""Runs that must not cancel each other have different concurrency groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.check.subject import File, Subject
from generator.check.support.calls import Call, calls
from generator.check.support.expressions import never_on
from generator.check.support.workflow import display_name, events, jobs
from generator.shape import dig, mapping
from generator.source import KeyPath
from shuntyard.errors import Problem

SUMMARY = (
    "each workflow has a group keyed on event and ref, never cancels a schedule, and differs from its callees' groups"
)
REFS = ("github.ref", "github.head_ref", "github.event.pull_request.number", "github.sha", "github.run_id")
PROPOSAL = "${{ github.workflow }}-${{ github.event_name }}-${{ github.event.pull_request.number || github.ref }}"
INPUT = re.compile(r"\$\{\{\s*inputs\.([\w-]+)\s*\}\}")
NAME = re.compile(r"\$\{\{\s*github\.workflow\s*\}\}")


def check(subject: Subject) -> Iterator[Problem]:
    """A dispatch in a nightly's group cancelled two nights of jax-rocm unseen; in its caller's group a run ends itself.

    Source: docs.github.com, "Reusing workflow configurations": in a callee, `github.workflow` is the caller's name.
    """
    for file in subject.home.workflows:
        yield from _keyed(file)
        yield from _never_cancels_a_schedule(file)
    for tree in (subject.home, *subject.callers):
        for file in tree.workflows:
            for call in calls(subject, file):
                yield from _collides(file, call)


def _keyed(file: File) -> Iterator[Problem]:
    group = _group(file.document.data)
    if not group:
        hint = f"add `concurrency: {{group: '{PROPOSAL}'}}`"
        yield file.problem(("concurrency",), "the workflow has no concurrency group", hint=hint)
        return
    path: KeyPath = ("concurrency", "group") if dig(file.document.data, ("concurrency", "group")) else ("concurrency",)
    if "github.event_name" not in group:
        hint = f"put ${{{{ github.event_name }}}} into it, such as {PROPOSAL}"
        yield file.problem(
            path, "the group is the same for every event: a dispatch would wait for, or cancel, a nightly", hint=hint
        )
    if not any(ref in group for ref in REFS):
        hint = f"put the ref or the pull request into it, such as {PROPOSAL}"
        yield file.problem(path, "the group is the same for every branch and pull request", hint=hint)


def _never_cancels_a_schedule(file: File) -> Iterator[Problem]:
    """Only a workflow that a schedule can start: directly, or through a caller that we cannot see."""
    if not {"schedule", "workflow_call"} & set(events(file)):
        return
    for above in [(), *(job.path for job in jobs(file))]:
        path: KeyPath = (*above, "concurrency", "cancel-in-progress")
        value = dig(file.document.data, path)
        if value is None or value is False or (isinstance(value, str) and never_on(value, "schedule")):
            continue
        hint = "write ${{ github.event_name == 'pull_request' }}"
        yield file.problem(path, "a scheduled run may be cancelled by a later one", hint=hint)


def _collides(file: File, call: Call) -> Iterator[Problem]:
    """The callee's group, as this caller makes it, is none of the caller's own."""
    if call.target is None or not _group(call.target.document.data):
        return
    declared = mapping(dig(call.target.document.data, ("on", "workflow_call", "inputs")))
    inputs = {name: mapping(item).get("default", "") for name, item in declared.items()} | mapping(
        call.job.data.get("with")
    )
    name = display_name(file)
    callee = _spelled(_group(call.target.document.data), name, inputs)
    for what, data, path in (("workflow", file.document.data, ()), ("job", call.job.data, call.job.path)):
        if _group(data) and _spelled(_group(data), name, {}) == callee:
            message = (
                f"this {what} has the group of {call.reference.text}: the run would wait for itself, or cancel itself"
            )
            hint = "start the group with something that the callee's has not, such as the job's name"
            place: KeyPath = (*path, "concurrency")
            yield file.problem(
                (*place, "group") if isinstance(mapping(data).get("concurrency"), dict) else place, message, hint=hint
            )


def _group(data: Any) -> str:
    concurrency = mapping(data).get("concurrency")
    group = concurrency.get("group") if isinstance(concurrency, dict) else concurrency
    return group if isinstance(group, str) else ""


def _spelled(group: str, name: str, inputs: Mapping[str, Any]) -> str:
    """The group with what is known filled in, evenly spaced; the rest is compared as it is written."""
    text = NAME.sub(lambda _: name, group)
    text = INPUT.sub(lambda match: str(inputs.get(match.group(1), match.group(0))), text)
    return re.sub(r"\s+", "", text).lower()
