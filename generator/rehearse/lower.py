"""Rewrites the copies so that act 0.2.89 reads them, and says what it left out. Nothing else in a file changes.

act rejects a whole file for a key that it does not know, knows no `$/` references, and would run (or silently skip) a
job that this machine cannot run. It knows `continue-on-error` of steps only, so a job's own moves to its steps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.rehearse.edits import Edit, Text
from generator.rehearse.survey import File
from generator.shape import dig, items, mapping
from generator.source import KeyPath

# What act 0.2.89 knows as permissions; it enforces none of them, so a block with another name in it is dropped whole.
PERMISSIONS = frozenset({
    "actions", "attestations", "checks", "contents", "deployments", "discussions", "id-token", "issues", "models",
    "packages", "pages", "pull-requests", "repository-projects", "security-events", "statuses",
})  # fmt: skip
JOB_KEYS = ("snapshot", "cache-mode")
FORGIVES = "continue-on-error"
_ASKS_STATUS = re.compile(r"\b(always|success|failure|cancelled)\s*\(")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowered:
    """A file's text for act, and what was taken out of it: (what, line)."""

    text: str
    removed: tuple[tuple[str, int], ...] = ()


def lower(file: File, own_reference: Callable[[str], str], blocked: Mapping[str, str], at_once: int = 0) -> Lowered:
    """`own_reference` spells `$/path` with a repository and a ref; `blocked` are the jobs that must not run.

    `at_once` limits how many jobs of a matrix run together, which is four where nothing says otherwise.
    """
    text = Text(file.text)
    edits: list[Edit] = []
    for path, value in _references(file.document.data):
        if value.startswith("$/"):
            edits.append(text.replace_scalar(path, own_reference(value[2:])))
    removals = [path for path in _unknown_to_act(file.document.data) if path in text.pairs]
    edits += [text.remove(path) for path in removals]
    for job in blocked:
        path = ("jobs", job, "if")
        if path in text.pairs:
            edits.append(text.replace_scalar(path, "false"))
        else:
            edits.append(text.insert_first(("jobs", job), "if", "false"))
    edits += [
        _limit(text, name, at_once) for name, job in file.jobs.items() if at_once and mapping(job.get("strategy"))
    ]
    edits += [edit for name, job in file.jobs.items() for edit in _forgive(text, name, job)]
    removed = tuple((".".join(map(str, path)), file.document.mark(path, key=True).line) for path in removals)
    return Lowered(text=text.apply(edits), removed=removed)


def _forgive(text: Text, name: str, job: Mapping[str, Any]) -> Iterator[Edit]:
    """A job that may fail: each of its steps may, and what comes after a step that failed is left out all the same."""
    if FORGIVES not in job:
        return
    whether = json.dumps(job[FORGIVES])
    before: list[str] = []
    for index, step in enumerate(map(mapping, items(job.get("steps")))):
        path: KeyPath = ("jobs", name, "steps", index)
        if FORGIVES not in step:
            yield text.insert_first(path, FORGIVES, whether)
        condition = str(step.get("if", ""))
        if before and not _ASKS_STATUS.search(condition):
            good = " && ".join(f"steps.{each}.outcome != 'failure'" for each in before)
            own = condition.strip().removeprefix("${{").removesuffix("}}").strip()
            wanted = json.dumps(f"${{{{ ({own}) && {good} }}}}" if own else f"${{{{ {good} }}}}")
            if condition:
                yield text.replace((*path, "if"), wanted)
            else:
                yield text.insert_first(path, "if", wanted)
        before += [str(step["id"])] if step.get("id") else []


def _limit(text: Text, job: str, at_once: int) -> Edit:
    path = ("jobs", job, "strategy")
    if (*path, "max-parallel") in text.pairs:
        return text.replace_scalar((*path, "max-parallel"), str(at_once))
    return text.insert_first(path, "max-parallel", str(at_once))


def _references(data: Any) -> Iterator[tuple[KeyPath, str]]:
    """Every `uses:` with its place."""
    for name, job in mapping(mapping(data).get("jobs")).items():
        if isinstance(mapping(job).get("uses"), str):
            yield ("jobs", name, "uses"), job["uses"]
        yield from _step_references(("jobs", name, "steps"), mapping(job).get("steps"))
    yield from _step_references(("runs", "steps"), mapping(mapping(data).get("runs")).get("steps"))


def _step_references(path: KeyPath, steps: Any) -> Iterator[tuple[KeyPath, str]]:
    for index, step in enumerate(items(steps)):
        if isinstance(mapping(step).get("uses"), str):
            yield (*path, index, "uses"), step["uses"]


def _unknown_to_act(data: Any) -> Iterator[KeyPath]:
    """The keys that act rejects, one path for each removal; no path lies below another."""
    places: list[KeyPath] = [(), *(("jobs", name) for name in mapping(mapping(data).get("jobs")))]
    for place in places:
        if "queue" in mapping(dig(data, (*place, "concurrency"))):
            yield (*place, "concurrency", "queue")
        if set(mapping(dig(data, (*place, "permissions")))) - PERMISSIONS:
            yield (*place, "permissions")
        if set(mapping(dig(data, (*place, "environment")))) - {"name", "url"}:
            yield (*place, "environment")
        yield from ((*place, key) for key in JOB_KEYS if key in mapping(dig(data, place)))
