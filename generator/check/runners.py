"""A machine is declared once; nothing waits for one that does not exist, and no job for one in quarantine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from generator import schema
from generator.check.subject import Subject
from generator.check.support.expressions import body
from generator.check.support.workflow import Job, jobs
from generator.faults import suggest
from generator.load import Pipeline, Toolkit
from generator.shape import dig, items, mapping, texts
from generator.source import Document, KeyPath
from shuntyard.errors import Problem

SUMMARY = "every runs-on label is GitHub's or declared in runners.yml; no job in quarantine, no quarantine expired"
HOSTED = re.compile(r"(ubuntu|windows|macos)-(latest|slim|[0-9][0-9.]*)(-[a-z0-9]+)*")
EVERY_MACHINE = {
    "self-hosted",
    "linux",
    "windows",
    "macos",
    "x64",
    "arm",
    "arm64",
}  # labels that GitHub gives by itself


def check(subject: Subject) -> Iterator[Problem]:
    """A job for a label that no runner has waits a day and is then cancelled: rocm-jax #512, #513."""
    toolkit = subject.toolkit
    declared = {label for runner in _all_runners(toolkit).values() for label in runner.labels}
    for file in subject.home.workflows:
        for job in jobs(file):
            for path, label in _labels(job):
                if not HOSTED.fullmatch(label) and label.lower() not in EVERY_MACHINE and label not in declared:
                    hint = f"{suggest(label, declared)} (else declare its runner in matrices/runners.yml)"
                    yield file.problem(path, f"no runner has the label {label!r}", hint=hint, at=label)
    yield from _expired(toolkit, subject.today)
    hub = toolkit.settings.hub
    yield from _kept_away(
        toolkit.documents["toolkit"], ("hub",), hub, toolkit.runners, "select, report and gate", subject
    )
    for pipeline in toolkit.pipelines.values():
        yield from _quarantined(pipeline, subject)


def _all_runners(toolkit: Toolkit) -> dict[str, schema.Runner]:
    own = {name: runner for pipeline in toolkit.pipelines.values() for name, runner in pipeline.model.runners.items()}
    return {**own, **toolkit.runners}


def _labels(job: Job) -> Iterator[tuple[KeyPath, str]]:
    """The labels that a job asks for, as far as they are written out: directly, or in its own matrix."""
    value = job.data.get("runs-on")
    path: KeyPath = (*job.path, "runs-on")
    if isinstance(value, dict):
        value, path = value.get("labels"), (*path, "labels")
    for index, label in enumerate(texts(value)):
        here = (*path, index) if isinstance(value, list) else path
        if "${{" not in label:
            yield here, label
        elif body(label).startswith("matrix."):
            yield from _from_matrix(job, body(label).removeprefix("matrix."))


def _from_matrix(job: Job, name: str) -> Iterator[tuple[KeyPath, str]]:
    path: KeyPath = (*job.path, "strategy", "matrix")
    matrix = mapping(dig(job.data, ("strategy", "matrix")))
    places: list[tuple[KeyPath, Any]] = [((*path, name, i), value) for i, value in enumerate(items(matrix.get(name)))]
    places += [
        ((*path, "include", i, name), mapping(entry).get(name)) for i, entry in enumerate(items(matrix.get("include")))
    ]
    for place, value in places:
        yield from ((place, label) for label in texts(value) if "${{" not in label)


def _expired(toolkit: Toolkit, today: date) -> Iterator[Problem]:
    """An expired quarantine is a problem wherever it stands: nobody has looked whether the machine is good again."""
    holders = [(toolkit.documents["runners"], toolkit.runners)]
    holders += [(pipeline.document, pipeline.model.runners) for pipeline in toolkit.pipelines.values()]
    for document, runners in holders:
        for name, runner in runners.items():
            if runner.quarantine and runner.quarantine.until < today:
                message = f"the quarantine of {name} expired on {runner.quarantine.until} ({_why(runner.quarantine)})"
                hint = "mend the machine and remove the quarantine, remove the runner, or set a later day"
                yield document.problem(("runners", name, "quarantine", "until"), message, hint=hint, rule="")


def _quarantined(pipeline: Pipeline, subject: Subject) -> Iterator[Problem]:
    """Jobs on a machine whose quarantine lasts; rows are kept away from it by select-rows."""
    runners = {**subject.toolkit.runners, **pipeline.model.runners}
    for job_id, job in pipeline.model.jobs.items():
        if job.runner:
            place = ("jobs", job_id, "runner")
            yield from _kept_away(pipeline.document, place, job.runner, runners, f"the job {job_id}", subject)


def _kept_away(
    document: Document, place: KeyPath, name: str, runners: Mapping[str, schema.Runner], what: str, subject: Subject
) -> Iterator[Problem]:
    quarantine = runners[name].quarantine
    if quarantine and quarantine.until >= subject.today:
        message = f"{what} would run on {name}, in quarantine until {quarantine.until} ({_why(quarantine)})"
        hint = "choose another runner until then; rows alone are left out by themselves"
        yield document.problem(place, message, hint=hint, rule="")


def _why(quarantine: schema.Quarantine) -> str:
    return f"{quarantine.owner}: {quarantine.reason}"
