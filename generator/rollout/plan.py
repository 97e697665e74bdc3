"""matrices/rollout.yml → the plan that runs are judged by, and what in it does not agree with the other matrices."""

from __future__ import annotations

from collections.abc import Iterator

from generator.faults import suggest
from generator.load import Toolkit
from generator.rollout_format import RolloutFile
from generator.source import Document, KeyPath
from shuntyard.errors import Problem, ProblemsFound, ShuntyardError
from shuntyard.rollout.phases import Criterion, Phase, Rollout

ALL = "all"


def plan(toolkit: Toolkit) -> Rollout:
    """The rollout of a toolkit. Raises ShuntyardError when it has none, ProblemsFound when it does not fit."""
    model = toolkit.rollout
    if model is None:
        raise ShuntyardError("there is no matrices/rollout.yml", hint="docs/rollout.md describes it")
    problems = list(disagreements(toolkit))
    if problems:
        raise ProblemsFound(problems)
    everyone = tuple(name for phase in model.phases if phase.configurations != ALL for name in phase.configurations)
    return Rollout(
        baseline=model.baseline,
        candidate=model.candidate,
        pipelines=tuple(model.pipelines),
        phases=tuple(
            Phase(
                name=phase.phase,
                title=phase.title,
                configurations=everyone if phase.configurations == ALL else tuple(phase.configurations),
                everything=phase.configurations == ALL,
                days=phase.lasts or 0,
                done=phase.done,
                criteria=tuple(
                    Criterion(
                        name=item.criterion, condition=item.condition, days=item.days or phase.days,
                        least=item.least or phase.least, sure=item.sure, devices=item.devices or 0,
                    )
                    for item in phase.criteria
                ),
            )
            for phase in model.phases
        ),
    )  # fmt: skip


def disagreements(toolkit: Toolkit) -> Iterator[Problem]:
    """Everything in rollout.yml that the other matrices, or the language of criteria, contradict."""
    model = toolkit.rollout
    if model is None:
        return
    document = toolkit.documents["rollout"]
    yield from _phases(model, toolkit, document)
    yield from _forgotten(model, toolkit)
    yield from _conditions(model, document)
    for index, name in enumerate(model.pipelines):
        if name not in toolkit.pipelines:
            hint = suggest(name, toolkit.pipelines)
            yield _problem(document, ("pipelines", index), f"unknown pipeline {name!r}", hint)
    if model.baseline == model.candidate:
        yield _problem(document, ("candidate",), "the baseline takes over from itself", "name the other arm")


def _phases(model: RolloutFile, toolkit: Toolkit, document: Document) -> Iterator[Problem]:
    """Each phase once, each configuration in one phase, and in the one that suites.yml says."""
    first_phase: dict[str, int] = {}
    placed: dict[str, str] = {}
    for index, phase in enumerate(model.phases):
        path: KeyPath = ("phases", index)
        if phase.phase in first_phase:
            place = f"it stands first on line {document.mark(('phases', first_phase[phase.phase], 'phase')).line}"
            yield _problem(document, (*path, "phase"), f"the phase {phase.phase!r} again", place)
        first_phase.setdefault(phase.phase, index)
        if phase.configurations == ALL:
            continue
        for at, name in enumerate(phase.configurations):
            here: KeyPath = (*path, "configurations", at)
            known = toolkit.configurations.get(name)
            if known is None:
                hint = suggest(name, toolkit.configurations)
                yield _problem(document, here, f"unknown configuration {name!r}", hint)
            elif name in placed:
                hint = f"it is in phase {placed[name]} already; a configuration moves once"
                yield _problem(document, here, f"{name!r} is in two phases", hint)
            elif known.phase != phase.phase:
                line = toolkit.documents["suites"].mark(("configurations", name, "phase")).line
                said = f"phase {known.phase}" if known.phase else "no phase"
                hint = f"give it `phase: {phase.phase}` there, or move it here"
                message = f"suites.yml has {name!r} in {said} (line {line})"
                yield _problem(document, here, message, hint)
            placed.setdefault(name, phase.phase)


def _forgotten(model: RolloutFile, toolkit: Toolkit) -> Iterator[Problem]:
    """A configuration that has a phase in suites.yml and none here would never be promoted."""
    switched = {name for phase in model.phases if phase.configurations != ALL for name in phase.configurations}
    names = [phase.phase for phase in model.phases]
    for name, item in toolkit.configurations.items():
        if item.phase is None or name in switched:
            continue
        there_is_none = f"there is no phase {item.phase}; {suggest(item.phase, names)}"
        hint = f"add it to phase {item.phase}" if item.phase in names else there_is_none
        message = f"{name!r} is in no phase of rollout.yml"
        yield toolkit.documents["suites"].problem(("configurations", name, "phase"), message, hint=hint, rule="rollout")


def _conditions(model: RolloutFile, document: Document) -> Iterator[Problem]:
    from shuntyard.rollout import criteria  # noqa: PLC0415 - it takes a library that loading must not need

    for index, phase in enumerate(model.phases):
        for at, item in enumerate(phase.criteria):
            try:
                criteria.parse(item.condition, everything=phase.configurations == ALL, sure=item.sure)
            except ShuntyardError as error:
                path: KeyPath = ("phases", index, "criteria", at, "condition")
                yield _problem(document, path, error.message, error.hint)


def _problem(document: Document, path: KeyPath, message: str, hint: str) -> Problem:
    return document.problem(path, message, hint=hint, rule="rollout")
