"""Reading YAML that may have any shape: a rule never trips over what another rule reports."""

from __future__ import annotations

from typing import Any

from generator.source import KeyPath


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """A list as it is; nothing as an empty list; anything else as a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def texts(value: Any) -> list[str]:
    """The texts of `needs:`, `types:`, `runs-on:` and the like, where one text may stand for a list of one."""
    return [str(item) for item in items(value) if isinstance(item, str | int | float)]


def dig(data: Any, path: KeyPath) -> Any:
    """The value at `path`, or None where the file has no such place."""
    for part in path:
        if isinstance(data, dict) and isinstance(part, str):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data
