"""How rendered files look: a first line that says where they come from, even YAML, JSON and Markdown."""

from __future__ import annotations

import io
import json
import re
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

MARKER = "Rendered by shuntyard from "
OPENINGS = ("# ", "<!-- ", '{"$comment": "')  # YAML, Markdown, JSON
HOW = "; edit that and run `make render`."
NOT_ASCII = re.compile(r"[^ -~]")


def headline(source: str) -> str:
    """The text by which the renderer knows its own files."""
    return f"{MARKER}{source}{HOW}"


def is_rendered(first_line: str) -> bool:
    """Whether a file's first line says that the renderer made it."""
    return any(first_line.startswith(opening + MARKER) for opening in OPENINGS)


def environment(target: str) -> Environment:
    """Jinja2 with delimiters that leave `${{ }}` alone, and undefined names as errors."""
    made = Environment(
        loader=PackageLoader("generator.targets", f"templates/{target}"),
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - YAML and Markdown, not HTML; values go through `scalar` or `cell`
        auto_reload=False,
    )
    made.policies["json.dumps_function"] = lambda value, **_: scalar(value)  # behind `tojson`
    return made


def scalar(value: Any) -> str:
    """Any plain values inside YAML: JSON is YAML, so no character of them can leave its place.

    But for one thing: JSON escapes a character above U+FFFF as two surrogates, which YAML takes for two characters.
    """
    return NOT_ASCII.sub(lambda found: f"\\U{ord(found[0]):08x}", json.dumps(value, ensure_ascii=False))


def yaml_file(source: str, text: str, *, comments: dict[str, str]) -> str:
    """The text as evenly styled YAML below its headline; a bad template fails here, not on GitHub."""
    data = YAML(typ="safe", pure=True).load(text)
    return f"# {headline(source)}\n" + dump_yaml(data, comments=comments)


def dump_yaml(data: Any, *, comments: dict[str, str]) -> str:
    """Block style, blank lines between jobs and top-level keys, short lists on one line, quotes only where needed.

    `comments` holds what is written behind a scalar of exactly that value.
    """
    yaml = YAML()
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(_styled(data, comments), stream)
    return _spaced(stream.getvalue())


def json_file(source: str, data: dict[str, Any]) -> str:
    """JSON whose first line is its headline, as a `$comment`."""
    body = json.dumps({"$comment": headline(source), **data}, indent=2, ensure_ascii=False)
    return "{" + body.removeprefix("{").lstrip() + "\n"


def markdown_file(source: str, text: str) -> str:
    """Markdown below its headline, which is a comment there."""
    return f"<!-- {headline(source)} -->\n{text.strip()}\n"


def _styled(value: Any, comments: dict[str, str]) -> Any:
    if isinstance(value, dict):
        mapping = CommentedMap({key: _styled(item, comments) for key, item in value.items()})
        for key, item in value.items():
            if isinstance(item, str) and item in comments:
                mapping.yaml_add_eol_comment(comments[item], key, column=0)
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq([_styled(item, comments) for item in value])
        if all(not isinstance(item, dict | list) for item in value):
            sequence.fa.set_flow_style()
        return sequence
    if isinstance(value, str):
        if "\n" in value and all(line.isprintable() and line == line.strip() for line in value.split("\n")):
            return LiteralScalarString(value)
        return value if value.isprintable() and value else DoubleQuotedScalarString(value)
    return value


def _spaced(text: str) -> str:
    """A blank line before each top-level key and each job."""
    lines: list[str] = []
    section = ""
    for line in text.removesuffix("\n").split("\n"):
        indent = len(line) - len(line.lstrip())
        if indent == 0 and line and not line.startswith(("-", "#")):
            section = line.split(":")[0]
            if lines and section in ("on", "permissions", "concurrency", "jobs", "inputs", "outputs", "runs"):
                lines.append("")
        elif indent == 2 and section == "jobs" and not lines[-1].startswith("jobs:"):
            lines.append("")
        lines.append(line)
    return "\n".join(lines) + "\n"
