"""A flag in suites.yml and everything that is rendered from it: in the work tree, or as one pull request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from generator import schema, source
from generator.load import Toolkit, validate
from generator.render import render, replace_file
from generator.rollout.edit import switch

SUITES = "matrices/suites.yml"
BRANCH = "shuntyard/rollout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """The files that change, whole, by path below the root: suites.yml first, then what is rendered from it."""

    files: Mapping[str, str]


def edit(toolkit: Toolkit, switches: Mapping[str, bool]) -> Edit:
    """What switching these configurations changes; writes nothing. Rendered files that do not depend on it stay out."""
    before = (toolkit.root / SUITES).read_bytes().decode("utf-8")
    text = before
    for config, on in switches.items():
        text = switch(text, config, on, file=SUITES)
    if text == before:
        return Edit(files={})
    document = source.parse(text, SUITES)
    suites = validate(schema.SuitesFile, document)
    changed = replace(
        toolkit, suites=suites.suites, configurations=suites.configurations,
        documents={**toolkit.documents, "suites": document},
    )  # fmt: skip
    old, new = render(toolkit).files, render(changed).files
    return Edit(files={SUITES: text, **{path: new[path] for path in new if new[path] != old.get(path)}})


def write(root: Path, change: Edit) -> list[str]:
    """Puts the files into the work tree, each whole; returns their paths. Line ends stay as they are."""
    for path, text in change.files.items():
        replace_file(root / path, text)
    return list(change.files)
