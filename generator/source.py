"""YAML text → plain values plus the place of each: every later message can say file:line:column.

A matrix is read strictly (YAML 1.2): no anchors, aliases, merge keys, tags, duplicate keys, and no `${{` anywhere. A
workflow file is read as GitHub reads it, so that rules can look at other people's files too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from shuntyard.errors import Problem, ProblemsFound

KeyPath: TypeAlias = tuple["str | int", ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a value stands (from 1), and the text it was written as (scalars only)."""

    line: int
    column: int
    text: str = ""


@dataclass(slots=True)
class Document:
    """A parsed file: plain values (dict, list, str, int, float, bool, None) and marks by key path.

    A mapping's key has its own mark under `(*path, key)` in `keys`; `marks` holds the values'.
    """

    file: str
    data: Any = None
    marks: dict[KeyPath, Mark] = field(default_factory=dict)
    keys: dict[KeyPath, Mark] = field(default_factory=dict)

    def mark(self, path: KeyPath, *, key: bool = False) -> Mark:
        """The mark of the value (or key) at `path`, or of the nearest place above it that the file has."""
        for table in (self.keys, self.marks) if key else (self.marks, self.keys):
            if path in table:
                return table[path]
        return self.mark(path[:-1]) if path else Mark(1, 1)

    def problem(
        self, path: KeyPath, message: str, *, hint: str = "", rule: str = "format", key: bool = False
    ) -> Problem:
        """A problem at `path`."""
        mark = self.mark(path, key=key)
        return Problem(
            file=self.file, line=mark.line, column=mark.column, path=dotted(path), rule=rule, message=message, hint=hint
        )


def dotted(path: KeyPath) -> str:
    """`jobs.test.needs[0]`"""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text


def read(path: Path, *, shown: str | None = None, strict: bool = True) -> Document:
    """The file as a Document; `shown` is how messages name it. Raises ProblemsFound with every fault in it."""
    name = shown or str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ProblemsFound([Problem(file=name, rule="format", message=f"not UTF-8 text: {error.reason}")]) from error
    except OSError as error:
        raise ProblemsFound([Problem(file=name, rule="format", message=f"cannot be read: {error.strerror}")]) from error
    return parse(text, name, strict=strict)


def parse(text: str, file: str, *, strict: bool = True) -> Document:
    """As `read`, from text."""
    tabbed = _tab_problem(text, file)
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        raise ProblemsFound([tabbed or _syntax_problem(error, file)]) from error
    except YAMLError as error:
        raise ProblemsFound([Problem(file=file, rule="format", message=f"not YAML: {error}")]) from error
    document = Document(file)
    reader = _Reader(document, strict)
    document.data = reader.value(node, ()) if node is not None else None
    if reader.problems:
        raise ProblemsFound(reader.problems)
    return document


def _tab_problem(text: str, file: str) -> Problem | None:
    for number, line in enumerate(text.splitlines(), 1):
        indent = line[: len(line) - len(line.lstrip())]
        if "\t" in indent:
            column = indent.index("\t") + 1
            return Problem(
                file=file,
                line=number,
                column=column,
                rule="format",
                message="a tab in the indentation",
                hint="YAML indents with spaces only",
            )
    return None


def _syntax_problem(error: MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    what = " ".join(str(part).strip() for part in (error.context, error.problem) if part)
    return Problem(
        file=file,
        line=mark.line + 1 if mark else 0,
        column=mark.column + 1 if mark else 0,
        rule="format",
        message=f"not YAML: {what}",
        hint="check quotes, colons and indentation just before this place",
    )


class _Reader:
    """Nodes → values, collecting faults instead of stopping at the first."""

    def __init__(self, document: Document, strict: bool) -> None:
        self.document = document
        self.strict = strict
        self.problems: list[Problem] = []
        self._scalars = YAML(typ="safe", pure=True).constructor

    def value(self, node: Node, path: KeyPath) -> Any:
        text = node.value if isinstance(node, ScalarNode) else ""
        self.document.marks[path] = Mark(node.start_mark.line + 1, node.start_mark.column + 1, text)
        if self.strict and node.anchor:
            self._fault(path, "an anchor or alias", "write the value out: a matrix file has no hidden parts")
        if self.strict and node.ctag and str(node.ctag).startswith("!") and not str(node.ctag).startswith("tag:"):
            self._fault(path, f"a YAML tag ({node.ctag})", "use plain values only")
            return None
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: KeyPath) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            here = (*path, key)
            mark = Mark(key_node.start_mark.line + 1, key_node.start_mark.column + 1, key)
            if key in values:
                first = self.document.keys[here]
                self.document.keys[here] = mark
                self._fault(here, f"duplicate key {key!r}", f"it stands first on line {first.line}", key=True)
                continue
            self.document.keys[here] = mark
            if key == "<<" and self.strict:
                self._fault(here, "a merge key (<<)", "write the keys out", key=True)
                continue
            if self.strict and "${{" in key:
                self._fault(here, "a GitHub expression (${{) in a key", "matrices hold plain values", key=True)
            values[key] = self.value(value_node, here)
        return values

    def _scalar(self, node: Node, path: KeyPath) -> Any:
        if self.strict and "${{" in str(node.value):
            self._fault(
                path, "a GitHub expression (${{)", "matrices hold plain values; the renderer writes expressions"
            )
            return None
        try:
            return self._scalars.construct_object(node, deep=True)
        except (YAMLError, ValueError) as error:
            self._fault(path, f"a value that cannot be read: {error}", "quote it to make it text")
            return None

    def _fault(self, path: KeyPath, message: str, hint: str, *, key: bool = False) -> None:
        self.problems.append(self.document.problem(path, message, hint=hint, key=key))
