"""Small edits of YAML text that leave every other character in its place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from generator.source import KeyPath


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replaces the characters from `start` up to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A key of a mapping and its value, with the mapping around them."""

    key: ScalarNode
    value: Node
    mapping: MappingNode
    index: int


class Text:
    """YAML text whose places can be found by key path. The text must be well-formed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pairs: dict[KeyPath, Pair] = {}
        self.nodes: dict[KeyPath, Node] = {}
        root = YAML(typ="safe", pure=True).compose(text)
        if root is not None:
            self._index(root, ())

    def replace(self, path: KeyPath, written: str) -> Edit:
        """Another value, written out."""
        node = self.nodes[path]
        return Edit(node.start_mark.index, _end(node), written)

    def replace_scalar(self, path: KeyPath, value: str) -> Edit:
        """Another text for a scalar, in quotes where the old one had them."""
        node = self.nodes[path]
        quoted = isinstance(node, ScalarNode) and node.style is not None
        return Edit(node.start_mark.index, _end(node), json.dumps(value) if quoted else value)

    def remove(self, path: KeyPath) -> Edit:
        """Takes a key and its value out; a mapping that had no other becomes `{}`."""
        pair = self.pairs[path]
        entries = pair.mapping.value
        if pair.index + 1 < len(entries):
            return Edit(pair.key.start_mark.index, entries[pair.index + 1][0].start_mark.index, "")
        if pair.index > 0:
            return Edit(_end(entries[pair.index - 1][1]), _end(pair.value), "")
        return Edit(pair.key.start_mark.index, _end(pair.value), "" if pair.mapping.flow_style else "{}")

    def insert_first(self, path: KeyPath, key: str, value: str) -> Edit:
        """A new first key of the mapping at `path`."""
        node = self.nodes[path]
        assert isinstance(node, MappingNode) and node.value, "there is a mapping with a key"
        start = node.value[0][0].start_mark
        gap = ", " if node.flow_style else "\n" + " " * start.column
        return Edit(start.index, start.index, f"{key}: {value}{gap}")

    def apply(self, edits: Iterable[Edit]) -> str:
        """The text with all edits made. Removals of neighbours may overlap; nothing else may."""
        pieces, position = [], 0
        for edit in sorted(set(edits)):
            assert edit.start >= position or not edit.text, "only removals overlap"
            pieces += [self.text[position : edit.start], edit.text]
            position = max(position, edit.end)
        return "".join([*pieces, self.text[position:]])

    def _index(self, node: Node, path: KeyPath) -> None:
        self.nodes[path] = node
        for below, child in self._children(node, path):
            if below not in self.nodes:
                self._index(child, below)

    def _children(self, node: Node, path: KeyPath) -> Iterator[tuple[KeyPath, Node]]:
        if isinstance(node, MappingNode):
            for index, (key, value) in enumerate(node.value):
                here = (*path, str(key.value))
                self.pairs.setdefault(here, Pair(key, value, node, index))
                yield here, value
        elif isinstance(node, SequenceNode):
            yield from (((*path, index), item) for index, item in enumerate(node.value))


def _end(node: Node) -> int:
    """Where a value's own text ends; a block collection's end mark lies behind the comments and blank lines below."""
    if isinstance(node, MappingNode) and not node.flow_style and node.value:
        return _end(node.value[-1][1])
    if isinstance(node, SequenceNode) and not node.flow_style and node.value:
        return _end(node.value[-1])
    end: int = node.end_mark.index
    return end
