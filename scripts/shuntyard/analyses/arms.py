"""The A/B of a history: measurements and outcomes out of the relations, the verdict from shuntyard.stats.ab."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from shuntyard.analyses.query import Chosen
from shuntyard.result import BAD_CASES
from shuntyard.stats.ab import AbResult, Question, judge
from shuntyard.stats.sample import Measurement

_Place = tuple[str, str, tuple[str, ...]]
_Outcomes = dict[str, dict[str, dict[str, dict[str, int]]]]  # group → arm → case → outcome → how often


def compare_arms(chosen: Chosen, question: Question) -> AbResult:
    """The two arms side by side, for each row that ran in both."""
    arms = {"baseline": question.baseline, "candidate": question.candidate}
    runs = chosen.rows("ab_runs", **arms)
    groups = _groups(runs, question)
    measurements = [
        Measurement(
            group=groups[_place(run)],
            config=run["config"],
            arm=run["arm"],
            pair=f"{run['repository']} {run['pipeline']} {run['run']}",
            repetition=run["repetition"],
            outcome=run["outcome"],
            time_s=run["time_s"],
            memory_mb=run["memory_mb"],
            fell_back=run["fell_back"],
            complete=run["complete"],
            failures=run["failures"],
        )
        for run in runs
    ]
    return judge(measurements, _outcomes(chosen, chosen.rows("ab_cases", **arms), groups, question), question)


@functools.lru_cache(maxsize=4096)  # a year asks a million times about a few hundred rows
def without_arm(row_id: str, arm: str) -> tuple[str, ...]:
    """What a row is besides its arm: the values that its id joins by dots, without one that is the arm's.

    Sorted, because the arm may be any of them: `python.python` and `python.shell` are both the configuration `python`.
    """
    parts = row_id.split(".")
    for part in arm.split("."):
        if part in parts:
            parts.remove(part)
    return tuple(sorted(parts))


def _place(row: Mapping[str, Any]) -> _Place:
    return row["repository"], row["pipeline"], without_arm(row["row_id"], row["arm"])


def _groups(runs: Sequence[Mapping[str, Any]], question: Question) -> dict[_Place, str]:
    """A readable name for each group: the baseline's row id without the arm, with its workflow if there are several."""
    several = len({(run["repository"], run["pipeline"]) for run in runs}) > 1
    names: dict[_Place, str] = {}
    for run in sorted(runs, key=lambda run: run["arm"] != question.baseline):
        place = _place(run)
        if place not in names:
            before, _, after = f".{run['row_id']}.".rpartition(f".{run['arm']}.")
            name = f"{before}.{after}".strip(".") or run["config"] or run["pipeline"]
            names[place] = f"{run['repository']} {run['pipeline']} {name}".strip() if several else name
    return names


def _outcomes(
    chosen: Chosen, counts: Sequence[Mapping[str, Any]], groups: Mapping[_Place, str], question: Question
) -> _Outcomes:
    found: dict[str, dict[str, dict[int, dict[str, int]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(dict)))
    places: dict[tuple[str, str, str, str], str] = {}
    for row in counts:
        key = (row["repository"], row["pipeline"], row["row_id"], row["arm"])
        if key not in places:
            places[key] = groups[_place(row)]
        found[places[key]][row["arm"]][row["case_id"]][row["outcome"]] = row["times"]
    named = _names(chosen, found, question)
    return {
        group: {
            arm: {named.get(case, str(case)): outcomes for case, outcomes in cases.items()}
            for arm, cases in arms.items()
        }
        for group, arms in found.items()
    }


def _names(
    chosen: Chosen, found: Mapping[str, Mapping[str, Mapping[int, Mapping[str, int]]]], question: Question
) -> dict[int, str]:
    """The names of the cases that may have to be told: the arms differ, or they went bad. Reading all names is slow."""
    ids: set[int] = set()
    for arms in found.values():
        a, b = (arms.get(arm, {}) for arm in (question.baseline, question.candidate))
        ids |= {case for case in a.keys() | b.keys() if a.get(case, {}).keys() != b.get(case, {}).keys()}
        ids |= {case for case, outcomes in b.items() if not BAD_CASES.isdisjoint(outcomes)}
    if not ids:
        return {}
    return {row["case_id"]: row["case"] for row in chosen.rows("ab_names", ids=sorted(ids))}
