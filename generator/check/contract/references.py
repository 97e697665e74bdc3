"""References to this toolkit name something that exists, at a ref that callers may rely on."""

from __future__ import annotations

from collections.abc import Iterator

from generator import callee
from generator.callee import Reference
from generator.check.subject import File, Subject
from generator.check.support.calls import resolve
from generator.check.support.workflow import Job, Step, events, uses
from generator.faults import suggest
from shuntyard.errors import Problem


def check(subject: Subject) -> Iterator[Problem]:
    """actionlint cannot see another repository, and says nothing about an action that is not there."""
    for file in subject.files:
        for item in uses(file):
            found, target = resolve(subject, file, item.uses)
            if found.kind == "toolkit":
                yield from _at_good_ref(subject, file, item, found)
            if file.ours and isinstance(item, Step) and found.kind == "workspace" and _travels(file):
                hint = f"write $/{found.path}, which stays with the file it stands in"
                message = f"{found.text} is looked for in the caller's checkout"
                yield file.problem((*item.path, "uses"), message, hint=hint)
            elif target is None and (found.kind == "toolkit" or (file.ours and found.kind in ("self", "workspace"))):
                yield from _missing(subject, file, item, found)
            elif target is None and found.kind == "self" and any(path in subject.home.files for path in found.files()):
                settings = subject.toolkit.settings
                hint = f"write {settings.repository}/{found.path}@{settings.version}"
                yield file.problem(
                    (*item.path, "uses"), f"{found.text} is looked for in your own repository", hint=hint
                )


def _at_good_ref(subject: Subject, file: File, item: Job | Step, found: Reference) -> Iterator[Problem]:
    version = subject.toolkit.settings.version
    if found.ref != version and not found.is_commit and not callee.VERSION_TAG.fullmatch(found.ref):
        what = (
            f"{found.ref} is neither a version nor a commit: it can change under you"
            if found.ref
            else "the reference has no @version"
        )
        yield file.problem((*item.path, "uses"), what, hint=f"write {found.text.partition('@')[0]}@{version}")


def _missing(subject: Subject, file: File, item: Job | Step, found: Reference) -> Iterator[Problem]:
    """Did you mean one of the same sort: a workflow that can be called, or an action."""
    home = subject.home.files
    if isinstance(item, Job):
        known = [path for path, other in home.items() if not other.is_action and "workflow_call" in events(other)]
    else:
        known = [path.rpartition("/")[0] for path, other in home.items() if other.is_action]
    yield file.problem(
        (*item.path, "uses"), f"there is no {found.path} in this toolkit", hint=suggest(found.path, known)
    )


def _travels(file: File) -> bool:
    """Whether the file runs in other repositories' checkouts."""
    return file.is_action or "workflow_call" in events(file)
