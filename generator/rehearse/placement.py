"""Whose job a line of act's log is about: the caller's own, or one of a workflow that one of its jobs calls. Pure.

act names a job `<workflow>/<job>`, and a called one `<calling job>/<called workflow>/<job>`; a matrix appends `-<n>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.rehearse.observe import Job

_EXPRESSION = re.compile(r"\$\{\{.*?\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A workflow that a job of the caller calls: the name that act has for it, and its jobs."""

    name: str
    jobs: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Placed:
    """The observed jobs. `called` is by calling job, then by that job's name (several where it has a matrix)."""

    own: dict[str, list[Job]] = field(default_factory=dict)
    called: dict[str, dict[str, list[Job]]] = field(default_factory=dict)
    unplaced: list[Job] = field(default_factory=list)


def place(
    observed: Iterable[Job], workflow: str, jobs: Mapping[str, Mapping[str, Any]], called: Mapping[str, Called]
) -> Placed:
    """`workflow` is the caller's name, `jobs` its jobs, `called` the workflows that they call, by calling job."""
    placed = Placed()
    for job in observed:
        owner = next((name for name in called if _group(job, jobs[name], name, called[name])), "")
        if owner:
            group = _group(job, jobs[owner], owner, called[owner])
            placed.called.setdefault(owner, {}).setdefault(group, []).append(job)
        elif job.id in jobs and re.fullmatch(
            f"{re.escape(workflow)}/{_name(jobs[job.id], job.id)}(-[0-9]+)?", job.name
        ):
            placed.own.setdefault(job.id, []).append(job)
        else:
            placed.unplaced.append(job)
    return placed


def _group(job: Job, data: Mapping[str, Any], job_id: str, called: Called) -> str:
    """The name of the calling job that the observed job belongs to; empty when it is not one of that call's."""
    if job.id not in called.jobs:
        return ""
    match = re.match(f"({_name(data, job_id)}(?:-[0-9]+)?)/{re.escape(called.name)}/.", job.name)
    return match[1] if match else ""


def _name(data: Mapping[str, Any], job_id: str) -> str:
    """A pattern for what act calls a job."""
    text = str(data.get("name") or job_id).strip()
    return ".*".join(re.escape(part) for part in _EXPRESSION.split(text))
