"""What a pull request says about its tests: its number, flags by label or in its text, issues that it closes. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

FLAGS = ("keep-going", "ci-verbose-test-logs", "ci-test-showlocals", "ci-no-test-timeout", "ci-no-td")
_TAG = re.compile(r"ciflow/[\w-]+/([0-9]{1,18})")
# The words that GitHub takes for closing an issue: one space, and a number of at most 18 digits.
_CLOSES = re.compile(
    r"(?:close[ds]?|resolve[ds]?|fix(?:e[ds])?) (?:#|https://github\.com/([\w.-]{1,100}/[\w.-]{1,100})/issues/)"
    r"([0-9]{1,18})",
    re.IGNORECASE | re.ASCII,
)


def number_of(event_number: int, ref: str) -> int:
    """The pull request's number: the event's, else that of a tag `ciflow/<name>/<number>`; 0 without either."""
    tag = _TAG.fullmatch(ref.removeprefix("refs/tags/"))
    return event_number or (int(tag[1]) if tag else 0)


def flags(labels: Collection[str], body: str) -> dict[str, bool]:
    """Each flag: whether a label has its name, or the text has it in brackets."""
    return {flag: flag in labels or f"[{flag}]" in body for flag in FLAGS}


def reenabled(text: str, *, here: str, issues: str) -> tuple[int, ...]:
    """The issues of the repository `issues` (owner/name) that a text written in the repository `here` closes, in its
    order, each once. `#123` means an issue of `here`; an address says whose issue it is."""
    found = (match for match in _CLOSES.finditer(text) if (match[1] or here).lower() == issues.lower())
    return tuple(dict.fromkeys(int(match[2]) for match in found))
