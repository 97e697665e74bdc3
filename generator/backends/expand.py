"""A backend file → its pipelines at its stage. What a stage does not run, its pipelines do not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.backend_format import BackendFile
from generator.backends import checks, device, image, pin, pytorch
from generator.backends.scene import Scene
from generator.ladder.agree import disagreements
from generator.ladder.effective import effective
from generator.schema import PipelineFile
from generator.source import Document
from shuntyard.errors import Problem, ProblemsFound

WORKFLOWS = ("lint", "unit", "emulation", "device", "pytorch", "packages", "image")


def pipelines(model: BackendFile, document: Document) -> dict[str, PipelineFile]:
    """Every pipeline by its name. Raises ProblemsFound with what contradicts itself in the file."""
    problems = [
        *disagreements(model.pipeline, model.stage, model.stages, document),
        *_faults(model, document),
        *_gates_that_a_label_skips(model, document),
    ]
    if problems:
        raise ProblemsFound(problems)
    scene = Scene(file=model, stage=effective(model.pipeline, model.stages, model.stage))
    made: list[dict[str, Any] | None] = [part.pipeline(scene) for part in (checks, device, pytorch, image, pin)]
    return {data["pipeline"]: PipelineFile.model_validate({**data, "abroad": True}) for data in made if data}


def _gates_that_a_label_skips(model: BackendFile, document: Document) -> Iterator[Problem]:
    """Tests on cards gate only where every pull request runs them, or a tag's run does.

    A `labeled` event of another label leaves skipped checks on the commit, which count as passed (docs/rules.md, gate).
    """
    for index, item in enumerate(model.stages.ladder):
        if item.pull_requests == "every" or (item.pull_requests == "label" and model.backend.labels_as == "tags"):
            continue
        for at, name in enumerate(item.gates):
            if name == "device":
                hint = "leave it out, or write `pull-requests: every`, or `labels-as: tags` in `backend`"
                message = f"{name!r} gates, and stage {item.stage} does not run it on each commit"
                place = ("stages", "ladder", index, "gates", at)
                yield document.problem(place, message, hint=hint, rule="stages")


def _faults(model: BackendFile, document: Document) -> Iterator[Problem]:
    """A workflow that nobody knows, and one that a stage runs although the file does not say with what."""
    backend = model.backend
    needs = {
        "emulation": (bool(backend.tests.emulation), ("backend", "tests"), "name its tests under `emulation`"),
        "device": (bool(backend.tests.device), ("backend", "tests"), "name its tests under `device`"),
        "pytorch": (backend.upstream is not None and backend.stacks is not None, ("backend",), "add upstream, stacks"),
        "image": (backend.image is not None, ("backend",), "add `image`"),
    }
    for index, name in enumerate(model.stages.workflows):
        path = ("stages", "workflows", index)
        if name not in WORKFLOWS:
            hint = f"there are {', '.join(WORKFLOWS)}"
            yield document.problem(path, f"no pipeline runs {name!r}", hint=hint, rule="stages")
        elif name in needs and not needs[name][0]:
            message = f"stages run {name!r}, and nothing says with what"
            yield document.problem(needs[name][1], message, hint=needs[name][2], rule="stages", key=True)
