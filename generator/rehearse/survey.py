"""Every workflow and action file that the calling workflow reaches, in both copies, and what they use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from generator import callee
from generator.callee import Reference
from generator.shape import items, mapping
from generator.source import Document, parse
from shuntyard.errors import ProblemsFound

Tree = Literal["caller", "toolkit"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class File:
    """A file of one of the copies; `path` is below the copy's root."""

    tree: Tree
    path: str
    text: str
    document: Document

    @property
    def jobs(self) -> dict[str, dict[str, Any]]:
        return {name: mapping(job) for name, job in mapping(mapping(self.document.data).get("jobs")).items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What is reached. `refs` are the refs by which the toolkit is named, spelled as written: owner/name@ref."""

    files: dict[tuple[Tree, str], File] = field(default_factory=dict)
    marketplace: dict[str, Reference] = field(default_factory=dict)
    refs: dict[str, Reference] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)


def survey(caller: Path, toolkit: Path, start: str, toolkit_name: str) -> Survey:
    """Follows every `uses:` from the calling workflow. A file that is missing or no YAML is act's to report."""
    walker = _Walker({"caller": caller, "toolkit": toolkit}, toolkit_name)
    walker.visit("caller", (start,))
    return walker.found


def uses(document: Document) -> Iterator[str]:
    """Each `uses:` of a workflow or an action, in order."""
    data = mapping(document.data)
    for job in mapping(data.get("jobs")).values():
        yield from _uses(mapping(job))
        yield from uses_of_steps(mapping(job).get("steps"))
    yield from uses_of_steps(mapping(data.get("runs")).get("steps"))


class _Walker:
    """One walk over both trees."""

    def __init__(self, roots: dict[Tree, Path], toolkit_name: str) -> None:
        self.roots = roots
        self.toolkit_name = toolkit_name
        self.found = Survey()

    def visit(self, tree: Tree, candidates: tuple[str, ...]) -> None:
        path = next((path for path in candidates if (self.roots[tree] / path).is_file()), None)
        if path is None or (tree, path) in self.found.files:
            return
        text = (self.roots[tree] / path).read_text(encoding="utf-8", errors="replace")
        try:
            document = parse(text, path, strict=False)
        except ProblemsFound as problems:
            self.found.unreadable.extend(f"{problem.where()}: {problem.message}" for problem in problems.problems)
            return
        self.found.files[tree, path] = File(tree=tree, path=path, text=text, document=document)
        for each in uses(document):
            self.follow(tree, callee.parse(each, self.toolkit_name))

    def follow(self, tree: Tree, meant: Reference) -> None:
        match meant.kind:
            case "toolkit":
                self.found.refs[f"{meant.repository}@{meant.ref}"] = meant
                self.visit("toolkit", meant.files())
            case "self":
                self.visit(tree, meant.files())
            case "workspace":
                self.visit("caller", meant.files())
            case "elsewhere" if not meant.is_workflow:
                self.found.marketplace[meant.text] = meant


def _uses(data: dict[str, Any]) -> Iterator[str]:
    if isinstance(data.get("uses"), str):
        yield data["uses"]


def uses_of_steps(steps: Any) -> Iterator[str]:
    """Each `uses:` of a list of steps, those inside `parallel:` too."""
    for step in items(steps):
        yield from _uses(mapping(step))
        yield from uses_of_steps(mapping(step).get("parallel"))
