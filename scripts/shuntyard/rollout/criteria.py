"""The language of success criteria: that of alerts' conditions, and two forms more for what the A/B says.

    fallback_rate < 5%                           any condition of shuntyard.conditions, about what is measured
    execution_time within 10% of baseline        the A/B with that margin: equivalent or improved meets it
    tests == equivalent or improved              a verdict of the A/B: tests, execution_time, memory_usage, or verdict

Nothing is ever executed; what is not understood is refused when it is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, cast, get_args

from shuntyard.conditions import MAX_LENGTH, Condition
from shuntyard.conditions import parse as parse_condition
from shuntyard.errors import ShuntyardError

if TYPE_CHECKING:  # it takes scipy, which reading a file does not need
    from shuntyard.stats.equivalence import Verdict

Compared = Literal["execution_time", "memory_usage"]
Subject = Literal["verdict", "tests", "execution_time", "memory_usage"]

RATES = ("success_rate", "fallback_rate", "error_rate")
MEASURED = (*RATES, "execution_time", "memory_usage")
OF_ALL = ("configuration_coverage", "adoption")  # shares of all configurations or workflows: of no single one
VERDICTS: tuple[Verdict, ...] = ("equivalent", "improved", "regressed", "inconclusive")

_WITHIN = re.compile(r"(\w+) +within +±?(\d{1,2}(?:\.\d{1,3})?) ?% +of +(?:the +)?baseline")
_VERDICT = re.compile(r"(\w+) *(==|!=) *([a-z]+(?: +or +[a-z]+)*)")


@dataclass(frozen=True, slots=True)
class Within:
    """Time or memory within ±`share` of the baseline's."""

    quantity: Compared
    share: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict of the A/B that is one of `wanted`."""

    subject: Subject
    wanted: frozenset[Verdict]


Test: TypeAlias = "Within | Judged | Condition"


def parse(text: str, *, everything: bool = False, sure: bool = False) -> Test:
    """What a criterion asks. Raises ShuntyardError with what is wrong and what would be right.

    `everything`: it is asked of all configurations together; `sure`: of the whole interval.
    """
    if len(text) > MAX_LENGTH:
        raise ShuntyardError(f"a condition of {len(text)} characters", hint=f"at most {MAX_LENGTH} are read")
    test = _within(text) or _judged(text)
    if test is not None:
        if sure:
            raise ShuntyardError(f"{text!r} is as sure as its test already", hint="leave `sure` out")
        return test
    condition = parse_condition(text)
    known = (*MEASURED, *OF_ALL) if everything else MEASURED
    if condition.quantity not in known:
        where = "a rollout" if everything else "a single configuration"
        raise ShuntyardError(
            f"{condition.quantity!r} is not measured for {where}", hint=f"known are {', '.join(known)}"
        )
    if sure and (condition.quantity not in RATES or condition.comparison in ("==", "!=")):
        hint = f"`sure` goes with <, <=, > or >= and one of {', '.join(RATES)}"
        raise ShuntyardError(f"no interval can be sure that {text!r}", hint=hint)
    return condition


def _within(text: str) -> Within | None:
    found = _WITHIN.fullmatch(text.strip())
    if not found:
        return None
    if found[1] not in get_args(Compared):
        known = " and ".join(get_args(Compared))
        raise ShuntyardError(f"{found[1]!r} is not compared with a baseline", hint=f"{known} are")
    share = float(found[2]) / 100
    if share == 0:
        raise ShuntyardError(f"{text!r} leaves no room", hint="no number of runs shows two arms to be exactly the same")
    return Within(cast(Compared, found[1]), share)


def _judged(text: str) -> Judged | None:
    found = _VERDICT.fullmatch(text.strip())
    if not found:
        return None
    words = found[3].split(" or ")
    names = [word.strip() for word in words]
    unknown = [name for name in names if name not in VERDICTS]
    if found[1] not in get_args(Subject):
        hint = f"verdicts are of {', '.join(get_args(Subject))}"
        raise ShuntyardError(f"there is no verdict of {found[1]!r}", hint=hint)
    if unknown:
        raise ShuntyardError(f"there is no verdict {unknown[0]!r}", hint=f"verdicts are {', '.join(VERDICTS)}")
    listed = frozenset(cast("list[Verdict]", names))
    wanted = listed if found[2] == "==" else frozenset(VERDICTS) - listed
    return Judged(cast(Subject, found[1]), wanted)


def needs_baseline(test: Test) -> bool:
    """Whether the A/B has to be computed for it."""
    return not isinstance(test, Condition) or test.quantity in get_args(Compared)


def holds_at(condition: Condition, value: float) -> bool:
    """Whether a condition about a rate holds for a value."""
    return bool(condition.holds({condition.quantity: value}, {}))
