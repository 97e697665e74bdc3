"""Branch filters, as GitHub reads them (docs: workflow-syntax, filter pattern cheat sheet)."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PIECES = re.compile(r"\*\*|\*|\[[^\]]+\]|\\.|.", re.DOTALL)
_MEMBERS = re.compile(r"[A-Za-z0-9]-[A-Za-z0-9]|.", re.DOTALL)
_REPEATS = ("?", "+")


def branch_matches(branch: str, patterns: Sequence[str]) -> bool:
    """Whether a branch passes a `branches:` filter; the last pattern that matches decides, `!` takes away."""
    chosen = False
    for pattern in patterns:
        if _fits(branch, pattern.removeprefix("!")):
            chosen = not pattern.startswith("!")
    return chosen


def _fits(branch: str, pattern: str) -> bool:
    """Whether a branch fits one pattern: `*` stops at a slash, `**` does not, `?` and `+` repeat what is before.

    A pattern that makes no sense, such as `+` with nothing before it or `[z-a]`, fits nothing.
    """
    parts: list[tuple[str, str]] = []  # what may stand there, and how often
    for piece in _PIECES.findall(pattern):
        if piece not in _REPEATS:
            parts.append(_part(piece))
        elif not parts:
            return False
        else:  # two of them in a row mean something else to Python than one after the other
            what, often = parts[-1]
            parts[-1] = (what, piece if often in ("", piece) else "*")
    try:
        return bool(re.fullmatch("".join(what + often for what, often in parts), branch, re.DOTALL))
    except re.error:
        return False


def _part(piece: str) -> tuple[str, str]:
    if piece in ("*", "**"):
        return ("[^/]" if piece == "*" else "."), "*"
    if len(piece) > 1 and piece[0] == "[":
        return f"[{_members(piece[1:-1])}]", ""
    return re.escape(piece[-1]), ""


def _members(inside: str) -> str:
    """What stands between brackets: ranges of letters and digits, and single characters that mean themselves."""
    return "".join(each if len(each) == 3 else re.escape(each) for each in _MEMBERS.findall(inside))
