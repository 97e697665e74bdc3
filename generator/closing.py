"""How a workflow ends: the gate that judges all its jobs, and the outputs that it hands to its callers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from generator import schema
from generator.faults import suggest
from generator.pipeline import AllNeeds, Composite, Condition, Job, JobOutput, Step, StepOutput, Uses, Value
from generator.rowvalues import SELECT
from generator.source import Document
from shuntyard.errors import Problem

GATE = "gate"
GATE_MINUTES = 5


def gate_job(
    model: schema.PipelineFile, document: Document, selects: bool, runs_on: tuple[str, ...]
) -> tuple[Job, list[Problem]]:
    """The gate of a pipeline that has one, and what is wrong with what it says."""
    gate = model.gate
    assert gate is not None
    needs = ([SELECT] if selects else []) + list(model.jobs)
    must = [name for name in needs if name not in gate.may_skip]
    with_: dict[str, Value] = {"needs": AllNeeds(tuple(needs)), "requires": " ".join(must)}
    if gate.may_skip:
        with_["may-skip"] = " ".join(gate.may_skip)
    if selects:
        matrix_jobs = " ".join(name for name, job in model.jobs.items() if job.matrix and name not in gate.may_skip)
        with_ |= {"count": JobOutput(SELECT, "count"), "empty": gate.empty, "matrix-jobs": matrix_jobs}
    job = Job(
        id=GATE,
        steps=(Step(id=GATE, uses=Uses("own", GATE), with_=with_),),
        runs_on=runs_on,
        needs=tuple(needs),
        timeout_minutes=GATE_MINUTES,
        condition=Condition(always=True, unless_skipped=SELECT if selects else ""),
    )
    return job, list(_gate_faults(model, gate, document))


def _gate_faults(model: schema.PipelineFile, gate: schema.Gate, document: Document) -> Iterator[Problem]:
    for index, name in enumerate(gate.requires):
        if name not in model.jobs:
            message, hint = f"no job is called {name!r}", suggest(name, model.jobs)
            yield document.problem(("gate", "requires", index), message, hint=hint, rule="gate")
    for name in model.jobs:
        if name not in gate.requires:
            message = f"the gate does not list the job {name!r}"
            yield document.problem(("gate", "requires"), message, hint="a gate lists every job", rule="gate")
    for index, name in enumerate(gate.may_skip):
        if name not in gate.requires:
            hint = f"{suggest(name, gate.requires)}; what may be skipped is listed in `requires` too"
            message = f"the gate does not require {name!r}"
            yield document.problem(("gate", "may-skip", index), message, hint=hint, rule="gate")


def workflow_outputs(
    model: schema.PipelineFile, document: Document, jobs: Sequence[Job], composites: Mapping[str, Composite]
) -> tuple[dict[str, JobOutput], list[Problem]]:
    """The outputs for callers, and a problem for each that no job gives."""
    outputs, problems = {}, []
    for name, reference in model.outputs.items():
        job_name, _, output = reference.partition(".")
        job = next((job for job in jobs if job.id == job_name), None)
        known = _given(job, composites) if job else []
        if job is None or output not in known:
            message = f"job {job_name!r} gives no output {output!r}" if job else f"no job is called {job_name!r}"
            hint = suggest(output, known) if job else suggest(job_name, model.jobs)
            problems.append(document.problem(("outputs", name), message, hint=hint, rule="jobs"))
        outputs[name] = JobOutput(job_name, output)
    return outputs, problems


def _given(job: Job, composites: Mapping[str, Composite]) -> list[str]:
    action = job.steps[-1].uses.name if job.steps else ""
    return [output.name for output, _ in composites[action].outputs] if action in composites else []


def with_used_outputs(model: schema.PipelineFile, jobs: Sequence[Job]) -> tuple[Job, ...]:
    """The jobs, each declaring the outputs that the workflow hands on."""
    used = [tuple(reference.split(".", 1)) for reference in model.outputs.values()]
    return tuple(
        replace(job, outputs={**job.outputs, **{name: StepOutput(job.steps[-1].id, name) for name in names}})
        for job in jobs
        for names in [[name for job_id, name in used if job_id == job.id and job.steps]]
    )
