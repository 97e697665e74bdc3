"""A YAML file as plain values plus the place of each, and how its nodes are read into one, faults and all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from shuntyard.errors import Problem

KeyPath: TypeAlias = tuple["str | int", ...]

MOST_VALUES = 100_000  # aliases of aliases multiply; no workflow file comes near this
MOST_LEVELS = 50
TOO_DEEP = ("nested too deeply", "no file needs this many levels")
# What YAML can spell ("\0", "\u2028") and no workflow, environment or file name can carry faithfully.
UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a value stands (from 1), and the text it was written as (scalars only)."""

    line: int
    column: int
    text: str = ""


@dataclass(slots=True)
class Document:
    """A parsed file: plain values (dict, list, str, int, float, bool, None) and marks by key path.

    A mapping's key has its own mark under `(*path, key)` in `keys`; `marks` holds the values'. `problems` are the
    faults found in reading; a value with one of them is None.
    """

    file: str
    data: Any = None
    marks: dict[KeyPath, Mark] = field(default_factory=dict)
    keys: dict[KeyPath, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

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

    def blamed(self, problem: Problem) -> bool:
        """Whether reading found a fault at the same place already."""
        return any((known.line, known.column) == (problem.line, problem.column) for known in self.problems)


def dotted(path: KeyPath) -> str:
    """`jobs.test.needs[0]`"""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text


class NodeReader:
    """Nodes → values, collecting faults in the document instead of stopping at the first."""

    def __init__(self, document: Document, strict: bool) -> None:
        self.document = document
        self.strict = strict
        self._scalars = YAML(typ="safe", pure=True).constructor
        self._seen: set[int] = set()
        self._open: set[int] = set()
        self._count = 0

    def value(self, node: Node, path: KeyPath) -> Any:
        text = node.value if isinstance(node, ScalarNode) else ""
        self.document.marks[path] = Mark(node.start_mark.line + 1, node.start_mark.column + 1, text)
        if self._repeats(node, path):
            return None
        if isinstance(node, ScalarNode):
            return self._scalar(node, path)
        self._open.add(id(node))
        result = self._mapping(node, path) if isinstance(node, MappingNode) else self._sequence(node, path)
        self._open.discard(id(node))
        return result

    def _repeats(self, node: Node, path: KeyPath) -> bool:
        """Whether this node is not to be read (again): an alias is read only where aliases are allowed."""
        self._count += 1
        if self.strict and id(node) in self._seen:
            return True  # `_hidden` has told of it
        self._seen.add(id(node))
        if len(path) > MOST_LEVELS:
            self._fault(path, *TOO_DEEP)
            return True
        if id(node) in self._open:
            self._fault(path, "an alias of a value that it is part of", "write the value out")
            return True
        if self._count > MOST_VALUES:
            if self._count == MOST_VALUES + 1:
                self._fault(path, f"more than {MOST_VALUES} values", "do aliases multiply each other?")
            return True
        return False

    def _sequence(self, node: Node, path: KeyPath) -> list[Any]:
        return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]

    def _mapping(self, node: MappingNode, path: KeyPath) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                mark = Mark(key_node.start_mark.line + 1, key_node.start_mark.column + 1)
                self.document.keys[(*path, "?")] = mark
                self._fault((*path, "?"), "a key that is not text", "keys are plain words", key=True)
                continue
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
            if value_node.value == "" and not value_node.style:  # YAML has an absent value at the next word
                self.document.marks[here] = Mark(mark.line, mark.column)
        return values

    def _scalar(self, node: ScalarNode, path: KeyPath) -> Any:
        text = str(node.value)
        if self.strict and "${{" in text:
            self._fault(
                path, "a GitHub expression (${{)", "matrices hold plain values; the renderer writes expressions"
            )
            return None
        unfit = UNFIT.search(text) if self.strict else None
        if unfit:
            self._fault(path, f"a character that cannot be used here (#x{ord(unfit[0]):04x})", "remove it")
            return None
        try:
            value = self._scalars.construct_object(node, deep=True)
        except (YAMLError, ValueError) as error:
            what = str(error).splitlines()[0]
            self._fault(path, f"a value that cannot be read: {what}", "quote it to make it text")
            return None
        if self.strict and type(value) is int and str(value) != text:
            self._fault(path, f"{text} reads as the number {value}", f'quote it to keep it text: "{text}"')
            return None
        return value

    def _fault(self, path: KeyPath, message: str, hint: str, *, key: bool = False) -> None:
        problem = self.document.problem(path, message, hint=hint, key=key)
        if not self.document.blamed(problem):  # a tag is told of already, where its value cannot be read either
            self.document.problems.append(problem)
