"""Which pipeline a job of the provider belongs to. Pure.

A provider knows jobs by the workflow that started them, which may call several pipelines beside jobs of its own. GitHub
names a called workflow's job `<calling job> / <job>`, and a job that runs a unit ends in the unit's id: so the units
tell which calling job is which pipeline, and every other job of that call (select, report, gate) belongs to it too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

SEPARATOR = " / "


def by_pipeline(
    rows: Sequence[Mapping[str, Any]], units: Mapping[str, Collection[str]]
) -> dict[str, list[dict[str, Any]]]:
    """The rows of columns.JOBS by pipeline, each with its pipeline's name; `units` are the ids of its units.

    A call that fits two pipelines equally well, or none, is left out; but where there is only one pipeline, and none of
    its units is found, every job is taken for its own.
    """
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    owners = {unit: [name for name, ids in units.items() if unit in ids] for ids in units.values() for unit in ids}
    for row in rows:
        for pipeline in owners.get(_unit(row["job"]), ()):
            votes[_call(row["job"])][pipeline] += 1
    chosen = {call: pipeline for call, counts in votes.items() if (pipeline := _winner(counts))}
    if not chosen and len(units) == 1:
        (only,) = units
        return {only: [{**row, "pipeline": only} for row in rows]}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in units}
    for row in rows:
        owner = chosen.get(_call(row["job"]))
        if owner:
            found[owner].append({**row, "pipeline": owner})
    return found


def _call(job: str) -> str:
    """The calling job, or several of them; empty for a job of the workflow itself."""
    return job.rpartition(SEPARATOR)[0]


def _unit(job: str) -> str:
    """`docs_test` of `ab / test docs_test`."""
    return job.rpartition(SEPARATOR)[2].rpartition(" ")[2]


def _winner(counts: Counter[str]) -> str:
    """The one with most votes; empty when two have as many."""
    first, *others = counts.most_common(2)
    return "" if others and others[0][1] == first[1] else first[0]
