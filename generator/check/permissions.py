"""What a called workflow asks for, its callers grant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.check.subject import File, Subject
from generator.check.support.calls import Call, chains
from generator.check.support.workflow import Job, events, jobs
from generator.shape import mapping
from shuntyard.errors import Problem

SUMMARY = "what a callee's jobs ask for is granted along each call chain; our workflows state theirs, and never all"
LEVELS = {"none": 0, "read": 1, "write": 2}
DEFAULT = {
    "contents": "read",
    "packages": "read",
    "metadata": "read",
}  # the restricted token of a repository's settings
EVERYTHING = "*"


def check(subject: Subject) -> Iterator[Problem]:
    """A callee can only lower what its caller grants; asking for more fails the whole run before its first job.

    Source: docs.github.com, "Reusing workflow configurations"; jax #39655, pytorch #180755.
    """
    for file in subject.home.workflows:
        yield from _stated(file)
    for tree in (subject.home, *subject.callers):
        for file in tree.workflows:
            for chain in chains(subject, file):
                yield from _granted(file, chain)


def _stated(file: File) -> Iterator[Problem]:
    data = mapping(file.document.data)
    if "permissions" not in data:
        hint = "add `permissions: {}` at the top, and to each job what it needs"
        yield file.problem((), "the workflow does not state its permissions", hint=hint)
    for path, holder in [((), data), *((job.path, job.data) for job in jobs(file))]:
        if holder.get("permissions") in ("write-all", "read-all"):
            hint = "name what is needed, such as `contents: read`"
            yield file.problem((*path, "permissions"), f"{holder['permissions']} asks for everything", hint=hint)


def _granted(root: File, chain: tuple[Call, ...]) -> Iterator[Problem]:
    """The last call of the chain, where what it grants comes from the chain's root.

    A call further down that states its own permissions is judged where its file is the root.
    """
    last = chain[-1]
    if last.target is None or any(_own(call.job) is not None for call in chain[1:]):
        return
    granted = _own(chain[0].job)
    if granted is None:
        if set(events(root)) <= {"workflow_call"}:
            return  # it passes on what its own callers grant
        granted = DEFAULT
    lacking: dict[str, list[str]] = {}
    for job in jobs(last.target):
        for scope, level in (_own(job) or {}).items():
            if LEVELS.get(level, 0) > LEVELS.get(_level(granted, scope), 0):
                lacking.setdefault(f"{scope}: {level}", []).append(job.id)
    if lacking:
        yield _problem(chain, granted, lacking)


def _problem(chain: tuple[Call, ...], granted: Mapping[str, str], lacking: Mapping[str, list[str]]) -> Problem:
    call = chain[0].job
    asked = "; ".join(
        f"{wish} (job{'s' if len(jobs_) > 1 else ''} {', '.join(jobs_)})" for wish, jobs_ in sorted(lacking.items())
    )
    names = " → ".join(link.reference.text for link in chain)
    has = ", ".join(f"{wish.split(':')[0]}: {_level(granted, wish.split(':')[0])}" for wish in sorted(lacking))
    message = f"{names} asks for {asked}, and the job {call.id} grants {has}: GitHub refuses the whole run at its start"
    wanted = ", ".join(sorted(lacking))
    return call.file.problem(
        (*call.path, "uses"), message, hint=f"give the job {call.id} `permissions: {{{wanted}}}` and what else it needs"
    )


def _own(job: Job) -> dict[str, str] | None:
    """What the job states, itself or through its workflow; None where neither says anything."""
    for holder in (job.data, mapping(job.file.document.data)):
        if "permissions" in holder:
            return _levels(holder["permissions"])
    return None


def _levels(value: Any) -> dict[str, str]:
    if value in ("read-all", "write-all"):
        return {EVERYTHING: value.removesuffix("-all")}
    return {str(scope): str(level) for scope, level in mapping(value).items()}


def _level(granted: Mapping[str, str], scope: str) -> str:
    return granted.get(scope, granted.get(EVERYTHING, "none"))
