"""Disabled tests: PyTorch's condensed list, or the issues that it is made from. Pure.

An issue `DISABLED test_x (__main__.TestY)` whose text has a line `Platforms: linux, rocm` turns the case off there;
without such a line, or with an empty one, everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shuntyard.text import line

_NAME = re.compile(r"(test\w{0,300}) \((?:__main__\.)?([\w.]{1,300})\)")
_PLATFORMS = re.compile(r"^[ \t]*platforms?:([^\n]{0,1000})", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class DisabledTest:
    """A case that does not run on `platforms` (all when empty), because of an issue. It is told as skipped with the
    issue, never left out: who reads a result sees it."""

    case: str
    suite: str
    issue: int = 0
    url: str = ""
    platforms: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        return line(f"disabled by {self.url or f'issue #{self.issue}'}")


def read_tests(data: Any) -> tuple[tuple[DisabledTest, ...], list[str]]:
    """The disabled tests of a list, and a note for each entry that is not understood.

    The list is a mapping `"test_x (__main__.TestY)": [issue, url, [platform, ...]]`, or issues as GitHub's API gives
    them; issues that are closed, or about something else, do not count.
    """
    if isinstance(data, Mapping):
        pairs = [(str(name), _entry(str(name), value)) for name, value in data.items()]
        notes = [f"{line(name, 100)} is no disabled test" for name, test in pairs if test is None]
        return tuple(test for _, test in pairs if test is not None), notes
    if isinstance(data, list):
        return tuple(_from_issues(data)), []
    return (), ["it is neither a mapping of tests nor a list of issues"]


def disabled_here(
    tests: Iterable[DisabledTest], platforms: Collection[str], reenabled: Collection[int]
) -> list[DisabledTest]:
    """Those that are off on one of these platforms, but for the issues that this change says it mends."""
    here = {platform.lower() for platform in platforms}
    return sorted(
        test for test in tests if test.issue not in reenabled and (not test.platforms or here & set(test.platforms))
    )


def _entry(name: str, value: Any) -> DisabledTest | None:
    if not isinstance(value, list) or len(value) != 3 or not isinstance(value[2], list):
        return None
    return _test(name, value[0], value[1], (platform for platform in value[2] if isinstance(platform, str)))


def _from_issues(issues: list[Any]) -> Iterator[DisabledTest]:
    for issue in issues:
        title = issue.get("title") if isinstance(issue, Mapping) else None
        if not isinstance(title, str) or not title.startswith("DISABLED ") or issue.get("state", "open") != "open":
            continue
        body = issue.get("body")
        listed = _PLATFORMS.search(body) if isinstance(body, str) else None
        test = _test(
            title.removeprefix("DISABLED").strip(),
            issue.get("number"),
            issue.get("html_url"),
            listed[1].split(",") if listed else (),
        )
        if test:
            yield test


def _test(name: str, issue: Any, url: Any, platforms: Iterable[str]) -> DisabledTest | None:
    parts = _NAME.fullmatch(name.strip())
    if not parts:
        return None
    number = str(issue)
    return DisabledTest(
        case=parts[1],
        suite=parts[2],
        issue=int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0,
        url=url if isinstance(url, str) else "",
        platforms=tuple(sorted({platform.strip().lower() for platform in platforms if platform.strip()})),
    )
