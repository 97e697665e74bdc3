"""Everything that is decided before anything is copied or run: who calls, on which event, and what that should run."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generator.load import Toolkit
from generator.rehearse import contract, events, find, machine, repository
from generator.rehearse.events import Event
from generator.rehearse.expect import Expectation, expect
from generator.rehearse.find import FOLDER, Caller
from generator.rehearse.repository import Repository
from generator.rehearse.standins import cut, pythons
from shuntyard.errors import Problem, ShuntyardError
from shuntyard.plan import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the user asks for. Empty means no wish. `python` is what `python` is in jobs that set up none.

    `checkouts` are other repositories that jobs check out, owner/name → folder; `secrets` and `variables` files of
    NAME=value lines. `index` is a package index on this machine, which gets what is published. `run_id` is what the run
    calls itself; histories tell runs apart by it.
    """

    pipeline: str
    repository: Path
    workflow: str = ""
    event: str = ""
    action: str = ""
    labels: tuple[str, ...] = ()
    tag: str = ""
    rows: tuple[str, ...] = ()
    runners: tuple[str, ...] = ()
    python: str = ""
    checkouts: Mapping[str, Path] = field(default_factory=dict)
    secrets: Path | None = None
    variables: Path | None = None
    timeout_s: float = 1800.0
    jobs_at_once: int = 1
    output: Path
    keep: bool = False
    index: str = ""
    run_id: str = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`labels` are the label sets that this machine answers to; `refusals` is why GitHub would not start the run."""

    order: Order
    toolkit: Toolkit
    repository: Repository
    caller: Caller
    event: Event
    expected: tuple[Expectation, ...]
    labels: tuple[frozenset[str], ...]
    search_path: str
    refusals: tuple[Problem, ...]

    def obstacle(self, unit: Unit) -> str:
        """Why this machine cannot run a unit; empty when it can."""
        python = unit.rows[0].values.get("python", "")
        return cut.obstacle(unit.runs_on, python, self.labels, self._has_python)

    @property
    def must_cut(self) -> bool:
        """Whether select-rows may choose something that is not to be run here."""
        return bool(self.order.rows) or any(self._may_choose_too_much(each) for each in self.expected)

    def _may_choose_too_much(self, expected: Expectation) -> bool:
        if expected.selection:
            return any(self.obstacle(unit) for unit in expected.selection.plan.units)
        if expected.compiled is None:
            return True
        runners = expected.compiled.runners
        return any(
            cut.obstacle(runners[row.runner], row.values.get("python", ""), self.labels, self._has_python)
            for row in expected.compiled.rows
        )

    def _has_python(self, wanted: str) -> bool:
        return pythons.choose(wanted, pythons.installed(self.search_path)) is not None


def set_scene(toolkit: Toolkit, order: Order) -> Scene:
    """Decides all of it. Raises ShuntyardError for whatever the user has to change first."""
    checkout = repository.inspect(order.repository)
    callers = find.find_callers(checkout.root, toolkit.settings.repository, order.pipeline, toolkit.pipelines)
    caller = find.choose_caller(callers, order.workflow, order.event)
    for call in caller.calls:
        _check_rendered(toolkit, call.pipeline)
    known_labels = toolkit.pipelines[order.pipeline].model.triggers.labels
    wish = events.Wish(
        event=order.event, action=order.action, labels=order.labels, tag=order.tag, known_labels=known_labels
    )
    event = events.choose_event(caller, wish, checkout)
    expected = tuple(expect(toolkit, call, event, checkout) for call in caller.calls)
    known = [toolkit.pipelines[call.pipeline] for call in caller.calls if call.pipeline in toolkit.pipelines]
    runners = {**toolkit.runners}
    for declared in (*(each.model.runners for each in known), *(each.runners for each in expected)):
        runners.update(declared)
    scene = Scene(
        order=order, toolkit=toolkit, repository=checkout, caller=caller, event=event, expected=expected,
        labels=machine.runner_labels(runners, order.runners), search_path=machine.search_path(os.environ),
        refusals=tuple(_refusals(toolkit, caller)),
    )  # fmt: skip
    _check_rows(scene, order.rows)
    return scene


def _check_rendered(toolkit: Toolkit, pipeline: str) -> None:
    path = f"{FOLDER}/{pipeline}.yml"
    if not (toolkit.root / path).is_file():
        raise ShuntyardError(f"the toolkit has no {path}", hint="run `make render` in it first")


def _check_rows(scene: Scene, globs: Sequence[str]) -> None:
    """A glob that no row matches is a slip; where the matrix is not known, only the run can tell."""
    if all(each.compiled for each in scene.expected):
        known = [row.id for each in scene.expected if each.compiled for row in each.compiled.rows]
        for glob in globs:
            if not cut.is_asked_for(known, [glob]):
                raise ShuntyardError(f"no row matches {glob!r}", hint=f"there are {', '.join(known[:8])} …")


def _refusals(toolkit: Toolkit, caller: Caller) -> list[Problem]:
    folder = toolkit.root / FOLDER
    found = [each for call in caller.calls for each in contract.refusals(caller, call, folder / f"{call.pipeline}.yml")]
    return found + contract.clashes(caller, caller.calls)
