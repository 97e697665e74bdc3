"""What one file may hold."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.subject import File, Subject
from generator.check.support.workflow import events, steps
from generator.shape import mapping
from shuntyard.errors import Problem

FILE_BYTES = 500_000  # docs.github.com, "Actions limits"
RUN_CHARACTERS = 21_000  # docs.github.com, "Workflow syntax", `jobs.<job_id>.steps[*].run`
DISPATCH_INPUTS = 25  # GitHub changelog 2025-12-04


def check(subject: Subject) -> Iterator[Problem]:
    """The toolkit's own files."""
    for file in subject.own_files:
        size = len(file.text.encode("utf-8"))
        if size > FILE_BYTES:
            hint = "split the workflow in two"
            yield file.problem((), f"the file has {size:,} bytes; GitHub reads at most {FILE_BYTES:,}", hint=hint)
        yield from _scripts(file)
        yield from _inputs(file)


def _scripts(file: File) -> Iterator[Problem]:
    for step in steps(file):
        run = step.data.get("run")
        if isinstance(run, str) and len(run) > RUN_CHARACTERS:
            message = f"the script has {len(run):,} characters; GitHub runs at most {RUN_CHARACTERS:,}"
            yield file.problem((*step.path, "run"), message, hint="move it into a file of scripts/")


def _inputs(file: File) -> Iterator[Problem]:
    inputs = list(mapping(events(file).get("workflow_dispatch", {}).get("inputs")))
    if len(inputs) > DISPATCH_INPUTS:
        path = ("on", "workflow_dispatch", "inputs", inputs[DISPATCH_INPUTS])
        message = f"a dispatch has {len(inputs)} inputs; GitHub shows at most {DISPATCH_INPUTS}"
        yield file.problem(path, message, hint="remove some, or join them in one", key=True)
