"""YAML text → plain values plus the place of each: every later message can say file:line:column.

A matrix is read strictly (YAML 1.2): no anchors, aliases, merge keys, tags, duplicate keys, and no `${{` anywhere. A
workflow file is read as GitHub reads it, so that rules can look at other people's files too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.tokens import AliasToken, AnchorToken, DirectiveToken, TagToken, Token

from generator.document import TOO_DEEP, Document, KeyPath, Mark, NodeReader, dotted
from shuntyard.errors import Problem, ProblemsFound

__all__ = ["Document", "KeyPath", "Mark", "dotted", "parse", "read"]

MAYBE_HIDDEN = re.compile(r"[&*!%]")  # without one of these there is no anchor, alias, tag or directive
HIDDEN: dict[type[Token], tuple[str, str]] = {
    AnchorToken: ("an anchor", "write the value out where it is used: a matrix file has no hidden parts"),
    AliasToken: ("an alias", "write the value out: a matrix file has no hidden parts; quote it if it is text"),
    TagToken: ("a YAML tag", "use plain values only; quote it if it is text"),
    DirectiveToken: ("a YAML directive", "remove it: matrices are YAML 1.2"),
}


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
        raise ProblemsFound([_problem_after("", file, *TOO_DEEP)]) from error
    reader = NodeReader(document, strict)
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
