"""Promotion: an image that passed its tests gets its release names, by copy. It is never built again.

A tag of a version never moves; `latest` and nightly tags do, and only to a digest that the report vouches for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from shuntyard.errors import EXIT_PROBLEMS, ShuntyardError
from shuntyard.handover import Handover
from shuntyard.human import count
from shuntyard.images.registry import Registry, check_tag
from shuntyard.markdown import code
from shuntyard.passed import passed_rows

LATEST, NIGHTLY = "latest", "nightly"
# Semantic Versioning 2.0.0, "Is there a suggested regular expression"; a build part (+...) cannot be in a tag.
_SEMVER = re.compile(
    r"v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(?P<pre>[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?(?P<build>\+.+)?"
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One tag and what became of it: `added`, `already` there with this digest, `moved` from `before`, `planned`."""

    reference: str
    result: Literal["added", "already", "moved", "planned"]
    before: str = ""


class Names(NamedTuple):
    """What to call it: a semantic version, a day, `latest`, and others."""

    version: str = ""
    night: str = ""
    latest: bool = False
    others: tuple[str, ...] = ()


def tags_of(names: Names, image: Handover) -> list[str]:
    """The tags to give; where no name is asked for, the nightly of the day that the image's own time says.

    An image of a matrix carries its axes in each tag, `1.4.0-python3.12-rocm7.2.0`: two of them in one repository would
    otherwise take each other's name. Raises ShuntyardError for a version that is not semantic and a day that is none.
    """
    night = names.night or ("" if any(names) else image.fact("created")[:10])
    tags = [*names.others]
    if names.version:
        match = _SEMVER.fullmatch(names.version)
        if not match or match["build"]:
            hint = "such as 1.4.0, v1.4.0 or 1.4.0-rc.1; a tag has no place for +build"
            raise ShuntyardError(f"the version {names.version[:100]!r} is not semantic", hint=hint)
        if names.latest and match["pre"]:
            text = f"{names.version} is a pre-release, and latest is for releases"
            raise ShuntyardError(text, hint="leave latest out")
        tags.append(names.version.removeprefix("v"))
    if night:
        if not _DAY.fullmatch(night):
            raise ShuntyardError(f"the night {night[:100]!r} is no day", hint="such as 2026-11-22")
        tags.append(f"{NIGHTLY}-{night}")
    tags += [LATEST] if names.latest else []
    suffix = "".join(f"-{name}{value}" for name, value in sorted(image.axes.items()))
    return list(dict.fromkeys(check_tag(f"{tag}{suffix}") for tag in tags))


def check_passed(image: Handover, report: Path, axes: Mapping[str, str]) -> tuple[str, ...]:
    """The rows that tested the image. Raises ShuntyardError unless each of them passed, in the run that built it."""
    digest = image.fact("digest")
    passed = passed_rows(report, {**image.axes, **axes}, image=digest)
    if not passed.good:
        hint = "nothing was promoted; the image stays where it is"
        raise ShuntyardError(f"{digest} is not promoted: {passed.why_not}", hint=hint, exit_code=EXIT_PROBLEMS)
    built = image.facts.get("run-id", "")
    if built and passed.run_id and built != passed.run_id:
        text = f"{digest} was built in run {built}, and the report is of run {passed.run_id}"
        raise ShuntyardError(text, hint="pass the report of the run that tested this image", exit_code=EXIT_PROBLEMS)
    return passed.rows


def promote(registry: Registry, source: str, targets: Sequence[str], *, dry_run: bool = False) -> Iterator[Move]:
    """Gives the image `source` (`repository@sha256:…`) the names `repository:tag`, one after the other.

    All of them are looked at before the first is written. Raises ShuntyardError where the image is not there, where a
    version's tag has another digest, and where the registry has another digest afterwards.
    """
    digest = source.partition("@")[2]
    if registry.digest(source) != digest:
        hint = "promote from the run that built it, or build it again"
        raise ShuntyardError(f"the registry has no {source}", hint=hint, exit_code=EXIT_PROBLEMS)
    before = {target: registry.digest(target) for target in targets}
    for target, old in before.items():
        if old not in ("", digest) and not _may_move(target):
            text = f"{target} is {old} already; a version is never given to another image"
            raise ShuntyardError(text, hint="release under a new version", exit_code=EXIT_PROBLEMS)
    for target, old in before.items():
        if old == digest:
            yield Move(reference=target, result="already")
            continue
        if dry_run:
            yield Move(reference=target, result="planned", before=old)
            continue
        registry.copy(source, target)
        now = registry.digest(target)
        if now != digest:
            text = f"{target} is {now or 'not there'} after the copy, and {digest} was tested"
            raise ShuntyardError(text, hint="something else moves this tag; run this again", exit_code=EXIT_PROBLEMS)
        yield Move(reference=target, result="moved" if old else "added", before=old)


def summary(digest: str, rows: Sequence[str], moves: Sequence[Move]) -> str:
    """What was done, for a step summary."""
    told = "".join(f"- {code(move.reference, 300)} {move.result}\n" for move in moves)
    return f"### Promoted\n\n{code(digest)}: {count(len(rows), 'row')} passed\n\n{told}"


def _may_move(target: str) -> bool:
    tag = target.rpartition(":")[2]
    return any(tag == word or tag.startswith(f"{word}-") for word in (LATEST, NIGHTLY))
