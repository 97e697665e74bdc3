"""Marketplace actions are pinned once, in matrices/pins.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from generator import callee, schema
from generator.check.subject import File, Subject
from generator.check.support.workflow import Job, Step, uses
from generator.faults import suggest
from shuntyard.errors import Problem

SUMMARY = "every marketplace action is the commit that pins.yml says, with its version behind it"
COMMENT = re.compile(r"#\s*(\S+)")


def check(subject: Subject) -> Iterator[Problem]:
    """A tag can be moved to other code; a commit cannot (docs.github.com, "Security hardening for GitHub Actions")."""
    for file in subject.own_files:
        for item in uses(file):
            yield from _judge(file, item, subject.toolkit.pins, subject.toolkit.settings.repository)


def _judge(file: File, item: Job | Step, pins: Mapping[str, schema.Pin], toolkit: str) -> Iterator[Problem]:
    path = (*item.path, "uses")
    found = callee.parse(item.uses, toolkit)
    if found.kind == "docker" and "@sha256:" not in found.text:
        hint = "write docker://image@sha256:…, so that the image cannot change"
        yield file.problem(path, f"{found.text} is not pinned to a digest", hint=hint)
    if found.kind != "elsewhere":
        return
    pin = pins.get(found.repository)
    if pin is None:
        hint = f"{suggest(found.repository, pins)} (else pin it in matrices/pins.yml, by commit and version)"
        yield file.problem(path, f"{found.repository} is not in pins.yml", hint=hint)
        return
    wanted = f"{found.text.partition('@')[0]}@{pin.commit} # {pin.version}"
    if found.ref != pin.commit:
        what = "another commit than pins.yml says" if found.is_commit else "not pinned to a commit"
        yield file.problem(path, f"{found.text} is {what}", hint=f"write {wanted}")
        return
    comment = COMMENT.search(file.line(path))
    if comment is None or comment.group(1) != pin.version:
        said = f"says {comment.group(1)}" if comment else "is missing"
        yield file.problem(path, f"the comment with the version of {found.repository} {said}", hint=f"write {wanted}")
