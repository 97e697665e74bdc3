"""YAML text → plain values plus the place of each: every later message can say file:line:column.

A matrix is read strictly (YAML 1.2): no anchors, aliases, merge keys, tags, duplicate keys, and no `${{` anywhere. A
workflow file is read as GitHub reads it, so that rules can look at other people's files too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.tokens import AliasToken, AnchorToken, DirectiveToken, TagToken, Token

from shuntyard.errors import Problem, ProblemsFound

KeyPath: TypeAlias = tuple["str | int", ...]

MOST_VALUES = 100_000  # aliases of aliases multiply; no workflow file comes near this
MAYBE_HIDDEN = re.compile(r"[&*!%]")  # without one of these there is no anchor, alias, tag or directive
HIDDEN: dict[type[Token], tuple[str, str]] = {
    AnchorToken: ("an anchor", "write the value out where it is used: a matrix file has no hidden parts"),
    AliasToken: ("an alias", "write the value out: a matrix file has no hidden parts; quote it if it is text"),
    TagToken: ("a YAML tag", "use plain values only; quote it if it is text"),
    DirectiveToken: ("a YAML directive", "remove it: matrices are YAML 1.2"),
}
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


def read(path: Path, *, shown: str | None = None, strict: bool = True, tolerant: bool = False) -> Document:
    """The file as a Document; `shown` is how messages name it.

    Raises ProblemsFound with every fault in it. `tolerant` raises only where there is no document at all, and leaves
    the other faults in its `problems`, so that a caller can look for more.
    """
    name = shown or str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        hint = "the toolkit needs this file" if isinstance(error, FileNotFoundError) else "check what it is"
        raise ProblemsFound(
            [Problem(file=name, rule="format", message=f"cannot be read: {error.strerror}", hint=hint)]
        ) from error
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        message = f"not UTF-8 text: {error.reason} (0x{data[error.start]:02x})"
        raise ProblemsFound([_problem_after(before, name, message, "save the file as UTF-8")]) from error
    return parse(text, name, strict=strict, tolerant=tolerant)


def parse(text: str, file: str, *, strict: bool = True, tolerant: bool = False) -> Document:
    """As `read`, from text."""
    text = text.removeprefix("\ufeff")  # the byte order mark that some editors write
    document = Document(file)
    try:
        node = YAML(typ="safe", pure=True).compose(text)
        if strict and MAYBE_HIDDEN.search(text):
            document.problems += _hidden(text, file)
    except MarkedYAMLError as error:
        raise ProblemsFound([_syntax_problem(error, text, file)]) from error
    except ReaderError as error:
        message = f"a character that YAML does not allow (#x{ord(text[error.position]):04x})"
        raise ProblemsFound(
            [_problem_after(text[: error.position], file, message, "remove it, or write it escaped in double quotes")]
        ) from error
    except (YAMLError, ValueError) as error:
        raise ProblemsFound([_problem_after("", file, f"not YAML: {error}", "check the file's first lines")]) from error
    except RecursionError as error:
        raise ProblemsFound([_problem_after("", file, "nested too deeply", "no file needs this many levels")]) from error
    reader = _Reader(document, strict)
    document.data = reader.value(node, ()) if node is not None else None
    if document.problems and not tolerant:
        raise ProblemsFound(document.problems)
    return document


def _problem_after(before: str, file: str, message: str, hint: str) -> Problem:
    """A problem at the place that follows the text `before`."""
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Problem(file=file, line=line, column=column, rule="format", message=message, hint=hint)


def _hidden(text: str, file: str) -> Iterator[Problem]:
    """What a matrix may not use although YAML has it, each at its own place."""
    for token in YAML(typ="safe", pure=True).scan(text):
        if type(token) in HIDDEN:
            message, hint = HIDDEN[type(token)]
            mark = token.start_mark
            yield Problem(
                file=file, line=mark.line + 1, column=mark.column + 1, rule="format", message=message, hint=hint
            )


def _syntax_problem(error: MarkedYAMLError, text: str, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    written = text.splitlines()[line : line + 1]
    indent = written[0][: len(written[0]) - len(written[0].lstrip())] if written else ""
    if "\t" in indent:
        message, hint, column = "a tab in the indentation", "YAML indents with spaces only", indent.index("\t")
    else:
        what = " ".join(str(part).strip() for part in (error.context, error.problem) if part)
        message, hint = f"not YAML: {what}", "check quotes, colons and indentation just before this place"
    return Problem(file=file, line=line + 1, column=column + 1, rule="format", message=message, hint=hint)


class _Reader:
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
        if id(node) in self._open:
            self._fault(path, "an alias of a value that it is part of", "write the value out")
            return True
        if self._count > MOST_VALUES:
            if self._count == MOST_VALUES + 1:
                self._fault(path, f"more than {MOST_VALUES} values", "do aliases multiply each other?")
            return True
        return False

    def _sequence(self, node: SequenceNode, path: KeyPath) -> list[Any]:
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
