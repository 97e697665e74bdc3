"""Events do not run code that nobody has looked at, and schedules are not dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.check.subject import File, Subject
from generator.check.support.expressions import body, contexts
from generator.check.support.workflow import crons, events, jobs, steps
from generator.shape import dig, mapping, texts
from shuntyard.errors import Problem

SUMMARY = (
    "no label gate beside synchronize, no head checked out with secrets, no cron at minute 0, no inherited secrets"
)
PULL_REQUEST = ("pull_request", "pull_request_target")
DEFAULT_TYPES = ["opened", "synchronize", "reopened"]
PRIVILEGED = ("pull_request_target", "workflow_run", "issue_comment")
SAFE_REFS = {"github.sha", "github.workflow_sha", "github.event.repository.default_branch"}
FETCHES_HEAD = re.compile(r"gh\s+pr\s+checkout|refs/pull/|\bpull/[^\s]*/(?:head|merge)")
COMMIT = re.compile(r"[0-9a-f]{40}")


def check(subject: Subject) -> Iterator[Problem]:
    """Sources: CodeQL `untrusted-checkout-toctou`; changelog 2025-11-07; schedule docs; zizmor `secrets-inherit`."""
    for file in subject.home.workflows:
        yield from _label_gate(file)
        yield from _privileged_checkout(file)
        yield from _crons(file)
        yield from _inherited_secrets(file)


def _label_gate(file: File) -> Iterator[Problem]:
    conditions = [str(job.data.get("if", "")) for job in jobs(file)] + [
        str(step.data.get("if", "")) for step in steps(file)
    ]
    gated = any(
        name.startswith(("github.event.label", "github.event.pull_request.labels"))
        for c in conditions
        for name in contexts(c)
    )
    for event, filters in events(file).items():
        types = texts(filters.get("types")) or DEFAULT_TYPES
        if event not in PULL_REQUEST or "synchronize" not in types or not (gated or "labeled" in types):
            continue
        message = f"{event} has synchronize beside a label gate: a push after the label runs code that nobody has seen"
        hint = "write `types: [labeled]`; who wants another run puts the label on again"
        path = ("on", event, "types") if "types" in filters else ("on", event)
        yield file.problem(path, message, hint=hint, key=True, at="synchronize" if "types" in filters else "")


def _privileged_checkout(file: File) -> Iterator[Problem]:
    names = [event for event in events(file) if event in PRIVILEGED]
    if not names:
        return
    event = " or ".join(names)
    hint = "do the work that needs a secret or a write token in a second workflow that never runs the head's code"
    for step in steps(file):
        ref = mapping(step.data.get("with")).get("ref")
        if step.uses.startswith("actions/checkout@") and isinstance(ref, str) and not _is_trusted(ref):
            message = f"this checks out {ref} in a run of {event}, which has secrets and a write token"
            yield file.problem((*step.path, "with", "ref"), message, hint=hint)
        run = step.data.get("run")
        found = FETCHES_HEAD.search(run) if isinstance(run, str) else None
        if found:
            message = f"this fetches a pull request's head in a run of {event}, which has secrets and a write token"
            yield file.problem((*step.path, "run"), message, hint=hint, at=found.group(0))


def _is_trusted(ref: str) -> bool:
    """A commit written out, or one that the event fixes on the repository's own side."""
    return bool(COMMIT.fullmatch(ref)) or ("${{" in ref and body(ref) in SAFE_REFS) or ref == ""


def _crons(file: File) -> Iterator[Problem]:
    for path, cron in crons(file):
        minute = cron.split()[0] if cron.split() else ""
        if any(_hits_zero(part) for part in minute.split(",")):
            hint = "choose another minute, such as 17; for a step write 7-59/15"
            yield file.problem(path, f"the cron {cron!r} runs at minute 0, when most are late or dropped", hint=hint)


def _hits_zero(part: str) -> bool:
    start = re.split(r"[-/]", part)[0]
    return start == "*" or (start.isdigit() and int(start) == 0)


def _inherited_secrets(file: File) -> Iterator[Problem]:
    for job in jobs(file):
        if dig(job.data, ("secrets",)) == "inherit":
            hint = "name each secret that the callee takes: `secrets: {key: ${{ secrets.KEY }}}`"
            yield file.problem((*job.path, "secrets"), "every secret is handed to the callee", hint=hint)
