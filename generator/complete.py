"""What a pipeline still needs to be a workflow that GitHub takes: a trigger, jobs, values of the declared types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from generator.alphabet import Scalar
from generator.jobs_format import ByValue, FromAxis
from generator.load import Pipeline
from generator.needs import needs_of
from generator.pipeline import Composite, Workflow
from generator.source import KeyPath
from shuntyard.contract import Contract, Input, parse
from shuntyard.errors import Problem, ShuntyardError

SELECT = "select"
STARTS = ("call", "schedule", "dispatch", "labels", "pull_request", "push", "release")


def check_complete(pipeline: Pipeline, workflow: Workflow, composites: Mapping[str, Composite]) -> list[Problem]:
    """A problem for each thing that is missing, said twice, or of another type than its action declares."""
    return [*_nothing(pipeline), *_twice(pipeline), *_matrix_jobs(pipeline), *_values(pipeline, workflow, composites)]


def _nothing(pipeline: Pipeline) -> Iterator[Problem]:
    model, document = pipeline.model, pipeline.document
    triggers = model.triggers
    if not any(getattr(triggers, name) for name in STARTS):
        hint = "add call, schedule, dispatch, labels, pull-request, push or release"
        yield document.problem(("triggers",), "nothing starts the pipeline", hint=hint, rule="jobs")
    if not model.jobs:
        hint = "add at least one, such as `test: {matrix: rows, action: run-shard}`"
        yield document.problem(("jobs",), "the pipeline has no jobs", hint=hint, rule="jobs")


def _twice(pipeline: Pipeline) -> Iterator[Problem]:
    model = pipeline.model
    lists: dict[KeyPath, Sequence[str]] = {
        ("triggers", "labels"): model.triggers.labels,
        ("triggers", "call", "inputs"): model.triggers.call.inputs if model.triggers.call else [],
        ("gate", "requires"): model.gate.requires if model.gate else [],
        **{("jobs", name, "needs"): needs_of(job) for name, job in model.jobs.items()},
    }
    for path, names in lists.items():
        for index, name in enumerate(names):
            if name in names[:index]:
                yield pipeline.document.problem(
                    (*path, index), f"{name!r} is named twice", hint="once is enough", rule="jobs"
                )


def _matrix_jobs(pipeline: Pipeline) -> Iterator[Problem]:
    model, document = pipeline.model, pipeline.document
    selects = any(job.matrix for job in model.jobs.values())
    if model.jobs and not selects and (model.axes or model.include):
        hint = "give one job `matrix: rows`"
        yield document.problem(("jobs",), "no job runs the rows", hint=hint, rule="jobs")
    for name, job in model.jobs.items():
        if job.rows and job.runner:
            hint = "each row has its own; name it by the pipeline's `runner`"
            place = ("jobs", name, "runner")
            yield document.problem(place, "a matrix job has no runner of its own", hint=hint, rule="jobs")
        if job.matrix and job.always:
            hint = "with no rows selected there is no matrix; remove `always`"
            yield document.problem(("jobs", name, "always"), "a matrix job cannot always run", hint=hint, rule="jobs")
        if SELECT in needs_of(job) and not selects:
            hint = "only a pipeline with a matrix job selects rows"
            yield document.problem(("jobs", name, "needs"), f"no job is called {SELECT!r}", hint=hint, rule="jobs")


def _values(pipeline: Pipeline, workflow: Workflow, composites: Mapping[str, Composite]) -> Iterator[Problem]:
    """Values that the file gives are of the declared types; what an action requires is given by somebody."""
    given = {item.name: item for item in workflow.triggers.inputs}
    for key, values in (("at-home", pipeline.model.at_home), ("defaults", pipeline.model.defaults)):
        for name, value in values.items():
            yield from _typed(pipeline, (key, name), given[name], value)
    for name, job in pipeline.model.jobs.items():
        inputs = {item.name: item for item in composites[job.action].inputs}
        for key, given_value in job.with_.items():
            path: KeyPath = ("jobs", name, "with", key)
            if isinstance(given_value, ByValue):
                for chosen, text in given_value.values.items():
                    yield from _typed(pipeline, (*path, "values", chosen), inputs[key], text)
            elif not isinstance(given_value, FromAxis):
                yield from _typed(pipeline, path, inputs[key], given_value)
        step = next(made for made in workflow.jobs if made.id == name).steps[-1]
        for key, item in inputs.items():
            if item.default is None and key not in step.with_:
                message, hint = f"{job.action} requires the input {key!r}", f"give it in `with`: {item.help}"
                yield pipeline.document.problem(("jobs", name), message, hint=hint, rule="contract")


def _typed(pipeline: Pipeline, path: KeyPath, item: Input, value: Scalar) -> Iterator[Problem]:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    try:
        parse(Contract(name=item.name, summary="", inputs=(item,), exits={}), {item.name: text})
    except ShuntyardError as error:
        yield pipeline.document.problem(path, error.message, hint=error.hint, rule="contract")
