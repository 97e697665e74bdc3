"""Markdown from text that others wrote: as code, so that no link, image, mention, markup or table cell can come of it.

A code span is literal (CommonMark 0.31, 6.1), GitHub makes no mention or issue link inside one, and only a backtick
ends it; only a pipe ends a table cell (GFM 0.29, 4.10). Both become look-alikes; the JSON has them as they were.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from shuntyard.text import NOTHING, clip_middle, line, visible

# Starts with a word (not a list, not a rule); no dot but the last (a name like www.x.y becomes a link), no colon but
# before a space (:emoji:, https://).
_PROSE = re.compile(r"(?:[A-Za-z]|[0-9]+ )(?:[A-Za-z0-9 ,;()'-]|: )*\.?")
_LOOK_ALIKES = str.maketrans({"`": "ˋ", "|": "│"})


def code(text: str, limit: int = 120) -> str:
    """A code span of one line; a dash for an empty text."""
    shown = line(text, limit).translate(_LOOK_ALIKES)
    return f"`{shown}`" if shown else NOTHING


def sentence(text: str) -> str:
    """Prose as prose; as code as soon as it holds anything that Markdown or GitHub could make more of."""
    return text if _PROSE.fullmatch(text) else code(text, 1000)


def block(text: str, limit: int) -> str:
    """A fenced code block; its fence is longer than any run of backticks in it."""
    body = visible(clip_middle(text, limit))
    longest = max((len(run) for run in re.findall("`+", body)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}text\n{body}\n{fence}\n"


def table_head(headings: Sequence[str], *, right: frozenset[int] = frozenset()) -> str:
    """The head of a table; `right` are the columns that hold numbers."""
    rule = ["---:" if column in right else "---" for column in range(len(headings))]
    return f"{table_row(headings)}\n{table_row(rule)}"


def table_row(cells: Sequence[str]) -> str:
    """One row of finished cells."""
    return f"| {' | '.join(cells)} |"


class Sheet:
    """Lines of Markdown up to a number of bytes; what no longer fits is counted and left out, never cut in half."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._parts: list[str] = []

    def add(self, text: str) -> bool:
        """Appends a line or a block; False when it does not fit."""
        size = len(text.encode()) + 1
        if size > self._left:
            return False
        self._left -= size
        self._parts.append(text)
        return True

    def text(self) -> str:
        """Everything that fitted."""
        return "\n".join(self._parts) + "\n"
