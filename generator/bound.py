"""Inputs that the toolkit itself passes between a pipeline's jobs: a job's `with` may not put something else there."""

from __future__ import annotations

from generator import schema
from generator.source import Document
from shuntyard.errors import Problem

PYTHON = "python-version"


def bound_inputs(model: schema.PipelineFile, job: schema.Job) -> dict[str, str]:
    """The inputs of a job that are not its own to set, and why; what `generator.assemble` binds, by name."""
    bound = {"pipeline": "it is this pipeline, or the one that the caller names"}
    selects = any(each.matrix for each in model.jobs.values())
    if selects:
        bound |= dict.fromkeys(("plan", "artifacts", "call"), "it is what the job `select` has selected")
    if selects or job.needs:
        bound["needs"] = "it is how the jobs under `needs` ended"
    if job.rows:
        bound["unit"] = "each job of the matrix gets the unit that it runs"
        bound[PYTHON] = "each row has its own: write an axis `python`, or an input of that name under `triggers.call`"
    return bound


def check_with(model: schema.PipelineFile, document: Document) -> list[Problem]:
    """A problem for each bound input that a job's `with` sets, at its place."""
    return [
        document.problem(
            ("jobs", job_name, "with", name),
            f"{name!r} cannot be set here",
            hint=f"remove it; {bound[name]}",
            rule="contract",
            key=True,
        )
        for job_name, job in model.jobs.items()
        for bound in [bound_inputs(model, job)]
        for name in job.with_
        if name in bound
    ]
