"""`phase:` is one switch: the phase that it names adds its triggers to those that the pipeline always has."""

from __future__ import annotations

from generator.faults import suggest
from generator.schema import PipelineFile
from generator.source import Document
from shuntyard.errors import Problem, ProblemsFound


def in_its_phase(model: PipelineFile, document: Document) -> PipelineFile:
    """The pipeline as its phase makes it. Raises ProblemsFound for a switch without phases, or one that names none."""
    problems: list[Problem] = []
    if model.phase is None and model.phases:
        hint = f"add `phase:`, one of {', '.join(model.phases)}"
        problems.append(document.problem(("phases",), "no phase is chosen", hint=hint, rule="jobs"))
    elif model.phase is not None and model.phase not in model.phases:
        message, hint = f"unknown phase {model.phase!r}", suggest(model.phase, model.phases)
        problems.append(document.problem(("phase",), message, hint=hint, rule="jobs"))
    if problems:
        raise ProblemsFound(problems)
    if model.phase is None:
        return model
    return model.model_copy(update={"triggers": model.phases[model.phase].over(model.triggers)})
