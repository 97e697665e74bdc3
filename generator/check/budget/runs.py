"""What one run may hold: its jobs, its levels and number of reusable workflows, and all its outputs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from generator.check.subject import File, Subject
from generator.check.support.calls import Call, calls, chains
from generator.check.support.selected import selected
from generator.check.support.units import most_units, select_outputs, utf16
from generator.check.support.workflow import Job, jobs
from generator.shape import dig, items, mapping
from shuntyard.errors import Problem, ProblemsFound
from shuntyard.plan import CompiledPipeline
from shuntyard.select import MATRIX_LIMIT

LEVELS = 10  # the caller counts as one: docs.github.com, "Reusing workflow configurations"
UNIQUE = 50  # the same page
RUN_OUTPUT_BYTES = 50 * 1_048_576  # docs.github.com, `jobs.<job_id>.outputs`


@dataclass(frozen=True, slots=True)
class Size:
    """Jobs of matrices whose rows are known, other jobs, and the bytes of the matrices' outputs."""

    units: int = 0
    others: int = 0
    output: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(self.units + other.units, self.others + other.others, self.output + other.output)

    def times(self, factor: int) -> Size:
        return Size(self.units * factor, self.others * factor, self.output * factor)


def check(subject: Subject) -> Iterator[Problem]:
    """Each workflow as the root of a run, down through all that it calls."""
    for tree in (subject.home, *subject.callers):
        for file in tree.workflows:
            yield from judge_run(subject, file)


def judge_run(subject: Subject, file: File) -> Iterator[Problem]:
    """A run that starts with this workflow."""
    every = list(chains(subject, file))
    yield from _circles(file, every)
    if not any(_closes(chain) for chain in every):
        yield from _too_deep(file, every)
        yield from _too_large(file, _size(subject, file, _own_matrix(subject, file)))


def _closes(chain: tuple[Call, ...]) -> bool:
    return chain[-1].target in [call.job.file for call in chain]


def _circles(file: File, every: Sequence[tuple[Call, ...]]) -> Iterator[Problem]:
    for chain in every:
        if chain[-1].target is file:
            names = " → ".join([file.path, *(call.reference.text for call in chain)])
            hint = "GitHub does not start a run whose workflows call each other in a circle"
            yield file.problem((*chain[0].job.path, "uses"), f"the workflow calls itself: {names}", hint=hint)


def _too_deep(file: File, every: Sequence[tuple[Call, ...]]) -> Iterator[Problem]:
    deepest = max(every, key=len, default=())
    if len(deepest) + 1 > LEVELS:
        names = " → ".join(call.reference.text for call in deepest)
        message = f"{len(deepest) + 1} levels of workflows, GitHub allows {LEVELS}: {file.path} → {names}"
        yield file.problem(
            (*deepest[0].job.path, "uses"), message, hint="let a workflow call the innermost ones itself"
        )
    unique = {call.reference.text for chain in every for call in chain}
    if len(unique) > UNIQUE:
        message = f"a run uses {len(unique)} reusable workflows, GitHub allows {UNIQUE}"
        yield file.problem(("jobs",), message, hint="split the workflow in two", key=True)


def _too_large(file: File, size: Size) -> Iterator[Problem]:
    total = size.units + size.others
    if total > MATRIX_LIMIT:
        shown = f"{size.units} jobs of matrices + {size.others} others = {total}"
        message = f"a run has {shown} jobs; GitHub runs at most {MATRIX_LIMIT}"
        yield file.problem(("jobs",), message, hint="name fewer configurations, or split the workflow in two", key=True)
    if size.output > RUN_OUTPUT_BYTES:
        shown = f"{size.output:,} bytes as UTF-16"
        message = f"the matrices of a run are outputs of {shown}; GitHub keeps at most {RUN_OUTPUT_BYTES:,}"
        yield file.problem(("jobs",), message, hint="split the workflow in two", key=True)


def _size(subject: Subject, file: File, compiled: CompiledPipeline | None) -> Size:
    """A workflow's jobs, where `compiled` is what its matrix job runs."""
    called = {call.job.id: call for call in calls(subject, file)}
    total = Size()
    for job in jobs(file):
        call = called.get(job.id)
        if call is not None:
            one = _called(subject, call)
        elif compiled is not None and _is_rows(job):
            _, units = most_units(compiled)
            one = Size(units=len(units), output=utf16(select_outputs(compiled, units).values()))
        else:
            one = Size(others=1)
        total += one.times(_written_out(job))
    return total


def _called(subject: Subject, call: Call) -> Size:
    if call.target is None:
        return Size(others=1)  # at least
    try:
        return _size(subject, call.target, selected(subject, call))
    except ProblemsFound:
        return Size(others=1)  # the rule `contract` shows what is wrong with the caller's matrix


def _own_matrix(subject: Subject, file: File) -> CompiledPipeline | None:
    name = file.path.removeprefix(".github/workflows/").rpartition(".")[0]
    return subject.rendering.compiled.get(name) if file.ours else None


def _is_rows(job: Job) -> bool:
    return isinstance(dig(job.data, ("strategy", "matrix")), str)


def _written_out(job: Job) -> int:
    """How many jobs a matrix makes that is written out in the workflow; 1 where an expression decides."""
    matrix = mapping(dig(job.data, ("strategy", "matrix")))
    axes = {name: items(values) for name, values in matrix.items() if name not in ("include", "exclude")}
    if any(isinstance(values, str) for values in matrix.values()) or not matrix:
        return 1
    points = math.prod(len(values) for values in axes.values()) if axes else 0
    points -= sum(_excluded(axes, mapping(entry)) for entry in items(matrix.get("exclude")))
    added = sum(1 for entry in items(matrix.get("include")) if _is_new(axes, mapping(entry)))
    return max(points + added, 1)


def _excluded(axes: dict[str, list[Any]], entry: dict[str, Any]) -> int:
    """How many points an exclude takes away; two that overlap are counted twice, which only makes the sum smaller."""
    return math.prod(
        (1 if entry[name] in values else 0) if name in entry else len(values) for name, values in axes.items()
    )


def _is_new(axes: dict[str, list[Any]], entry: dict[str, Any]) -> bool:
    """An include that fits a point extends it; one that fits none is a job more."""
    return any(name in axes and value not in axes[name] for name, value in entry.items()) or not axes
