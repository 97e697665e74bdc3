"""Recipes and script contracts → composite actions."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from generator.faults import suggest
from generator.load import CHECKOUT, Toolkit
from generator.pipeline import Access, Composite, InputRef, Joined, Step, StepOutput, Temp, Uses, Value
from generator.recipe import FromInput, FromOutput, Join, TempFolder
from generator.recipe import Step as RecipeStep
from generator.source import Document, KeyPath
from shuntyard.contract import Contract, Input, Output
from shuntyard.errors import Problem, ProblemsFound

TOOLKIT_ACTION = "setup-toolkit"


def compose_all(toolkit: Toolkit) -> dict[str, Composite]:
    """Every composite action by name. Raises ProblemsFound with every fault in the recipes."""
    composites: dict[str, Composite] = {}
    problems: list[Problem] = []
    for name in _ordered(toolkit):
        if name in toolkit.recipes:
            reader = _RecipeReader(toolkit, composites, name)
            composites[name] = reader.composite()
            problems += reader.problems
        else:
            composites[name] = _from_contract(toolkit, name)
    if problems:
        raise ProblemsFound(problems)
    return dict(sorted(composites.items()))


def _ordered(toolkit: Toolkit) -> list[str]:
    """Actions that others use come first; recipes that use each other in a circle come last, and are reported there."""
    done: list[str] = [name for name in toolkit.action_names() if name not in toolkit.recipes]
    waiting = sorted(toolkit.recipes)
    while waiting:
        ready = [
            name for name in waiting if not any(step.action in waiting for step in toolkit.recipes[name].steps)
        ] or waiting
        done += ready
        waiting = [name for name in waiting if name not in ready]
    return done


def _from_contract(toolkit: Toolkit, name: str) -> Composite:
    """The action of one script; where that needs the toolkit's libraries, they are set up first."""
    contract = toolkit.contracts[name]
    with_: dict[str, Value] = {item.name: InputRef(item.name) for item in contract.inputs}
    setup = Step(id=TOOLKIT_ACTION, uses=Uses("own", TOOLKIT_ACTION), with_={"set": contract.libraries})
    interpreter = StepOutput(TOOLKIT_ACTION, "python") if contract.toolkit else None
    step = Step(id=name, uses=Uses("script", name), with_=with_, interpreter=interpreter, token=contract.token)
    return Composite(
        name=name,
        summary=contract.summary,
        source=contract.script,
        inputs=contract.inputs,
        outputs=tuple((output, StepOutput(name, output.name)) for output in contract.outputs),
        steps=(setup, step) if contract.toolkit else (step,),
        workspace=contract.workspace,
        exits=dict(contract.exits),
        permissions=dict(contract.permissions),
    )


def _granted(parts: Iterable[Contract | Composite]) -> dict[str, Access]:
    """What all of them together need: write where any writes."""
    granted: dict[str, Access] = {}
    for part in parts:
        for scope, level in part.permissions.items():
            granted[scope] = "write" if "write" in (level, granted.get(scope)) else "read"
    return granted


