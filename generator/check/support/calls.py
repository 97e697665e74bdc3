"""Who calls whom: the jobs that call a reusable workflow, and every chain of such calls below a workflow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator import callee
from generator.callee import Reference
from generator.check.subject import File, Subject
from generator.check.support.workflow import Job, jobs

DEEPEST = 12  # GitHub allows 10 levels; two more are enough to prove that there are too many


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Call:
    """A job that calls a workflow. `target` is None for a workflow that is not at hand."""

    job: Job
    reference: Reference
    target: File | None


def resolve(subject: Subject, file: File, text: str) -> tuple[Reference, File | None]:
    """What a `uses:` in `file` means, and the file that it names, where that is at hand."""
    found = callee.parse(text, subject.toolkit.settings.repository)
    if found.kind == "toolkit":
        tree = subject.home
    elif found.kind in ("workspace", "self"):
        tree = subject.tree_of(file)
    else:
        return found, None
    return found, next((tree.files[path] for path in found.files() if path in tree.files), None)


def calls(subject: Subject, file: File) -> list[Call]:
    """The jobs of a workflow that call another, in order."""
    found = []
    for job in jobs(file):
        if job.uses:
            meant, target = resolve(subject, file, job.uses)
            found.append(Call(job=job, reference=meant, target=target))
    return found


def chains(subject: Subject, file: File, above: tuple[Call, ...] = ()) -> Iterator[tuple[Call, ...]]:
    """Every way down from a workflow: each call, then each call of what it calls. A circle ends where it closes."""
    for call in calls(subject, file):
        chain = (*above, call)
        yield chain
        on_the_way = {link.job.file for link in chain}
        if call.target is not None and call.target not in on_the_way and len(chain) < DEEPEST:
            yield from chains(subject, call.target, chain)
