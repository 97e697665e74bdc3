"""The stages of a pipeline file, checked: `stage:` and `stages:` of it; everything else in it is the pipeline's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from generator.alphabet import Name, Strict
from generator.faults import suggest
from generator.ladder.agree import disagreements
from generator.load import validate
from generator.source import Document, read
from generator.stages_format import StageItem, StageNumber, StagesBlock
from shuntyard.errors import ProblemsFound, ShuntyardError

OWN_KEYS = ("pipeline", "stage", "stages")


class StagedFile(Strict):
    """The part of a pipeline file that is about stages."""

    pipeline: Name
    stage: StageNumber
    stages: StagesBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A pipeline's stages, the one it is at, and where everything stands."""

    pipeline: str
    stage: int
    block: StagesBlock
    document: Document

    def item(self, stage: int) -> StageItem:
        """The stage of that number. Raises ShuntyardError where there is none."""
        for each in self.block.ladder:
            if each.stage == stage:
                return each
        known = [str(each.stage) for each in self.block.ladder]
        raise ShuntyardError(f"{self.pipeline} has no stage {stage}", hint=suggest(str(stage), known))


def read_stages(path: Path, *, shown: str) -> Staged:
    """The stages of the file. Raises ProblemsFound with every fault in them, ShuntyardError where it has none."""
    document = read(path, shown=shown, tolerant=True)
    data = document.data
    if isinstance(data, dict):
        if "stages" not in data and not document.problems:
            raise ShuntyardError(f"{shown} has no `stages:`", hint="docs/stages.md describes them")
        document = replace(document, data={key: data[key] for key in OWN_KEYS if key in data})
    model = validate(StagedFile, document)
    problems = list(disagreements(model.pipeline, model.stage, model.stages, document))
    if problems:
        raise ProblemsFound(problems)
    return Staged(pipeline=model.pipeline, stage=model.stage, block=model.stages, document=document)


def find_stages(root: Path, named: str) -> Staged:
    """The stages of a pipeline of matrices/, or of the file that is named. Raises ShuntyardError for neither."""
    if named.endswith((".yml", ".yaml")):
        return read_stages(Path(named), shown=named)
    known = sorted(path.stem for path in (root / "matrices").glob("*.yml"))
    if named not in known:
        raise ShuntyardError(f"there is no pipeline {named!r}", hint=suggest(named, known))
    return read_stages(root / "matrices" / f"{named}.yml", shown=f"matrices/{named}.yml")
