"""Reads records of GitHub's answers, and says so when something else answers. Pure."""

from __future__ import annotations

from typing import Any

from shuntyard.errors import ShuntyardError

_HINT = "check GITHUB_API_URL"


def text_of(data: Any, *keys: str) -> str:
    """The text at a path of keys, as in text_of(pull, "head", "sha"). Raises ShuntyardError where there is none."""
    value = _value(data, keys)
    if not isinstance(value, str):
        raise ShuntyardError(f"GitHub's answer has no text {'.'.join(keys)!r}", hint=_HINT)
    return value


def number_of(data: Any, *keys: str) -> int:
    """As text_of, a whole number."""
    value = _value(data, keys)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ShuntyardError(f"GitHub's answer has no number {'.'.join(keys)!r}", hint=_HINT)
    return value


def maybe(data: Any, *keys: str) -> str:
    """As text_of, empty where there is none: a fork that was deleted is null."""
    value = _value(data, keys)
    return value if isinstance(value, str) else ""


def _value(data: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data
