"""Which rows a call should run for the event, decided by the same `select` that runs in the workflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from generator import schema
from generator.expand import expand_callers
from generator.load import Toolkit, load_pipeline
from generator.rehearse.events import ON_LABELS, Event
from generator.rehearse.find import Call
from generator.rehearse.repository import Repository
from shuntyard.compiled import read_compiled
from shuntyard.errors import ProblemsFound, ShuntyardError
from shuntyard.options import read_flags, words
from shuntyard.plan import MODES, CompiledPipeline, Plan
from shuntyard.select import Request, Selection, select

SELECTING = ("configs", "mode", "percent", "flags", "size", "pipeline", "matrix")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What one call should run. `selection` is None where only the run can tell, and `unknown` says why.

    `nothing` is why the event runs nothing at all, where that is known: all jobs must be skipped then. `compiled` is
    the matrix that it selects from, where that is known, and `runners` are those that the caller's own matrix file
    declares. `instance` and `repeats` are the call's inputs, empty and 0 where they are not plain values.
    """

    call: Call
    compiled: CompiledPipeline | None = None
    selection: Selection | None = None
    unknown: str = ""
    nothing: str = ""
    instance: str = ""
    repeats: int = 0
    runners: Mapping[str, schema.Runner] = field(default_factory=dict)


def expect(toolkit: Toolkit, call: Call, event: Event, repository: Repository) -> Expectation:
    """The expectation for one call. Never raises: what is wrong with the call is left for the run to show."""
    literal = {name: spell(value) for name, value in call.inputs.items() if is_literal(value)}
    instance, repeats = literal.get("instance", ""), literal.get("repeats", "")
    known = Expectation(call=call, instance=instance, repeats=int(repeats) if repeats.isdecimal() else 0)
    try:
        if file := literal.get("matrix", ""):
            pipeline = load_pipeline(repository.root / file, shown=file)
            known = replace(known, runners=pipeline.model.runners)
            compiled: CompiledPipeline | None = expand_callers(toolkit, pipeline)
        else:
            compiled = _shipped(toolkit, call, literal)
    except (ShuntyardError, ValueError, OSError) as error:
        return replace(known, unknown=_said(error))
    nothing = _nothing(toolkit, call, event)
    if nothing and compiled is not None:
        reasons = {row.id: nothing for row in compiled.rows}
        none = Selection(plan=Plan(pipeline=compiled.pipeline, units=()), reasons=reasons)
        return replace(known, compiled=compiled, selection=none, nothing=nothing)
    unknown = _unknown(toolkit, call, repository)
    if unknown or compiled is None:
        return replace(known, compiled=compiled, unknown=unknown or "the matrix is named by an expression")
    try:
        selection = select(compiled, _request(literal, event, repository))
    except (ShuntyardError, ValueError) as error:
        return replace(known, compiled=compiled, unknown=f"select-rows will refuse this: {_said(error)}")
    return replace(known, compiled=compiled, selection=selection)


def is_literal(value: Any) -> bool:
    """Whether a `with:` value is what it says, and no expression."""
    return "${{" not in str(value)


def spell(value: Any) -> str:
    """A `with:` value as the workflow gets it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shipped(toolkit: Toolkit, call: Call, literal: Mapping[str, str]) -> CompiledPipeline | None:
    """The rendered matrix that the call selects from; None where an expression names it."""
    owned = call.pipeline in toolkit.pipelines and toolkit.pipelines[call.pipeline].model.rows == "own"
    name = call.pipeline if owned else "" if "matrix" in call.inputs else literal.get("pipeline", "")
    return read_compiled(toolkit.root / "matrices" / "compiled", name=name) if name else None


def _nothing(toolkit: Toolkit, call: Call, event: Event) -> str:
    """Why the pipeline starts no job for the event: this label is none that starts it."""
    pipeline = toolkit.pipelines.get(call.pipeline)
    triggers = pipeline.model.triggers if pipeline else None
    if triggers is None:
        return ""
    if not triggers.labels or triggers.labels_as != "events":
        return "no label starts it" if not triggers.forks and event.action in ON_LABELS else ""
    if event.action == "unlabeled":
        return "unlabeled only cancels"
    if event.action == "labeled" and event.label not in triggers.labels:
        return f"the label {event.label!r} does not start it (these do: {', '.join(triggers.labels)})"
    return ""


def _unknown(toolkit: Toolkit, call: Call, repository: Repository) -> str:
    """Why the selection cannot be foretold; empty when it can."""
    expressions = [name for name in SELECTING if not is_literal(call.inputs.get(name, ""))]
    if expressions:
        return f"its input {expressions[0]} is an expression"
    if call.is_matrix:
        return "it is called by a matrix of its own"
    if repository.name.lower() == toolkit.settings.repository.lower():
        return "at home, the pipeline has inputs of its own"
    return ""


def _request(literal: Mapping[str, str], event: Event, repository: Repository) -> Request:
    """What select-rows will be asked, as it reads its inputs and the run's context."""
    mode = literal.get("mode") or "paired"
    if mode not in MODES:
        raise ShuntyardError(f"input 'mode' is {mode!r}", hint=f"one of {', '.join(MODES)}")
    change = f"{repository.name}#{event.number}" if event.number else f"{repository.name}@{repository.sha}"
    return Request(
        event=event.name, action=event.action, label=event.label, configs=tuple(words(literal.get("configs", ""))),
        mode=mode, percent=float(literal.get("percent") or 50), flags=read_flags(literal.get("flags", "")),
        change=change, size=literal.get("size", ""), cron=str(event.payload.get("schedule", "")),
        today=datetime.now(timezone.utc).date().isoformat(),
    )  # fmt: skip


def _said(error: Exception) -> str:
    if isinstance(error, ProblemsFound):
        return "; ".join(f"{problem.where()}: {problem.message}" for problem in error.problems[:3])
    return str(error)
