"""What in a pipeline's stages contradicts itself, each at its place. The criteria's language is checked here, too."""

from __future__ import annotations

from collections.abc import Iterator

from generator.faults import suggest
from generator.ladder.conditions import check_condition
from generator.source import Document, KeyPath
from generator.stages_format import StageCriterion, StageItem, StagesBlock
from shuntyard.capacity.shards import MOST_JOBS
from shuntyard.errors import Problem, ShuntyardError

LADDER: KeyPath = ("stages", "ladder")


def disagreements(pipeline: str, stage: int, block: StagesBlock, document: Document) -> Iterator[Problem]:
    """Every fault. `document` holds the marks of `stage` and `stages`."""
    numbers = [item.stage for item in block.ladder]
    if stage not in numbers:
        hint = f"{pipeline} has the stages {', '.join(map(str, numbers))}"
        yield _problem(document, ("stage",), f"there is no stage {stage}", hint)
    yield from _workflows(block, document)
    yield from _times(block, document)
    for index, item in enumerate(block.ladder):
        path: KeyPath = (*LADDER, index)
        if item.stage != index:
            hint = "stages are numbered from 0 on, in their order"
            yield _problem(document, (*path, "stage"), f"stage {item.stage} stands where stage {index} belongs", hint)
        if index:
            yield from _shrinking(item, block.ladder[index - 1], path, document)
        yield from _item(item, block, path, document)
        for at, criterion in enumerate(item.criteria):
            yield from _criterion(criterion, (*path, "criteria", at), document)


def _workflows(block: StagesBlock, document: Document) -> Iterator[Problem]:
    used = {name for item in block.ladder for name in item.workflows}
    for index, name in enumerate(block.workflows):
        if name in block.workflows[:index]:
            yield _problem(document, ("stages", "workflows", index), f"the workflow {name!r} again", "name it once")
        elif name not in used:
            hint = "list it at the stage that it begins with, or remove it"
            yield _problem(document, ("stages", "workflows", index), f"no stage runs {name!r}", hint)
    if block.tests_in and block.tests_in not in block.workflows:
        hint = suggest(block.tests_in, block.workflows)
        yield _problem(document, ("stages", "tests-in"), f"unknown workflow {block.tests_in!r}", hint)


def _times(block: StagesBlock, document: Document) -> Iterator[Problem]:
    low, usual, high = block.shards.setup_minutes
    if not low <= usual <= high:
        hint = "write them as [at least, usually, at most]"
        yield _problem(document, ("stages", "shards", "setup-minutes"), "minutes that do not rise", hint)
    room = block.shards.target_minutes - (low + usual + high) / 3
    if room < block.tests.split_minutes:
        message = f"a shard of {block.shards.target_minutes} min has {max(room, 0):.0f} min for tests after its set-up"
        hint = f"one part of a test file may take {block.tests.split_minutes} min: raise the target"
        yield _problem(document, ("stages", "shards", "target-minutes"), message, hint)


def _shrinking(item: StageItem, before: StageItem, path: KeyPath, document: Document) -> Iterator[Problem]:
    for field, now, then in (("cards", item.cards, before.cards), ("share", item.share, before.share)):
        if now < then:
            hint = "each stage has at least what the one before has"
            message = f"stage {item.stage} has fewer {field} than stage {before.stage}: {now} after {then}"
            if field == "share":
                message = (
                    f"stage {item.stage} enables a smaller share than stage {before.stage}: {now} % after {then} %"
                )
            yield _problem(document, (*path, field), message, hint)


def _item(item: StageItem, block: StagesBlock, path: KeyPath, document: Document) -> Iterator[Problem]:
    for at, name in enumerate(item.workflows):
        if name not in block.workflows:
            hint = f"{suggest(name, block.workflows)}; what any stage runs is listed in `stages.workflows`"
            yield _problem(document, (*path, "workflows", at), f"unknown workflow {name!r}", hint)
    for at, name in enumerate(item.gates):
        if name not in item.workflows:
            hint = suggest(name, item.workflows)
            yield _problem(
                document, (*path, "gates", at), f"{name!r} gates, and stage {item.stage} does not run it", hint
            )
        elif name == block.tests_in and not item.blocks:
            hint = "write `blocks: true` if pull requests shall wait for these tests"
            yield _problem(document, (*path, "gates", at), f"{name!r} gates, and the stage blocks nothing", hint)
    if item.blocks and item.pull_requests != "every":
        hint = "a required check that does not run stays pending for ever: write `pull-requests: every`"
        yield _problem(document, (*path, "blocks"), "blocks pull requests that do not run the tests", hint)
    if item.pull_requests == "label" and item.share and not block.labels:
        hint = "add `labels: [ciflow/...]` to `stages`, declared in labels.yml"
        yield _problem(document, (*path, "pull-requests"), "no label starts the tests", hint)
    if item.share and block.tests_in and block.tests_in not in item.workflows:
        message = f"{item.share} % of the tests are enabled, and {block.tests_in!r} does not run"
        yield _problem(document, (*path, "share"), message, f"add {block.tests_in} to its workflows")
    if item.cards_per_job > item.cards:
        yield _problem(document, (*path, "cards-per-job"), f"more than the {item.cards} cards of the stage", "lower it")
    elif item.cards > MOST_JOBS * item.cards_per_job:
        least = -(-item.cards // MOST_JOBS)
        message = f"{MOST_JOBS} jobs of {item.cards_per_job} cards cannot use {item.cards} cards"
        hint = f"a matrix has at most {MOST_JOBS} jobs: write `cards-per-job: {least}` or more"
        place = "cards-per-job" if "cards_per_job" in item.model_fields_set else "cards"
        yield _problem(document, (*path, place), message, hint)


def _criterion(criterion: StageCriterion, path: KeyPath, document: Document) -> Iterator[Problem]:
    if (criterion.condition is None) == (criterion.confirmed is None):
        hint = "write a `condition` that a history answers, or `confirmed: true` or `false`"
        yield _problem(document, path, "a criterion is either measured or confirmed", hint)
    if criterion.condition is None:
        return
    try:
        check_condition(criterion.condition, sure=criterion.sure)
    except ShuntyardError as error:
        yield _problem(document, (*path, "condition"), error.message, error.hint)


def _problem(document: Document, path: KeyPath, message: str, hint: str) -> Problem:
    return document.problem(path, message, hint=hint, rule="stages")
