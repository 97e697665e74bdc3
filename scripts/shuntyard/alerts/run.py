"""A check of alerts from end to end: the history, the state beside it, and what was done about what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shuntyard.alerts.check import Checked, carry_out
from shuntyard.alerts.evaluate import Evaluation, evaluate
from shuntyard.alerts.measure import LOOK_BACK, Meter, Occasion
from shuntyard.alerts.rules import Place, Rule
from shuntyard.alerts.source import Facts, gather
from shuntyard.alerts.state import State
from shuntyard.alerts.statefile import StateFile
from shuntyard.alerts.tools import Tools
from shuntyard.analyses.query import Connection
from shuntyard.errors import Problem
from shuntyard.stats.ab import Question
from shuntyard.store import Chosen, open_store

_SPILL = timedelta(days=1)  # a run that began before what is looked back to may hold executions of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What to look at. `switched_on`: when a configuration's flag was last switched on; what ran before does not count
    against it any more, and its alert may switch it off once more. `now` is UTC without a zone."""

    history: str
    now: datetime
    question: Question = field(default_factory=Question)
    repository: str = ""
    known: tuple[str, ...] = ()
    switched_on: Mapping[str, datetime] = field(default_factory=dict)


def check(
    rules: Sequence[Rule],
    look: Look,
    file: StateFile,
    tools: Callable[[Facts], Tools],
    *,
    dry_run: bool = False,
) -> tuple[Checked, Evaluation, tuple[Problem, ...]]:
    """Measures, judges, and does what is due. The problems are what of the history cannot be read."""
    if dry_run:
        return _check(rules, look, file, tools, dry_run=True)
    with file.alone():
        return _check(rules, look, file, tools, dry_run=False)


def _check(
    rules: Sequence[Rule], look: Look, file: StateFile, tools: Callable[[Facts], Tools], *, dry_run: bool
) -> tuple[Checked, Evaluation, tuple[Problem, ...]]:
    state = renewed(file.load(), look.switched_on)
    since = look.now - LOOK_BACK - _SPILL
    with open_store(look.history).history(Chosen(since=since)) as history:
        evaluation, facts = history.run(lambda connection: _judge(connection, rules, look, state))
        problems = history.problems
    checked = carry_out(evaluation, tools(facts), dry_run=dry_run, save=file.save)
    return checked, evaluation, problems


def _judge(connection: Connection, rules: Sequence[Rule], look: Look, state: State) -> tuple[Evaluation, Facts]:
    standing: dict[str, set[Place]] = {rule.id: set() for rule in rules}
    after = {Place(per="configuration", name=config): moment for config, moment in look.switched_on.items()}
    for entry in state.entries.values():
        if entry.since:
            standing.setdefault(entry.rule, set()).add(entry.place)
    occasion = Occasion(
        now=look.now,
        question=look.question,
        repository=look.repository,
        known=look.known,
        after=after,
        standing={rule: frozenset(places) for rule, places in standing.items()},
    )
    meter = Meter(connection, occasion)
    evaluation = evaluate(meter.measure(rules), state, look.now)
    return evaluation, gather(meter, evaluation, look.question, look.now)


def renewed(state: State, switched_on: Mapping[str, datetime]) -> State:
    """The state with flags that were switched on again since an alert switched them off: it may do so once more."""
    for entry in list(state.entries.values()):
        told = entry.told.get("disable_feature_flag")
        on = switched_on.get(entry.place.name) if entry.place.per == "configuration" else None
        if told and on and on > datetime.fromisoformat(told):
            left = {action: when for action, when in entry.told.items() if action != "disable_feature_flag"}
            state = state.put(replace(entry, told=left))
    return state