class _RecipeReader:
    """One recipe → one composite; collects problems on the way."""

    def __init__(self, toolkit: Toolkit, composites: dict[str, Composite], name: str) -> None:
        self.toolkit = toolkit
        self.composites = composites
        self.name = name
        self.recipe = toolkit.recipes[name]
        self.document: Document = toolkit.documents["actions"]
        self.problems: list[Problem] = []
        self.outputs: dict[str, dict[str, Output]] = {}
        self.ids: set[str] = set()
        own = {
            key: Input(name=key, help=item.help, type=item.type, default=item.default)
            for key, item in self.recipe.inputs.items()
        }
        self.inputs: dict[str, Input] = own

    def composite(self) -> Composite:
        steps = [self._step(index, item) for index, item in enumerate(self.recipe.steps)]
        contracts = [self.toolkit.contracts[i.script] for i in self.recipe.steps if i.script in self.toolkit.contracts]
        used = [self.composites[i.action] for i in self.recipe.steps if i.action in self.composites]
        parts: list[Contract | Composite] = [*contracts, *used]
        outputs = {
            name: (output, StepOutput(step_id, name))
            for step_id, declared in self.outputs.items()
            for name, output in declared.items()
            if step_id in self.toolkit.contracts
        }
        return Composite(
            name=self.name,
            summary=self.recipe.summary,
            source="matrices/actions.yml",
            inputs=tuple(self.inputs.values()),
            outputs=tuple(outputs.values()),
            steps=tuple(steps),
            workspace=not self._checks_out() and True in [part.workspace for part in parts],
            exits={code: text for contract in contracts for code, text in contract.exits.items()},
            permissions={**({"contents": "read"} if self._checks_out() else {}), **_granted(parts)},
        )

    def _checks_out(self) -> bool:
        """Whether the action checks out what it works on itself; then its job does not."""
        return any(item.uses == CHECKOUT for item in self.recipe.steps)

    def _step(self, index: int, item: RecipeStep) -> Step:
        path: KeyPath = ("actions", self.name, "steps", index)
        kinds = [kind for kind in ("script", "action", "uses") if getattr(item, kind)]
        if len(kinds) != 1:
            self._fault(path, "a step names exactly one of script, action and uses", "keep the one that it runs")
            return Step(id=f"step-{index}", uses=Uses("script", ""))
        given = {name: self._value((*path, "with", name), value) for name, value in item.with_.items()}
        step_id = self._free_id(item.script or item.action or (item.uses or "").split("/")[-1])
        if item.when and item.when not in self.inputs:
            self._fault((*path, "when"), f"no input is called {item.when!r}", suggest(item.when, self.inputs))
        step = Step(
            id=step_id,
            uses=self._uses(path, item),
            with_=given,
            always=item.always,
            optional=item.optional,
            when=InputRef(item.when) if item.when else None,
            interpreter=self._interpreter(path, item),
            token=bool(item.script in self.toolkit.contracts and self.toolkit.contracts[item.script].token),
        )
        return self._with_own_inputs(path, item, step)

    def _free_id(self, wanted: str) -> str:
        """The step's id: what it runs, numbered from the second time on."""
        ids = itertools.chain([wanted], (f"{wanted}-{number}" for number in itertools.count(2)))
        step_id = next(name for name in ids if name not in self.ids)
        self.ids.add(step_id)
        return step_id

    def _uses(self, path: KeyPath, item: RecipeStep) -> Uses:
        if item.script:
            self._known(path, "script", item.script, self.toolkit.contracts)
            return Uses("script", item.script)
        if item.action:
            if item.action in self.toolkit.recipes and item.action not in self.composites:
                circle = f"{self.name} and {item.action} use each other in a circle"
                said = f"{self.name} uses itself" if item.action == self.name else circle
                self._fault((*path, "action"), said, "remove one of these steps")
            else:
                self._known(path, "action", item.action, self.composites)
            return Uses("own", item.action)
        self._known(path, "uses", item.uses or "", self.toolkit.pins)
        return Uses("marketplace", item.uses or "")

    def _known(self, path: KeyPath, kind: str, name: str, known: Iterable[str]) -> None:
        names = list(known)
        if name not in names:
            self._fault((*path, kind), f"unknown {kind} {name!r}", suggest(name, names))

    def _interpreter(self, path: KeyPath, item: RecipeStep) -> StepOutput | None:
        contract = self.toolkit.contracts.get(item.script or "")
        if contract is None or not contract.toolkit:
            return None
        if TOOLKIT_ACTION not in self.outputs:
            self._fault(
                path, f"{contract.name} needs the toolkit's libraries", f"put `- action: {TOOLKIT_ACTION}` before it"
            )
        return StepOutput(TOOLKIT_ACTION, "python")

    def _with_own_inputs(self, path: KeyPath, item: RecipeStep, step: Step) -> Step:
        """Inputs that the recipe does not bind become inputs of the action; outputs become known to later steps."""
        declared: tuple[Input, ...] = ()
        if item.script in self.toolkit.contracts:
            contract = self.toolkit.contracts[item.script or ""]
            declared = contract.inputs
            self.outputs[step.id] = {output.name: output for output in contract.outputs}
        elif item.action in self.composites:
            composite = self.composites[item.action or ""]
            declared = composite.inputs
            self.outputs[step.id] = {output.name: output for output, _ in composite.outputs}
        if step.uses.name in self.toolkit.contracts or step.uses.name in self.composites:
            names = [entry.name for entry in declared]
            for name in step.with_:
                if name not in names:
                    self._fault((*path, "with", name), f"{step.id} has no input {name!r}", suggest(name, names))
        unbound = [entry for entry in declared if entry.name not in step.with_]
        for entry in unbound:
            self.inputs.setdefault(entry.name, entry)
        with_ = {**step.with_, **{entry.name: InputRef(entry.name) for entry in unbound}}
        return Step(
            id=step.id,
            uses=step.uses,
            with_=with_,
            when=step.when,
            always=step.always,
            optional=step.optional,
            interpreter=step.interpreter,
            token=step.token,
        )

    def _value(self, path: KeyPath, value: object) -> Value:
        match value:
            case FromInput(input=name):
                if name not in self.inputs:
                    self._fault(path, f"no input is called {name!r}", suggest(name, self.inputs))
                return InputRef(name)
            case FromOutput(output=reference):
                step, _, name = reference.partition(".")
                if name not in self.outputs.get(step, {}):
                    known = [f"{s}.{n}" for s, names in self.outputs.items() for n in names]
                    self._fault(path, f"no earlier step gives {reference!r}", suggest(reference, known))
                return StepOutput(step, name)
            case Join(join=parts):
                return Joined(tuple(self._part((*path, "join", index), part) for index, part in enumerate(parts)))
            case TempFolder(temp=folder):
                return Temp(folder)
            case str() | int() | bool():
                return value
        raise TypeError(f"unexpected value {value!r}")

    def _part(self, path: KeyPath, part: FromInput | FromOutput | str) -> str | InputRef | StepOutput:
        value = self._value(path, part)
        assert isinstance(value, str | InputRef | StepOutput)
        return value

    def _fault(self, path: KeyPath, message: str, hint: str = "") -> None:
        self.problems.append(self.document.problem(path, message, hint=hint, rule="recipe"))
