"""Patterns of test names: `*` and `?` within a part between slashes, `**` for any parts, also none. Pure.

`dynamo/**` fits everything below dynamo, `test_cuda*` only what lies at the top. Matching takes time in proportion to
pattern × name, whatever either holds: there is no way to write a pattern that hangs.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Sequence

_WILD = re.compile(r"[*?]")
Part = Callable[[str], bool]


class Patterns:
    """Several patterns; finds whether one of them fits. Names without wildcards are looked up, not tried."""

    def __init__(self, patterns: Iterable[str]) -> None:
        listed = tuple(patterns)
        self._exact = frozenset(pattern for pattern in listed if not _WILD.search(pattern))
        self._wild = [[_part(part) for part in pattern.split("/")] for pattern in listed if _WILD.search(pattern)]

    def fit(self, name: str) -> bool:
        """Whether one of the patterns fits the whole name."""
        if name in self._exact:
            return True
        parts = name.split("/")
        return any(_fits(pattern, parts) for pattern in self._wild)


def _part(text: str) -> Part | None:
    """A test of one part of a name; None stands for `**`."""
    if text == "**":
        return None
    if not _WILD.search(text):
        return text.__eq__
    # fnmatch makes each `*` give nothing back once the text after it was found (CPython issue 40480): no blow-up.
    found = re.compile(fnmatch.translate(text.replace("[", "[[]"))).match
    return lambda part: found(part) is not None


def _fits(pattern: Sequence[Part | None], parts: Sequence[str]) -> bool:
    """Backtracks to the last `**` only, which is enough: an earlier one could not help where the last cannot."""
    at = place = 0
    star, resume = -1, 0
    while place < len(parts):
        part = pattern[at] if at < len(pattern) else _never
        if part is None:
            star, resume = at, place
            at += 1
        elif part(parts[place]):
            at, place = at + 1, place + 1
        elif star >= 0:
            resume += 1
            at, place = star + 1, resume
        else:
            return False
    return all(part is None for part in pattern[at:])


def _never(_: str) -> bool:
    return False
