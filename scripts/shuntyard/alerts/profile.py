"""What slowed: the cases and the stages whose time changed most, between the arms, or from a moment on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shuntyard.analyses.query import Chosen

MOST_CASES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Median seconds of a case or a stage on both sides, and how many measurements each median is of."""

    name: str
    before_s: float
    after_s: float
    n_before: int
    n_after: int

    @property
    def difference_s(self) -> float:
        """Seconds that it takes more than before."""
        return self.after_s - self.before_s

    @property
    def ratio(self) -> float | None:
        """After / before; None where there was nothing before."""
        return self.after_s / self.before_s if self.before_s > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The stages of an execution, in their order, and the cases that changed most, in seconds. `before` and `after`
    name the sides."""

    before: str
    after: str
    stages: tuple[Change, ...] = ()
    cases: tuple[Change, ...] = ()


def between_arms(chosen: Chosen, baseline: str, candidate: str) -> Profile:
    """The candidate's time beside the baseline's."""
    return _profile(chosen, f"arm {baseline}", f"arm {candidate}", baseline=baseline, candidate=candidate, split=None)


def since(chosen: Chosen, moment: datetime) -> Profile:
    """The time from a moment on beside that before it."""
    return _profile(chosen, "before", "since then", baseline="", candidate="", split=moment)


def _profile(chosen: Chosen, before: str, after: str, **parameters: Any) -> Profile:
    rows = chosen.rows("alert_profile_cases", **parameters, most=MOST_CASES)
    cases = [
        Change(
            name=row["case"],
            before_s=row["before_s"],
            after_s=row["after_s"],
            n_before=row["n_before"],
            n_after=row["n_after"],
        )
        for row in rows
    ]
    changed = tuple(each for each in cases if each.difference_s)
    sides = {row["late"]: row for row in chosen.rows("alert_profile_stages", **parameters)}
    if sides.keys() != {False, True}:
        return Profile(before=before, after=after, cases=changed)
    names = {"whole_s": "whole", "fixtures_s": "fixtures", "tests_s": "tests", "rest_s": "start-up and the rest"}
    stages = tuple(
        Change(
            name=name,
            before_s=sides[False][column],
            after_s=sides[True][column],
            n_before=sides[False]["n"],
            n_after=sides[True]["n"],
        )
        for column, name in names.items()
    )
    return Profile(before=before, after=after, stages=stages, cases=changed)
