"""GitHub's `on:`: what starts a workflow, and what it may be given."""

from __future__ import annotations

import json
from typing import Any

from generator.pipeline import CALL_TYPES, Workflow
from shuntyard.contract import Input


def on(workflow: Workflow) -> dict[str, Any]:
    """The `on:` mapping."""
    triggers = workflow.triggers
    events: dict[str, Any] = {}
    if triggers.call:
        call: dict[str, Any] = (
            {"inputs": {item.name: _call_input(item) for item in triggers.inputs}} if triggers.inputs else {}
        )
        if triggers.secrets:
            call["secrets"] = {item.secret: _call_secret(item) for item in triggers.secrets}
        if workflow.outputs:
            call["outputs"] = {
                name: {
                    "description": f"{ref.name} of the job {ref.job}",
                    "value": "${{ jobs." + ref.job + ".outputs." + ref.name + " }}",
                }
                for name, ref in workflow.outputs.items()
            }
        events["workflow_call"] = call
    if triggers.dispatch:
        events["workflow_dispatch"] = {"inputs": {item.name: _dispatch_input(item) for item in triggers.inputs}}
    if triggers.crons:
        events["schedule"] = [{"cron": cron} | ({"timezone": zone} if zone else {}) for cron, zone in triggers.crons]
    if triggers.labels and not triggers.label_tags:
        events["pull_request"] = {"types": ["labeled", "unlabeled"]}
    if triggers.pull_request:
        wanted = {"branches": triggers.pull_request.branches, "paths": triggers.pull_request.paths}
        events["pull_request"] = {name: list(values) for name, values in wanted.items() if values}
    push: dict[str, Any] = {"branches": list(triggers.branches)} if triggers.branches else {}
    if triggers.labels and triggers.label_tags:
        push["tags"] = [f"{label}/*" for label in triggers.labels]
    if push:
        events["push"] = push
    if triggers.release:
        events["release"] = {"types": ["published"]}
    return events


def _call_input(item: Input) -> dict[str, Any]:
    kind = CALL_TYPES[item.type]
    choices = f" One of {', '.join(item.choices)}." if item.choices else ""
    return {"description": item.help + choices, "type": kind, "required": False, "default": _typed(item, kind)}


def _call_secret(item: Input) -> dict[str, Any]:
    return {"description": item.help, "required": item.default is None}


def _dispatch_input(item: Input) -> dict[str, Any]:
    kind = "choice" if item.type == "choice" else CALL_TYPES[item.type]
    options = {"options": list(item.choices)} if item.choices else {}
    return {"description": item.help, "type": kind, **options, "required": False, "default": _typed(item, kind)}


def _typed(item: Input, kind: str) -> str | int | float | bool:
    default = item.default or ""
    if kind == "number":
        number: int | float = json.loads(default or "0")
        return number
    return default == "true" if kind == "boolean" else default
