"""Which files of a listing make up a history at one moment, so that each run is read once and none is missed. Pure.

A month has run files and, after compactions, merged files with rising generations. A merged file names the runs that it
holds. Generation n+1 is made from generation n and further run files, and creating its name fails when it is taken: so
the highest generation holds what all lower ones do, and whoever reads it leaves out those and the run files it names.
Removing what is left out changes nothing for a reader: so a compaction may be stopped between any two steps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from shuntyard.errors import Problem
from shuntyard.store import EVERYTHING, Chosen
from shuntyard.store.key import SCHEMA, Name, month_of, parse_name

Covers = Callable[[Name], "frozenset[str] | str"]
NEWER = "it was written by a newer version of Shuntyard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month's files. `runs` are those that no merged file names; `covered` those that `merged` names, which are
    still there; `superseded` are lower generations. `held` are the runs in `merged`, `last` the highest generation that
    there is, readable or not."""

    month: str
    merged: Name | None = None
    held: frozenset[str] = frozenset()
    runs: tuple[Name, ...] = ()
    covered: tuple[Name, ...] = ()
    superseded: tuple[Name, ...] = ()
    last: int = 0

    @property
    def readable(self) -> tuple[Name, ...]:
        """What a reader reads."""
        return (*((self.merged,) if self.merged else ()), *self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The months, oldest first, and what is wrong with files that are left out."""

    months: tuple[Month, ...] = ()
    problems: tuple[Problem, ...] = field(default_factory=tuple)

    @property
    def names(self) -> list[Name]:
        """The files that a reader reads."""
        return [name for month in self.months for name in month.readable]

    @property
    def attempts(self) -> bool:
        """Whether a run can be there in more than one attempt."""
        stems = [name.stem for name in self.names if name.stem]
        held = [stem for month in self.months for stem in month.held]
        return any(attempt_of(stem) > 1 for stem in (*stems, *held))


def attempt_of(stem: str) -> int:
    """The attempt that a stem ends with; 1 where it says none."""
    number = stem.rsplit("-", 2)[-2].removeprefix("a") if stem.count("-") >= 2 else ""
    return int(number) if number.isdecimal() else 1


def take(paths: Iterable[str], covers: Covers, chosen: Chosen = EVERYTHING) -> Snapshot:
    """The snapshot of a listing. `covers` gives the stems that a merged file holds, or a text that says what is wrong
    with it: then the next lower generation counts, with the run files that it does not name."""
    by_month: dict[str, list[Name]] = defaultdict(list)
    problems = []
    for name in filter(None, map(parse_name, paths)):
        if _outside(name.month, chosen):
            continue
        if name.schema > SCHEMA:
            problems.append(_problem(name, f"{NEWER} (schema {name.schema})", "update the toolkit to read it"))
            continue
        by_month[name.month].append(name)
    merged = {month: _newest_merged(names, covers, problems) for month, names in by_month.items()}
    held = frozenset[str]().union(*(stems for _, stems in merged.values()))
    months = []
    seen: set[str] = set()
    for month, names in sorted(by_month.items()):
        months.append(_month(month, names, *merged[month], held | seen))
        seen |= {name.stem for name in months[-1].runs}
    return Snapshot(months=tuple(months), problems=tuple(problems))


def _newest_merged(
    names: Sequence[Name], covers: Covers, problems: list[Problem]
) -> tuple[Name | None, frozenset[str]]:
    """The highest generation that can be read, and the stems in it."""
    for name in sorted((name for name in names if not name.stem), key=lambda name: -name.generation):
        answer = covers(name)
        if not isinstance(answer, str):
            return name, answer
        problems.append(_problem(name, answer, "the runs in it are missing unless an older file still has them"))
    return None, frozenset()


def _month(
    month: str, names: Sequence[Name], merged: Name | None, held: frozenset[str], elsewhere: frozenset[str]
) -> Month:
    """One month. A run that two months hold (its start was corrected between two attempts to append it) counts once."""
    generation = merged.generation if merged else 0
    return Month(
        month=month,
        merged=merged,
        held=held,
        runs=tuple(name for name in names if name.stem and name.stem not in elsewhere),
        covered=tuple(name for name in names if name.stem in held),
        superseded=tuple(name for name in names if not name.stem and name.generation < generation),
        last=max((name.generation for name in names), default=0),
    )


def _outside(month: str, chosen: Chosen) -> bool:
    early = chosen.since is not None and month < month_of(chosen.since)
    late = chosen.until is not None and month > month_of(chosen.until)
    return early or late


def _problem(name: Name, message: str, hint: str) -> Problem:
    return Problem(file=name.path, rule="history", message=message, hint=hint)


def damaged(name: Name, what: str) -> Problem:
    """The problem of a file that cannot be read."""
    return _problem(name, f"it is damaged and left out: {what}", "append its run again from the run's report.json")
