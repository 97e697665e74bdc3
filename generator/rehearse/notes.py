"""What a reader of a verdict should know besides: what took part, what was assumed, what was odd."""

from __future__ import annotations

from collections.abc import Iterator

from generator.load import Toolkit
from generator.rehearse.observe import Log
from generator.rehearse.processes import Ended
from generator.rehearse.scene import Scene
from generator.render import drift, render
from shuntyard.errors import ShuntyardError
from shuntyard.human import count


def notes(scene: Scene) -> Iterator[str]:
    """What was known before the run."""
    if scene.repository.changes:
        yield f"{count(scene.repository.changes, 'file')} with uncommitted changes took part"
    if stale := _stale_files(scene.toolkit):
        more = f" and {len(stale) - 1} more" if len(stale) > 1 else ""
        yield f"{stale[0]}{more} of the toolkit differ from what its matrices make now; they were rehearsed as they are"
    if scene.event.assumed:
        yield f"assumed: {scene.event.assumed}"
    for each in scene.expected:
        if each.unknown:
            yield f"the rows of {each.call.job} are those that select-rows chose in the run: {each.unknown}"
    if not scene.order.python:
        yield "a job that sets up no Python gets a fresh virtual environment as the machine's"


def notes_of_run(ended: Ended, log: Log) -> Iterator[str]:
    """What the run showed besides."""
    if ended.leftovers:
        yield f"{count(ended.leftovers, 'process')} still ran at the end and had to be ended"
    if log.complaint:
        yield f"act said: {log.complaint}"


def _stale_files(toolkit: Toolkit) -> list[str]:
    """The rendered files that run, as far as they are not what the matrices make now."""
    try:
        drifted = [problem.file for problem in drift(toolkit.root, render(toolkit).files)]
    except ShuntyardError as error:
        return [f"a file ({error})"]
    return [file for file in drifted if not file.startswith("docs/")]
