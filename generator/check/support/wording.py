"""Words of messages."""

from __future__ import annotations


def plural(count: int, word: str) -> str:
    """`1 job`, `2 jobs`"""
    return f"{count} {word}{'' if count == 1 else 's'}"
