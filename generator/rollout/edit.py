"""The one edit that a rollout makes: a configuration's `python-runner:` in suites.yml, and not a character besides."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from generator.source import parse
from shuntyard.errors import ShuntyardError

KEY = "python-runner"


def switch(text: str, config: str, on: bool, *, file: str = "matrices/suites.yml") -> str:
    """The file's text with that flag as it should be; comments, order, quotes and line ends stay as they are.

    Where the key is not written (it is true by default), it is added in front of the configuration's other keys.
    Raises ProblemsFound for text that is no matrix, ShuntyardError for a configuration that it does not have.
    """
    before = parse(text, file).data
    word = "true" if on else "false"
    bare = text.removeprefix("\ufeff")
    node = _find(YAML(typ="safe", pure=True).compose(bare), ("configurations", config))
    if not isinstance(node, MappingNode) or not node.value:
        raise ShuntyardError(f"{file} has no configuration {config!r}", hint="shuntyard rollout status lists them")
    flag = _find(node, (KEY,))
    if isinstance(flag, ScalarNode):
        start, end, new = flag.start_mark.index, flag.end_mark.index, word
        new = f" {new}" if start == end else new  # `python-runner:` without a value
    else:
        first = node.value[0][0].start_mark
        start = end = first.index
        new = f"{KEY}: {word}, " if node.flow_style else f"{KEY}: {word}{_line_end(bare)}{' ' * first.column}"
    edited = text[: len(text) - len(bare)] + bare[:start] + new + bare[end:]
    _verify(before, parse(edited, file).data, config, on)
    return edited


def _find(node: Node | None, path: tuple[str, ...]) -> Node | None:
    for key in path:
        if not isinstance(node, MappingNode):
            return None
        node = next((value for name, value in node.value if name.value == key), None)
    return node


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _verify(before: Any, after: Any, config: str, on: bool) -> None:
    """An edit that changed anything else must not reach a file."""
    wanted = {**before, "configurations": {**before["configurations"]}}
    wanted["configurations"][config] = {**wanted["configurations"][config], KEY: on}
    if after != wanted:
        raise AssertionError(f"the edit of {config} would change more than its flag")
