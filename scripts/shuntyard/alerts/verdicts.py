"""Conditions about the A/B's verdict: `verdict == regressed`, `tests != equivalent or improved`.

The verdict is a word of shuntyard.stats.equivalence, so it is asked for by name and never compared as a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast, get_args

from shuntyard import conditions
from shuntyard.conditions import MAX_LENGTH, Condition
from shuntyard.errors import ShuntyardError

Subject = Literal["verdict", "tests"]
Verdict = Literal["equivalent", "regressed", "improved", "inconclusive"]  # as in stats, which takes SciPy to import

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
_FORM = re.compile(r"([a-z_]+) *(==|!=) *([a-z]+(?: +or +[a-z]+)*)")


@dataclass(frozen=True, slots=True)
class VerdictCondition:
    """`quantity` is "verdict" (all of the A/B) or "tests" (same tests with the same outcomes); holds when it is one of
    `wanted`."""

    text: str
    quantity: Subject
    wanted: frozenset[Verdict]

    def holds(self, verdict: str | None) -> bool | None:
        """Whether it holds; None where there is no verdict."""
        return None if verdict is None else verdict in self.wanted


Question: TypeAlias = "Condition | VerdictCondition"


def parse(text: str) -> Question:
    """A condition of either kind. Raises ShuntyardError that says what is wrong and what would be right."""
    if len(text) > MAX_LENGTH:
        raise ShuntyardError(f"a condition of {len(text)} characters", hint=f"at most {MAX_LENGTH} are read")
    found = _FORM.fullmatch(text.strip())
    if not found or found[1] not in get_args(Subject):
        return conditions.parse(text)
    named = [word for word in found[3].split() if word != "or"]
    unknown = [word for word in named if word not in VERDICTS]
    if unknown:
        raise ShuntyardError(f"there is no verdict {unknown[0]!r}", hint=f"verdicts are {', '.join(VERDICTS)}")
    listed = frozenset(cast("list[Verdict]", named))
    wanted = listed if found[2] == "==" else frozenset(VERDICTS) - listed
    return VerdictCondition(text=text, quantity=cast(Subject, found[1]), wanted=wanted)
