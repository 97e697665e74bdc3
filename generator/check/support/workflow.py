"""A workflow or action file as jobs and steps, each with the key path that a problem needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from generator.check.subject import File
from generator.shape import items, mapping, texts
from generator.source import KeyPath


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Job:
    """One job of a workflow."""

    file: File
    id: str
    data: dict[str, Any]

    @property
    def path(self) -> KeyPath:
        return ("jobs", self.id)

    @property
    def uses(self) -> str:
        """The workflow that it calls; empty for a job of steps."""
        return self.data["uses"] if isinstance(self.data.get("uses"), str) else ""

    @property
    def needs(self) -> list[str]:
        return texts(self.data.get("needs"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """One step, of a job or of a composite action (then `job` is None)."""

    file: File
    path: KeyPath
    data: dict[str, Any]
    job: Job | None

    @property
    def uses(self) -> str:
        return self.data["uses"] if isinstance(self.data.get("uses"), str) else ""


def jobs(file: File) -> list[Job]:
    """The jobs of a workflow, in order; none for an action."""
    found = mapping(mapping(file.document.data).get("jobs"))
    return [Job(file=file, id=name, data=mapping(data)) for name, data in found.items()]


def steps(file: File) -> Iterator[Step]:
    """Every step of the file, those inside `parallel:` too."""
    for job in jobs(file):
        yield from _steps(file, (*job.path, "steps"), job.data.get("steps"), job)
    yield from _steps(file, ("runs", "steps"), mapping(mapping(file.document.data).get("runs")).get("steps"), None)


def _steps(file: File, path: KeyPath, value: Any, job: Job | None) -> Iterator[Step]:
    for index, item in enumerate(items(value)):
        here = (*path, index)
        yield Step(file=file, path=here, data=mapping(item), job=job)
        yield from _steps(file, (*here, "parallel"), mapping(item).get("parallel"), job)


def uses(file: File) -> Iterator[Job | Step]:
    """Each job and step that has a `uses:`."""
    yield from (job for job in jobs(file) if job.uses)
    yield from (step for step in steps(file) if step.uses)


def events(file: File) -> dict[str, dict[str, Any]]:
    """What starts the workflow: the event's name and its filters."""
    on = mapping(file.document.data).get("on")
    if isinstance(on, dict):
        return {str(name): mapping(filters) for name, filters in on.items()}
    return {name: {} for name in texts(on)}


def crons(file: File) -> list[tuple[KeyPath, str]]:
    """Each schedule's cron and where it stands."""
    schedule = mapping(mapping(file.document.data).get("on")).get("schedule")
    entries = [
        (("on", "schedule", index, "cron"), mapping(item).get("cron")) for index, item in enumerate(items(schedule))
    ]
    return [(path, cron) for path, cron in entries if isinstance(cron, str)]


def display_name(file: File) -> str:
    """What `github.workflow` is in a run of the file: its name, or its path where it has none."""
    name = mapping(file.document.data).get("name")
    return name if isinstance(name, str) and name else file.path
