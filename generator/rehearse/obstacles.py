"""Which jobs this machine cannot run, and why: read from the workflow, because act would skip some of them silently."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any

from generator import callee
from generator.rehearse.standins.cut import stands_in
from generator.rehearse.survey import File, uses_of_steps
from generator.shape import items, mapping, texts

_MATRIX_VALUE = re.compile(r"\$\{\{\s*matrix\.([A-Za-z_][\w-]*)\s*\}\}")


def obstacle(file: File, job_id: str, labels: Iterable[frozenset[str]], toolkit: str) -> str:
    """Why a job cannot be run here; empty when it can, or when only the run can tell."""
    job = file.jobs[job_id]
    for key in ("container", "services"):
        if job.get(key):
            return f"it needs a {key.rstrip('s')}, and no container runs here"
    if isinstance(job.get("uses"), str):
        meant = callee.parse(job["uses"], toolkit)
        return f"the workflow {meant.text} is not at hand" if meant.kind == "elsewhere" else ""
    docker = next((text for text in uses_of_steps(job.get("steps")) if text.startswith("docker://")), "")
    if docker:
        return f"its step {docker} needs a container, and no container runs here"
    missing = [wanted for wanted in wanted_labels(job) if not stands_in(wanted, labels)]
    return f"runner {' '.join(missing[0])} is not on this machine" if missing else ""


def wanted_labels(job: Mapping[str, Any]) -> list[list[str]]:
    """The label sets that a job asks for, one for each value of its matrix. What only a run can tell is left out."""
    runs_on = job.get("runs-on")
    if isinstance(runs_on, dict):
        runs_on = runs_on.get("labels")
    choices = [_choices(text, mapping(mapping(job.get("strategy")).get("matrix"))) for text in texts(runs_on)]
    return (
        [[label for part in combination for label in part] for combination in itertools.product(*choices)]
        if choices
        else []
    )


def _choices(text: str, matrix: Mapping[str, Any]) -> list[list[str]]:
    """What one entry of `runs-on` may become: lists of labels."""
    if "${{" not in text:
        return [[text]]
    match = _MATRIX_VALUE.fullmatch(text.strip())
    if match is None:
        return []
    values = [*items(matrix.get(match[1])), *(mapping(entry).get(match[1]) for entry in items(matrix.get("include")))]
    found = [texts(value) for value in values if value is not None]
    return [labels for labels in found if labels and not any("${{" in label for label in labels)]
