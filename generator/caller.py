"""The workflow with which another repository calls a pipeline: its triggers, permissions, secrets, from the matrix."""

from __future__ import annotations

from typing import Any

from generator import schema
from generator.load import Pipeline, Toolkit
from generator.pipeline import Access, Workflow
from generator.targets import style
from shuntyard.errors import ShuntyardError

VARIABLES = {"history": "SHUNTYARD_HISTORY", "base": "RUNTIME_BASE"}  # as the documentation calls them
HEADER = """\
# Calls {pipeline} of {repository}; made by `shuntyard caller {words}`. It is yours to change: when it runs is
# decided here, what runs is decided there.
"""


def permissions(workflow: Workflow) -> dict[str, Access]:
    """What the calling job grants: all that any job of the workflow asks for."""
    granted: dict[str, Access] = {}
    for job in workflow.jobs:
        for scope, level in job.permissions.items():
            granted[scope] = "write" if "write" in (level, granted.get(scope)) else "read"
    return dict(sorted(granted.items()))


def caller_workflow(toolkit: Toolkit, pipeline: Pipeline, workflow: Workflow, phase: str = "") -> str:
    """The text of a workflow file. Raises ShuntyardError where nobody can call it, and for an unknown phase."""
    model = pipeline.model
    if model.triggers.call is None:
        hint = "give it `triggers: {call: {inputs: [...]}}`"
        raise ShuntyardError(f"{model.pipeline} cannot be called", hint=hint)
    triggers = _triggers(model, phase)
    path = f".github/workflows/{model.pipeline}.yml"
    call: dict[str, Any] = {
        "permissions": dict(permissions(workflow)),
        "uses": f"{toolkit.settings.repository}/{path}@{toolkit.settings.version}",
    }
    known = {item.name for item in workflow.triggers.inputs}
    given = {"matrix": ".ci/matrix.yml"} if "matrix" in known else {}
    given |= {name: f"${{{{ vars.{_variable(name)} }}}}" for name in workflow.triggers.needed}
    if given:
        call["with"] = given
    if workflow.triggers.secrets:
        call["secrets"] = {item.secret: "${{ secrets." + item.secret + " }}" for item in workflow.triggers.secrets}
    data = {
        "name": model.pipeline,
        "on": _on(triggers, path),
        "permissions": {},
        "jobs": {model.pipeline: call},
    }
    words = f"{model.pipeline} --phase {phase}" if phase else model.pipeline
    header = HEADER.format(pipeline=model.pipeline, repository=toolkit.settings.repository, words=words)
    return header + style.dump_yaml(data, comments={})


def _variable(name: str) -> str:
    """The caller's variable for an input that no default can stand for."""
    return VARIABLES.get(name, name.upper().replace("-", "_"))


def _triggers(model: schema.PipelineFile, phase: str) -> schema.Triggers:
    if not phase:
        return model.triggers
    if phase not in model.phases:
        known = ", ".join(model.phases) or "none"
        raise ShuntyardError(f"{model.pipeline} has no phase {phase!r}", hint=f"its phases: {known}")
    said = {name for each in model.phases.values() for name in each.model_fields_set}
    base = model.triggers.model_copy(update={name: schema.Triggers.model_fields[name].default for name in said})
    return model.phases[phase].over(base)


def _on(triggers: schema.Triggers, path: str) -> dict[str, Any]:
    """The caller's `on:`. Paths of the toolkit's own files become the caller's own workflow."""
    on: dict[str, Any] = {}
    if triggers.schedules():
        on["schedule"] = [{"cron": item.cron} | _zone(item) for item in triggers.schedules()]
    if triggers.pull_request:
        on["pull_request"] = {"paths": [path]} if triggers.pull_request.paths else None
    elif triggers.labels and triggers.labels_as == "events":
        on["pull_request"] = {"types": ["labeled", "unlabeled"]}
    push: dict[str, Any] = {"branches": list(triggers.push.branches)} if triggers.push else {}
    if triggers.labels and triggers.labels_as == "tags":
        push["tags"] = [f"{label}/*" for label in triggers.labels]
    if push:
        on["push"] = push
    if triggers.release:
        on["release"] = {"types": ["published"]}
    on["workflow_dispatch"] = None
    return on


def _zone(schedule: schema.Schedule) -> dict[str, str]:
    return {"timezone": schedule.timezone} if schedule.timezone else {}
