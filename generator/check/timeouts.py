"""Every job ends, and none ends before its tests may."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.subject import Subject
from generator.check.support.units import units
from generator.check.support.workflow import jobs
from generator.load import Pipeline
from shuntyard.errors import Problem
from shuntyard.plan import CompiledPipeline, Unit

SUMMARY = "each job of steps has timeout-minutes, and a matrix job's cover the timeouts of all rows in its longest unit"


def check(subject: Subject) -> Iterator[Problem]:
    """Without it a job may hold a machine for 6 hours, or 5 days on one's own: a checkout hung 3 h in rocm-jax.

    A job that calls a workflow cannot have one (docs.github.com, "Reusing workflow configurations").
    """
    for file in subject.home.workflows:
        for job in jobs(file):
            if job.uses and "timeout-minutes" in job.data:
                hint = "set it in the jobs of the workflow that is called"
                path = (*job.path, "timeout-minutes")
                yield file.problem(
                    path, f"{job.id} calls a workflow, so it cannot have timeout-minutes", hint=hint, key=True
                )
            elif not job.uses and "timeout-minutes" not in job.data:
                hint = "add `timeout-minutes:`; GitHub's own limit is 6 hours, and 5 days on your own machines"
                yield file.problem(job.path, f"{job.id} has no timeout-minutes", hint=hint, key=True)
    for name, pipeline in subject.toolkit.pipelines.items():
        yield from _covers(pipeline, subject.rendering.compiled[name])


def _covers(pipeline: Pipeline, compiled: CompiledPipeline) -> Iterator[Problem]:
    """Else the job is cancelled from outside while a row is still inside its own timeout, and reports nothing."""
    found = units(compiled)
    if not found:
        return
    longest = max(found, key=_seconds)
    for name, job in pipeline.model.jobs.items():
        if job.rows and job.timeout_minutes * 60 < _seconds(longest):
            parts = " + ".join(f"{row.suite.timeout_s / 60:g}" for row in longest.rows)
            message = f"{name} ends after {job.timeout_minutes} min, and the unit {longest.id} may take {parts} min"
            hint = "raise timeout-minutes here, or lower the configuration's in suites.yml"
            yield pipeline.document.problem(("jobs", name, "timeout-minutes"), message, hint=hint, rule="")


def _seconds(unit: Unit) -> int:
    """What its rows may take, one after the other."""
    return sum(row.suite.timeout_s for row in unit.rows)
