"""What the rules judge: matrices, what they render to, and every workflow and action, each value with its place."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from generator.load import Toolkit, load
from generator.render import Rendering, render
from generator.shape import dig
from generator.source import Document, KeyPath, parse
from shuntyard.errors import Problem, ProblemsFound, ShuntyardError

WORKFLOWS = (".github/workflows/*.yml", ".github/workflows/*.yaml")
ACTIONS = (
    "actions/*/action.yml",
    "actions/*/action.yaml",
    ".github/actions/*/action.yml",
    ".github/actions/*/action.yaml",
)


class Unavailable(Exception):
    """A rule asks for something that the matrices' own problems prevent; the rule is reported as not run."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class File:
    """A workflow or an action's metadata. `path` is below its tree's root."""

    document: Document
    text: str
    path: str
    ours: bool

    @property
    def is_action(self) -> bool:
        return Path(self.path).stem == "action"

    def problem(self, path: KeyPath, message: str, *, hint: str = "", key: bool = False, at: str = "") -> Problem:
        """A problem at the value (or key) of `path`, or at the text `at` inside of it."""
        key = key or (path in self.document.keys and dig(self.document.data, path) is None)
        problem = self.document.problem(path, message, hint=hint, rule="", key=key)
        line, column = self._within(problem.line, problem.column, at)
        return dataclasses.replace(problem, line=line, column=column)

    def line(self, path: KeyPath) -> str:
        """The whole line on which a value stands, with the comment behind it."""
        number = self.document.mark(path).line
        lines = self.text.splitlines()
        return lines[number - 1] if number <= len(lines) else ""

    def _within(self, line: int, column: int, at: str) -> tuple[int, int]:
        """The place of `at`, searched from (line, column); that place itself where the text is written otherwise."""
        lines = self.text.splitlines(keepends=True)
        start = sum(len(text) for text in lines[: line - 1]) + column - 1
        found = self.text.find(at, start) if at else -1
        if found < 0:
            return line, column
        before = self.text[:found]
        return before.count("\n") + 1, found - (before.rfind("\n") + 1) + 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tree:
    """A repository's workflows and actions, by path. `name` is how its folder is shown; ours has none."""

    name: str
    root: Path
    files: dict[str, File]

    @property
    def workflows(self) -> list[File]:
        return [file for file in self.files.values() if not file.is_action]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subject:
    """Everything that a rule may look at. `home` is the toolkit's own tree; `tools`: whether programs may be run."""

    root: Path
    home: Tree
    callers: tuple[Tree, ...]
    loaded: Toolkit | None
    rendered: Rendering | None
    today: date
    tools: bool = True
    unreadable: tuple[Problem, ...] = ()

    @property
    def toolkit(self) -> Toolkit:
        """The matrices. Raises Unavailable when they do not load."""
        if self.loaded is None:
            raise Unavailable("the matrices have problems")
        return self.loaded

    @property
    def rendering(self) -> Rendering:
        """What they render to. Raises Unavailable when they do not render."""
        if self.rendered is None:
            raise Unavailable("the matrices have problems")
        return self.rendered

    @property
    def own_files(self) -> list[File]:
        return list(self.home.files.values())

    @property
    def files(self) -> list[File]:
        """Ours, then the callers'."""
        return [file for tree in (self.home, *self.callers) for file in tree.files.values()]

    def tree_of(self, file: File) -> Tree:
        return next(tree for tree in (self.home, *self.callers) if tree.files.get(file.path) is file)

    def count(self) -> int:
        """How many files are judged, the matrices included."""
        return len(self.files) + (len(self.loaded.documents) if self.loaded else 0)


def collect(root: Path, callers: Sequence[Path], today: date, *, tools: bool = True) -> Subject:
    """Reads everything once. Faults of single files are kept in `unreadable`; a caller's folder must hold workflows."""
    problems: list[Problem] = []
    loaded, rendered = _load(root, problems)
    examples = sorted(path for path in root.glob("examples/*") if (path / ".github" / "workflows").is_dir())
    trees = [_tree(path, path.relative_to(root).as_posix(), problems) for path in examples]
    known = {path.resolve() for path in examples}
    for caller in callers:
        if not (caller / ".github" / "workflows").is_dir():
            raise ShuntyardError(f"{caller} holds no .github/workflows", hint="--caller takes the root of a repository")
        if caller.resolve() not in known:
            known.add(caller.resolve())
            trees.append(_tree(caller, caller.as_posix(), problems))
            if loaded:
                _check_that_it_calls(trees[-1], loaded.settings.repository)
    return Subject(
        root=root, home=_tree(root, "", problems), callers=tuple(trees), loaded=loaded, rendered=rendered, today=today,
        tools=tools, unreadable=tuple(problems),
    )  # fmt: skip


def _check_that_it_calls(tree: Tree, repository: str) -> None:
    """Raises ShuntyardError for a repository that calls nothing here: a check of it would say nothing."""
    if not any(f"{repository.lower()}/" in file.text.lower() for file in tree.files.values()):
        hint = "matrices/toolkit.yml says which repository this is; callers write it in `uses:`"
        raise ShuntyardError(f"nothing in {tree.name} calls {repository}", hint=hint)


def _load(root: Path, problems: list[Problem]) -> tuple[Toolkit | None, Rendering | None]:
    toolkit = None
    try:
        toolkit = load(root)
        return toolkit, render(toolkit)
    except ProblemsFound as found:
        problems += found.problems
        return toolkit, None


def _tree(root: Path, name: str, problems: list[Problem]) -> Tree:
    files = {}
    for path in _paths(root):
        below = path.relative_to(root).as_posix()
        try:
            files[below] = _file(path, below, f"{name}/{below}" if name else below, ours=not name)
        except ProblemsFound as found:
            problems += found.problems
    return Tree(name=name, root=root, files=files)


def _paths(root: Path) -> Iterator[Path]:
    patterns: Iterable[str] = (*WORKFLOWS, *ACTIONS)
    for pattern in patterns:
        yield from sorted(root.glob(pattern))


def _file(path: Path, below: str, shown: str, *, ours: bool) -> File:
    try:
        text = path.read_text(encoding="utf-8")
        document = parse(text, shown, strict=False)
    except (UnicodeDecodeError, OSError) as error:
        raise ProblemsFound([Problem(file=shown, rule="format", message=f"cannot be read: {error}")]) from error
    except RecursionError as error:
        raise ProblemsFound([Problem(file=shown, rule="format", message="an alias holds itself")]) from error
    return File(document=document, text=text, path=below, ours=ours)
