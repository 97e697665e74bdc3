"""One verdict for each test, and who is enabled at which share. Pure.

Each test in scope has a position from 0 to 100: its priority's span, and within that a place given by the SHA-256 of
its name. At a share of 25 % the tests at positions below 25 are enabled. A position depends on nothing but the scope
and the name, so the shares are nested, raising one takes nothing out, and a test that comes or goes moves no other.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from shuntyard.scope.model import Priority, Rule, Scope, Side, Whole
from shuntyard.scope.patterns import Patterns

WHOLE = 100.0  # percent
UNREVIEWED, UNNAMED = -1, -2  # in the place of a rule
NO_NAME = "not the name of a test file below the tests' folder"
# What a name may hold, so that it is safe as an argument and in a file; the bound is a path's usual one.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_LONGEST = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the scope says of one test. `rule` counts from 0; it is UNREVIEWED where none fits, UNNAMED for no name.
    `position` is from 0 to 100, and beyond for a test that is out."""

    test: str
    scope: Side
    reason: str
    rule: int
    priority: str = ""
    position: float = float("inf")

    def enabled(self, share: float) -> bool:
        """Whether it is in scope and among the first `share` percent."""
        return self.scope == "in" and (share >= WHOLE or self.position < share)

    @property
    def is_unreviewed(self) -> bool:
        """Whether no rule fits it, so that nobody has decided yet."""
        return self.rule == UNREVIEWED

    def why_not(self, share: float) -> str:
        """Why it is not enabled at a share; empty when it is. The same words for all that share a reason."""
        if self.enabled(share):
            return ""
        return self.reason if self.scope == "out" else f"in scope, and not among the first {share:g} %"


class Judge:
    """A scope, ready to judge names."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._rules = [(Patterns(rule.tests), rule) for rule in scope.rules]
        self._together = [(Patterns(item.tests), item.whole) for item in scope.together]
        self._spans = _spans(scope.priorities)

    def verdict(self, name: str) -> Verdict:
        """What the scope says of the test `name`, such as `dynamo/test_misc` or `dynamo/test_misc.py`."""
        test = plain(name)
        if not is_name(test):
            return Verdict(test=name, scope="out", reason=NO_NAME, rule=UNNAMED)
        for index, (patterns, rule) in enumerate(self._rules):
            if patterns.fit(test):
                return self._verdict(test, rule, index)
        return self._verdict(test, self.scope.otherwise, UNREVIEWED)

    def whole(self, test: str) -> Whole | None:
        """What of the test must not be cut apart; None: it may be cut anywhere."""
        return next((whole for patterns, whole in self._together if patterns.fit(test)), None)

    def _verdict(self, test: str, rule: Rule, index: int) -> Verdict:
        if rule.scope == "out":
            return Verdict(test=test, scope="out", reason=rule.reason, rule=index)
        low, width = self._spans[rule.priority]
        position = low + width * fraction(f"{self.scope.salt}\n{test}")
        return Verdict(test=test, scope="in", reason=rule.reason, rule=index, priority=rule.priority, position=position)


def plain(name: str) -> str:
    """The name without the suffix that files have and lists of durations lack."""
    return name.removesuffix(".py")


def is_name(test: str) -> bool:
    """Whether it can be the name of a test file: relative, without anything that a shell or a path would read."""
    return len(test) <= _LONGEST and ".." not in test and _NAME.fullmatch(test) is not None


def fraction(text: str) -> float:
    """A number from 0 to below 1 that only the text decides: the first 53 bits of its SHA-256."""
    digest = hashlib.sha256(text.encode(errors="surrogateescape")).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / (1 << 53)


def _spans(priorities: tuple[Priority, ...]) -> dict[str, tuple[float, float]]:
    """Where each priority begins, and how wide it is, both in percent of the scope."""
    spans, low = {}, 0.0
    for priority in priorities:
        spans[priority.name] = (low, priority.share)
        low += priority.share
    return spans
