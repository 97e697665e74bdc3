"""A gate sees every job, and always reports."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.subject import Subject
from generator.check.support.expressions import body
from generator.check.support.workflow import Job, jobs
from generator.shape import items, mapping, texts
from shuntyard.errors import Problem

SUMMARY = "a gate job needs every other job, runs always, requires each of them, and nothing runs after it"
ACTION = "/actions/gate"


def check(subject: Subject) -> Iterator[Problem]:
    """What depends on a failed job is skipped, and a skipped job counts as success for branch protection.

    Source: docs.github.com, "Troubleshooting required status checks"; rocm-libraries #12285.
    """
    for file in subject.own_files:
        every = jobs(file)
        for gate in every:
            if gate.id == "gate" or _gate_step(gate) is not None:
                yield from _judge(gate, [job for job in every if job is not gate])


def _judge(gate: Job, others: list[Job]) -> Iterator[Problem]:
    file, path = gate.file, gate.path
    place = (*path, "needs")
    for job in others:
        if gate.id in job.needs:
            yield file.problem(
                (*job.path, "needs"), f"{job.id} runs after the gate", hint="the gate is the last job", at=gate.id
            )
        elif job.id not in gate.needs:
            yield file.problem(place, f"the gate does not need {job.id}", hint="a gate needs every other job", key=True)
    condition = str(gate.data.get("if", ""))
    if "always()" not in body(condition).replace(" ", ""):
        hint = "write `if: ${{ always() }}`; a skipped gate counts as success"
        yield file.problem((*path, "if"), "the gate does not run always", hint=hint, key="if" not in gate.data)
    step = _gate_step(gate)
    if step is None:
        return
    with_ = mapping(mapping(items(gate.data.get("steps"))[step]).get("with"))
    given = with_.get("requires")
    skippable = str(with_.get("may-skip", "")).split()
    if isinstance(given, str) and "${{" not in given:
        for name in gate.needs:
            if name not in given.split() and name not in skippable:
                where = (*path, "steps", step, "with", "requires")
                yield file.problem(where, f"the gate does not require {name}", hint="name every job that it needs")


def _gate_step(job: Job) -> int | None:
    """The index of the step that runs the toolkit's gate action."""
    for index, step in enumerate(items(job.data.get("steps"))):
        if any(text.split("@")[0].endswith(ACTION) for text in texts(mapping(step).get("uses"))):
            return index
    return None
