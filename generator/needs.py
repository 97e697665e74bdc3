"""The graph of jobs: every need is a job, and no job needs itself, directly or through others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from generator import schema
from generator.faults import suggest
from generator.source import Document
from shuntyard.errors import Problem


def needs_of(job: schema.Job) -> list[str]:
    """The jobs that a job names in `needs`."""
    return [job.needs] if isinstance(job.needs, str) else list(job.needs)


def check_needs(jobs: Mapping[str, schema.Job], document: Document, *, reserved: Sequence[str]) -> list[Problem]:
    """A problem for each need that is no job, each circle (once), and each job that has one of the `reserved` names.

    A job may name the first reserved one (the selection) in its needs.
    """
    problems = []
    graph = {name: needs_of(job) for name, job in jobs.items()}
    for name in (name for name in graph if name in reserved):
        said = f"the name {name!r} is the renderer's own"
        problems.append(
            document.problem(("jobs", name), said, hint="call the job something else", rule="jobs", key=True)
        )
    for name, wanted in graph.items():
        place = ("jobs", name, "needs")
        for other in wanted:
            if other not in graph and other != reserved[0]:
                said = f"no job is called {other!r}"
                problems.append(document.problem(place, said, hint=suggest(other, graph), rule="jobs"))
        circle = _circle(graph, name)
        if circle and min(circle) == name:
            said = f"jobs need each other in a circle: {' → '.join([*circle, name])}"
            problems.append(document.problem(place, said, hint="remove one of these needs", rule="jobs"))
    return problems


def _circle(graph: Mapping[str, list[str]], start: str) -> list[str]:
    """The jobs of a circle through `start`, in order; empty when there is none."""
    paths = [[start]]
    seen: set[str] = set()
    while paths:
        path = paths.pop()
        for other in graph.get(path[-1], []):
            if other == start:
                return path
            if other not in seen:
                seen.add(other)
                paths.append([*path, other])
    return []
