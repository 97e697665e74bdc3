"""No expression that others can fill stands inside of what a shell runs."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.subject import File, Subject
from generator.check.support import expressions
from generator.check.support.workflow import jobs, steps
from generator.shape import dig, mapping
from generator.source import KeyPath
from shuntyard.errors import Problem

SUMMARY = "no ${{ }} of inputs, matrix, event, outputs, variables or secrets inside run:, shell: or working-directory:"
CONSTANT = {
    "github.action_path", "github.event_name", "github.repository", "github.repository_id", "github.run_attempt",
    "github.run_id", "github.run_number", "github.sha", "github.workflow_sha", "github.workspace",
}  # fmt: skip
KEYS = ("run", "shell", "working-directory")
CODE = ("run", "script")
SCRIPTED = "actions/github-script"


def check(subject: Subject) -> Iterator[Problem]:
    """GitHub pastes the value into the script's text, so a title such as `"; curl …` runs.

    Only the runner's own facts and constants of the run, whose alphabets hold nothing that a shell reads, are allowed.
    Source: docs.github.com, "Security hardening: understanding the risk of script injections".
    """
    for file in subject.own_files:
        for path in _places(file):
            yield from _judge(file, path)


def _places(file: File) -> Iterator[KeyPath]:
    for step in steps(file):
        yield from ((*step.path, key) for key in KEYS)
        if step.uses.startswith(f"{SCRIPTED}@"):
            yield (*step.path, "with", "script")
    for above in [(), *(job.path for job in jobs(file))]:
        defaults = (*above, "defaults", "run")
        yield from ((*defaults, key) for key in mapping(dig(file.document.data, defaults)))


def _judge(file: File, path: KeyPath) -> Iterator[Problem]:
    text = dig(file.document.data, path)
    for expression in dict.fromkeys(expressions.expressions(text) if isinstance(text, str) else ()):
        if not all(map(_is_constant, expressions.contexts(expression))):
            env = 'pass it through the step\'s env: and write "$NAME" in the script'
            hint = env if path[-1] in CODE else "write it out"
            yield file.problem(path, f"{expression} stands inside {path[-1]}:", hint=hint, at=expression)


def _is_constant(name: str) -> bool:
    return name in CONSTANT or name.startswith("runner.")
