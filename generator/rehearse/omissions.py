"""What the workflow asks for and act does not enforce: the part of the verdict that says what was not shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from generator.rehearse.events import Event
from generator.rehearse.outcome import Omission
from generator.rehearse.substitutes import Substitutes
from generator.rehearse.survey import File, Survey
from generator.shape import dig, items, mapping
from generator.source import KeyPath

WHY = {
    "routing": "act never chooses a machine by its labels; every job ran on this one",
    "time limits": "act does not stop a job after its timeout-minutes",
    "concurrency": "act neither queues nor cancels runs",
    "permissions": "act gives no token, so nothing is refused",
    "OIDC": "no identity token (id-token: write) exists here",
    "environment": "no protection rule, secret or variable of an environment applies here",
    "container": "no container runs here",
    "services": "no service container runs here",
    "secrets": "no secret is known here; each is empty",
    "variables": "no variable is known here; each is empty",
    "filters": "path filters are not judged; the event counts as one that passes them",
    "checkout": "act copies the working tree with its whole history; GitHub fetches one commit by default",
    "merge commit": "a pull request is checked out as it is, not merged with its base",
}
SOME = "only the {0} that --{0} gives are known here; any other is empty"
STAND_INS = {
    "actions/setup-python": "stood in for: a fresh virtual environment of a Python that is on this machine",
    "actions/upload-artifact": "stood in for: artifacts travel through a folder",
    "actions/download-artifact": "stood in for: artifacts travel through a folder",
    "pypa/gh-action-pypi-publish": "stood in for: twine uploads to --index, as nobody, and nothing is attested",
    "actions/checkout": "stood in for where it names a ref or a repository: clones on this machine",
}


def omissions(
    survey: Survey,
    event: Event,
    substitutes: Substitutes,
    removed: Mapping[str, Iterable[tuple[str, int]]],
    *,
    given: Mapping[str, Path | None] | None = None,
) -> tuple[Omission, ...]:
    """One entry a feature, with the first place that asks for it; then the stand-ins, and what was taken out.

    `given` are the files with secrets and variables.
    """
    places: dict[str, list[str]] = {}
    for file in survey.files.values():
        for feature, path in _asked_for(file):
            places.setdefault(feature, []).append(f"{file.path}:{file.document.mark(path, key=True).line}")
    if event.name.startswith("pull_request"):
        places.setdefault("merge commit", [])
    why = {**WHY, **{feature: SOME.format(feature) for feature, file in (given or {}).items() if file}}
    found = [Omission(feature=name, why=why[name], where=_where(places[name])) for name in why if name in places]
    found += [Omission(feature=action, why=STAND_INS[action]) for action in substitutes.used]
    found += [
        Omission(feature=action, why="nothing stands in for it, so its step ends the job")
        for action in substitutes.refused
    ]
    for file_path, keys in removed.items():
        found += [
            Omission(feature=key, why="taken out: act rejects it", where=f"{file_path}:{line}") for key, line in keys
        ]
    return tuple(found)


def _where(places: list[str]) -> str:
    unique = list(dict.fromkeys(places))
    more = f" and {len(unique) - 1} more" if len(unique) > 1 else ""
    return unique[0] + more if unique else ""


def _asked_for(file: File) -> Iterator[tuple[str, KeyPath]]:
    """Each feature that a file asks for, with its place."""
    data = mapping(file.document.data)
    for started_by, filters in mapping(data.get("on")).items():
        yield from (
            ("filters", ("on", started_by, key)) for key in ("paths", "paths-ignore") if key in mapping(filters)
        )
    places: list[KeyPath] = [(), *(("jobs", name) for name in file.jobs)]
    for place in places:
        at = mapping(dig(data, place))
        yield from (
            (key, (*place, key)) for key in ("concurrency", "environment", "container", "services") if at.get(key)
        )
        if at.get("permissions"):
            yield "permissions", (*place, "permissions")
        if mapping(at.get("permissions")).get("id-token") == "write":
            yield "OIDC", (*place, "permissions", "id-token")
        if place:
            yield from _asked_for_by_job(at, place)


def _asked_for_by_job(job: Mapping[str, Any], place: KeyPath) -> Iterator[tuple[str, KeyPath]]:
    if "matrix." in str(job.get("runs-on", "")):
        yield "routing", (*place, "runs-on")
    if "timeout-minutes" in job:
        yield "time limits", (*place, "timeout-minutes")
    read = str({key: job.get(key) for key in ("env", "if", "steps", "with")})
    if job.get("secrets") or "secrets." in read:
        yield "secrets", (*place, "secrets") if job.get("secrets") else place
    if "vars." in read:
        yield "variables", place
    for index, step in enumerate(items(job.get("steps"))):
        if str(mapping(step).get("uses", "")).startswith("actions/checkout@"):
            yield "checkout", (*place, "steps", index, "uses")
