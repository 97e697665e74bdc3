"""Puts what several files say together: each case once with its attempts, and an error row for each unusable file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from shuntyard.cases import bound, case_id, merge
from shuntyard.ingest.bazel_places import Place, case_of, is_made_by_bazel, place_of, prefix_of
from shuntyard.ingest.told import Attempt, Source
from shuntyard.junit import MOST_CASES
from shuntyard.result import BAD_CASES, CaseResult

Again = Literal["worst", "attempts"]
_CACHED = {"cached": 1.0}


class Combined(NamedTuple):
    """All cases, the error rows last. `problems` say what is wrong with which file; `notes` what else to know."""

    cases: tuple[CaseResult, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def combine(sources: Sequence[Source], again: Again = "worst") -> Combined:
    """Everything that the sources say. `again` is what it means when two tell of one case, or one does so twice.

    "worst": it ran in each, and the worst counts, because a failure must not vanish behind a pass. "attempts": it was
    tried again, and the last one counts. Nothing that one source says can take a case of another away.
    """
    book = _Book(again)
    attempts = {place: each for source in sources for place, each in (source.told.attempts or {}).items()}
    sources, stale = _current(sources, attempts)
    notes = [f"{source.name}: {note}" for source in sources for note in source.told.notes]
    if stale:
        notes.append(
            f"{stale[0]} and {len(stale) - 1:,} more of earlier builds are left out: no build event names them"
        )
    replaced: set[tuple[str, int]] = set()
    for group in _groups(sources):
        cases: list[CaseResult] = []
        for source, place in group:
            own, dropped = _located(source, place, attempts.get(place) if place else None)
            cases += own
            replaced |= dropped
        book.add(_counted(cases) if len(group) > 1 else cases)
    for source in sources:
        if source.format == "bazel-events":
            book.add(case for case in source.told.cases if (case.case, case.attempt) not in replaced)
    problems = [f"{source.name}: {source.told.problem}" for source in sources if source.told.problem]
    rows = [_row(source) for source in sources if source.told.problem]
    cases_found, left_out = book.cases(MOST_CASES)
    if left_out:
        problems.append(f"{left_out:,} cases are left out: a record holds up to {MOST_CASES:,}")
    return Combined(cases=(*cases_found, *merge(rows)), problems=tuple(problems), notes=tuple(notes))


def _row(source: Source) -> CaseResult:
    """The error row: its id is the file's, as that of a test file that cannot be imported."""
    return CaseResult(case=case_id(f"{source.name}::(file)"), outcome="error", message=bound(source.told.problem))


def _current(sources: Sequence[Source], attempts: Mapping[Place, Attempt]) -> tuple[list[Source], list[str]]:
    """Without the files of earlier builds, which Bazel leaves lying: build events name those of their own."""
    if not any(source.format == "bazel-events" for source in sources):
        return list(sources), []
    stale = {
        source.name for source in sources if (place := place_of(source.name)) is not None and place not in attempts
    }
    return [source for source in sources if source.name not in stale], sorted(stale)


def _groups(sources: Sequence[Source]) -> list[list[tuple[Source, Place | None]]]:
    """What is told together: the test.xml files of one run and shard of a Bazel target, by attempt; else each file."""
    groups: list[list[tuple[Source, Place | None]]] = []
    by_place: dict[str, list[tuple[Source, Place | None]]] = {}
    for source in sources:
        if source.format == "bazel-events":
            continue
        place = place_of(source.name) if source.format == "junit" else None
        if place is None:
            groups.append([(source, None)])
            continue
        target = case_of(place.label, place.shard, place.shards, place.run, place.runs)
        if target not in by_place:
            groups.append(by_place.setdefault(target, []))
        by_place[target].append((source, place))
    for group in by_place.values():
        group.sort(key=lambda item: item[1].attempt if item[1] else 0)
    return groups


def _located(
    source: Source, place: Place | None, attempt: Attempt | None
) -> tuple[Sequence[CaseResult], set[tuple[str, int]]]:
    """The cases with their target in front, and which of the events' own rows they make superfluous.

    A target's row stays when it is bad and no case says why: a test that was killed wrote what it could until then.
    """
    cases = source.told.cases
    if place is None:
        return cases, set()
    if is_made_by_bazel(place, [case.case for case in cases]):
        if attempt is not None:
            return [], set()
        name = case_id(case_of(place.label, place.shard, place.shards, place.run, place.runs))
        return [replace(cases[0], case=name)], set()
    label = attempt.label if attempt else place.label
    prefix = prefix_of(place, label)
    own = [replace(case, case=case_id(f"{prefix}::{case.case}")) for case in cases]
    if attempt is None:
        return own, set()
    if attempt.cached:
        own = [replace(case, setup_s=0.0, call_s=0.0, metrics={**case.metrics, **_CACHED}) for case in own]
    elif attempt.case.metrics:
        own = [replace(case, metrics={**case.metrics, **attempt.case.metrics}) for case in own]
    row = attempt.case
    explained = row.outcome not in BAD_CASES or any(case.outcome in BAD_CASES for case in own)
    return own, {(row.case, row.attempt)} if explained and own and not source.told.problem else set()


def _counted(cases: Iterable[CaseResult]) -> list[CaseResult]:
    """The attempts of each case numbered through, in order."""
    numbers: dict[str, int] = defaultdict(int)
    found = []
    for case in cases:
        numbers[case.case] += 1
        found.append(replace(case, attempt=numbers[case.case]))
    return found


class _Book:
    """Each case with its attempts, in order of its first mention."""

    def __init__(self, again: Again) -> None:
        self._again = again
        self._found: dict[str, list[CaseResult]] = {}

    def add(self, cases: Iterable[CaseResult]) -> None:
        """What one source says. A case whose attempt is not above the one before it was run once more."""
        entries = list(cases)
        names = [case.case for case in entries]
        if len(set(names)) == len(names) and self._found.keys().isdisjoint(names):
            self._found.update(zip(names, ([case] for case in entries), strict=True))
            return
        runs: dict[str, list[list[CaseResult]]] = {}
        for case in entries:
            mine = runs.get(case.case)
            if mine is None:
                runs[case.case] = [[case]]
            elif case.attempt > mine[-1][-1].attempt:
                mine[-1].append(case)
            else:
                mine.append([case])
        for name, mine in runs.items():
            known = self._found.get(name)
            for attempts in mine:
                known = attempts if known is None else self._together(known, attempts)
            if known is not None:
                self._found[name] = known

    def _together(self, one: list[CaseResult], other: list[CaseResult]) -> list[CaseResult]:
        if self._again == "attempts":
            return _numbered([*one, *other])
        # Last attempt with last attempt: neither verdict can hide the other.
        if len(one) < len(other):
            one, other = other, one
        earlier, same = one[: len(one) - len(other)], one[len(one) - len(other) :]
        both = [merge((a, replace(b, attempt=a.attempt)))[0] for a, b in zip(same, other, strict=True)]
        return _numbered([*earlier, *both])

    def cases(self, most: int) -> tuple[list[CaseResult], int]:
        """At most so many entries, bad ones before others, and how many are left out."""
        found = [case for attempts in self._found.values() for case in attempts]
        if len(found) <= most:
            return found, 0
        first = sorted(range(len(found)), key=lambda i: found[i].outcome not in BAD_CASES)[:most]
        return [found[index] for index in sorted(first)], len(found) - most


def _numbered(attempts: Sequence[CaseResult]) -> list[CaseResult]:
    return [replace(case, attempt=number) for number, case in enumerate(attempts, 1)]
