"""A temporary copy in which references to the toolkit are paths, so that actionlint can judge both sides of a call.

The toolkit's files are linked into the copy under `_`; `owner/repo/x@ref` becomes `./_/x`, which is never longer, and
spaces fill up the rest of its length: every line and column of the copy is that of the original.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator import callee
from generator.check.subject import File, Subject, Tree
from generator.check.support import actionlint
from generator.check.support.actionlint import Finding
from generator.check.support.workflow import Job, Step, uses
from generator.shape import dig, mapping
from shuntyard.errors import Problem

MOUNT = "_"
SAID_ELSEWHERE = (
    "nested job ",
    "could not read reusable workflow file",
)  # the rule permissions; contract/references.py
UNDECLARED = re.compile(rf'(?P<kind>input|secret) "(?P<name>[^"]+)" is not defined in "\./{MOUNT}/(?P<callee>[^"]+)"')


def check(subject: Subject) -> Iterator[Problem]:
    """Each tree that refers to the toolkit by its name, judged by the installed actionlint."""
    for tree in (subject.home, *subject.callers):
        lowered = {file.path: lower(subject.toolkit.settings.repository, file) for file in tree.workflows}
        if any(lowered[file.path].references for file in tree.workflows):
            yield from _judge(subject, tree, lowered)


@dataclass(frozen=True, slots=True)
class Lowered:
    """A workflow's text with paths for references; each such path with what it stands for; the lines of the calls."""

    text: str
    references: Mapping[str, str]
    lines: Sequence[range]


def _judge(subject: Subject, tree: Tree, lowered: Mapping[str, Lowered]) -> Iterator[Problem]:
    """What the lowered copy has that the original has not, and whatever stands inside a call of the toolkit."""
    with actionlint.copy_of(tree.root) as copy:
        _mount(subject.home.root, copy / MOUNT)
        before = set(actionlint.findings(copy, {file.path: file.text for file in tree.workflows}))
        after = actionlint.findings(copy, {path: item.text for path, item in lowered.items()})
    for finding in after:
        item = lowered.get(finding.file)
        if item is None or finding.message.startswith(SAID_ELSEWHERE):
            continue
        if finding not in before or any(finding.line in lines for lines in item.lines):
            yield _problem(subject, tree.files[finding.file], item, finding)


def _mount(toolkit: Path, mount: Path) -> None:
    """The toolkit inside a caller's copy, instead of whatever the caller has under that name."""
    mount.unlink(missing_ok=True)
    mount.mkdir()
    for below in ("actions", ".github"):
        if (toolkit / below).is_dir():
            (mount / below).symlink_to((toolkit / below).resolve())


def lower(toolkit: str, file: File) -> Lowered:
    """The workflow with every reference to the repository `toolkit` (owner/name) as a path."""
    lines = file.text.splitlines(keepends=True)
    references: dict[str, str] = {}
    spans = []
    for item in uses(file):
        found = callee.parse(item.uses, toolkit)
        if found.kind != "toolkit":
            continue
        path = f"./{MOUNT}/{found.path}"
        mark = file.document.mark((*item.path, "uses"))
        line = lines[mark.line - 1]
        start = line.find(found.text, mark.column - 1)
        if start < 0:
            continue
        end = start + len(found.text)
        quote = line[end : end + 1] if line[start - 1] in "'\"" else ""
        padding = " " * (len(found.text) - len(path))
        lines[mark.line - 1] = line[:start] + path + quote + padding + line[end + len(quote) :]
        references[path] = found.text
        spans.append(_span(file, item))
    return Lowered("".join(lines), references, spans)


def _span(file: File, item: Job | Step) -> range:
    """The lines of a call, from its first value to its last."""
    numbers = [mark.line for path, mark in file.document.marks.items() if path[: len(item.path)] == item.path]
    return range(min(numbers), max(numbers) + 1)


def _problem(subject: Subject, file: File, lowered: Lowered, finding: Finding) -> Problem:
    message = finding.short()
    for path, original in sorted(lowered.references.items(), reverse=True):
        message = message.replace(f'"{path}"', original)
    hint = _misplaced(subject, finding) or finding.hint()
    return Problem(file=file.document.file, line=finding.line, column=finding.column, message=message, hint=hint)


def _misplaced(subject: Subject, finding: Finding) -> str:
    """What to do about something that is passed in the wrong one of the two places of a call; empty for others."""
    if finding.message.startswith('context "secrets" is not allowed'):
        return "an input is no place for a secret: it would show in logs; the callee declares it under secrets:"
    found = UNDECLARED.match(finding.message)
    target = subject.home.files.get(found["callee"]) if found else None
    if found is None or target is None:
        return ""
    declared = mapping(dig(target.document.data, ("on", "workflow_call")))
    if found["kind"] == "input" and found["name"] in mapping(declared.get("secrets")):
        return f"{found['name']} is declared as a secret: pass it under secrets:"
    if found["kind"] == "secret" and found["name"] in mapping(declared.get("inputs")):
        return f"{found['name']} is declared as an input: pass it under with:, and never a secret in it"
    return ""
