"""What starts a workflow, and what it may be given: each input is declared by an action that one of its jobs uses."""

from __future__ import annotations

from dataclasses import replace

from generator import schema
from generator.faults import suggest
from generator.load import Pipeline, Toolkit
from generator.pipeline import Composite, PullRequests, Triggers
from generator.source import Document
from shuntyard.contract import Input
from shuntyard.errors import Problem

SELECT_ACTION = "select-rows"
MATRIX_INPUT = Input(
    name="matrix", help="Your own matrix file, in your checkout; empty runs the pipeline named.", default=""
)


def workflow_inputs(pipeline: Pipeline, composites: dict[str, Composite]) -> tuple[dict[str, Input], list[Problem]]:
    """The inputs that callers may set, by name, and what is wrong with the pipeline's list of them."""
    model, document = pipeline.model, pipeline.document
    declared = _declared(model, composites)
    problems = []
    chosen = {}
    for index, name in enumerate(model.triggers.call.inputs if model.triggers.call else []):
        if name in declared:
            chosen[name] = replace(declared[name], default=_default(model, declared[name]))
        else:
            hint = suggest(name, declared)
            place = ("triggers", "call", "inputs", index)
            problems.append(
                document.problem(place, f"no job's action has an input {name!r}", hint=hint, rule="contract")
            )
    for key, values in (("at-home", model.at_home), ("defaults", model.defaults)):
        for name in values:
            if name not in chosen:
                hint = suggest(name, chosen)
                message = f"the pipeline has no input {name!r}"
                problems.append(document.problem((key, name), message, hint=hint, rule="contract"))
    return chosen, problems


def needed_inputs(model: schema.PipelineFile, composites: dict[str, Composite]) -> tuple[str, ...]:
    """The inputs of `call` that an action asks for, and that neither the pipeline nor a job gives it."""
    declared = _declared(model, composites)
    given = {*model.defaults, *(name for job in model.jobs.values() for name in job.with_)}
    names = model.triggers.call.inputs if model.triggers.call else []
    return tuple(name for name in names if name in declared and declared[name].default is None and name not in given)


def _default(model: schema.PipelineFile, item: Input) -> str:
    """What the pipeline or else the action says; empty where a job has a value of its own for each row or size."""
    if item.name in model.defaults:
        value = model.defaults[item.name]
        return str(value).lower() if isinstance(value, bool) else str(value)
    given = [job.with_.get(item.name) for job in model.jobs.values()]
    by_row = any(isinstance(value, schema.FromAxis | schema.ByValue) for value in given)
    return "" if by_row and item.type == "string" else item.default or ""


def _declared(model: schema.PipelineFile, composites: dict[str, Composite]) -> dict[str, Input]:
    """Every input of the actions that the pipeline's jobs use; the first action that has it says what it is."""
    actions = [job.action for job in model.jobs.values()]
    if any(job.matrix for job in model.jobs.values()):
        actions.insert(0, SELECT_ACTION)
    declared = {MATRIX_INPUT.name: MATRIX_INPUT} if model.rows == "caller" else {}
    for action in actions:
        for item in composites[action].inputs if action in composites else ():
            if not item.secret:
                declared.setdefault(item.name, item)
    return declared


def workflow_secrets(model: schema.PipelineFile, composites: dict[str, Composite]) -> tuple[Input, ...]:
    """The inputs of the jobs' actions that carry a secret, each secret once."""
    found: dict[str, Input] = {}
    for job in model.jobs.values():
        for item in composites[job.action].inputs if job.action in composites else ():
            if item.secret:
                found.setdefault(item.secret, item)
    return tuple(found[name] for name in sorted(found))


def workflow_triggers(
    toolkit: Toolkit,
    model: schema.PipelineFile,
    document: Document,
    inputs: dict[str, Input],
    secrets: tuple[Input, ...],
) -> tuple[Triggers, list[Problem]]:
    """The triggers as data, and a problem for each label that is not declared."""
    triggers = model.triggers
    problems = [
        document.problem(
            ("triggers", "labels", index),
            f"unknown label {label!r}",
            hint=f"{suggest(label, toolkit.labels)}; labels are declared in matrices/labels.yml",
            rule="labels",
        )
        for index, label in enumerate(triggers.labels)
        if label not in toolkit.labels
    ]
    if triggers.pull_request and triggers.labels and triggers.labels_as == "events":
        hint = "a push after the label would run code that nobody has seen: keep one of them, or `labels-as: tags`"
        place = ("triggers", "pull-request")
        problems.append(document.problem(place, "every pull request, beside labels", hint=hint, rule="triggers"))
    wanted = triggers.pull_request
    result = Triggers(
        call=triggers.call is not None,
        dispatch=triggers.dispatch,
        inputs=tuple(inputs.values()),
        crons=tuple((schedule.cron, schedule.timezone or "") for schedule in triggers.schedules()),
        labels=tuple(triggers.labels),
        label_tags=triggers.labels_as == "tags",
        pull_request=PullRequests(paths=tuple(wanted.paths), branches=tuple(wanted.branches)) if wanted else None,
        release=triggers.release,
        secrets=secrets,
        branches=tuple(triggers.push.branches) if triggers.push else (),
        after_run=bool(triggers.call and triggers.call.after_run),
        on_target=bool(triggers.call and triggers.call.on_target),
    )
    return result, problems
