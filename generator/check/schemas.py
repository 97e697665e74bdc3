"""Every file has the shape of its JSON Schema."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from generator.check.subject import Subject
from generator.check.support.tools import OTHERWISE
from generator.programs import missing
from shuntyard.errors import Problem

SUMMARY = "workflows and actions fit the schemas of SchemaStore, the matrices those of matrices/schema/"
MATRICES = "matrices/schema/{}.json"
LONGEST = 300  # characters of a message: some quote the whole value


def check(subject: Subject) -> Iterator[Problem]:
    """The schemas that check-jsonschema brings, in this process: a process for each schema would take 0.3 s."""
    try:
        vendored = importlib.import_module("check_jsonschema.builtin_schemas").get_builtin_schema
    except ImportError as error:
        raise missing("check-jsonschema", OTHERWISE) from error
    schemas = {kind: vendored(f"vendor.github-{kind}") for kind in ("workflows", "actions")}
    for file in subject.files:
        kind = "actions" if file.is_action else "workflows"
        for path, message in _errors(schemas[kind], file.document.data):
            yield file.problem(path, message, hint=f"from SchemaStore's schema of GitHub {kind}")
    for name, document in subject.loaded.documents.items() if subject.loaded else ():
        kind = (
            "backend" if name in subject.toolkit.backends else "pipeline" if name in subject.toolkit.pipelines else name
        )
        target = subject.root / MATRICES.format(kind)
        if target.is_file():  # else the rule `drift` misses it
            for path, message in _errors(json.loads(target.read_text(encoding="utf-8")), document.data):
                yield document.problem(path, message, hint=f"from {MATRICES.format(kind)}", rule="")


def _errors(schema: dict[str, Any], data: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Each fault: where, and what. Of a union's complaints the deepest speaks."""
    # imported here, in a thread that runs beside the other tools: it takes 0.2 s
    validators = importlib.import_module("jsonschema.validators")
    best_match = importlib.import_module("jsonschema.exceptions").best_match
    for error in validators.validator_for(schema)(schema).iter_errors(_as_json(data)):
        deepest = best_match([error])
        text = deepest.message
        yield tuple(deepest.absolute_path), text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _as_json(value: Any) -> Any:
    """Days are texts to a JSON Schema, whatever YAML makes of them."""
    if isinstance(value, dict):
        return {key: _as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
