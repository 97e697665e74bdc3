"""Everything that a decision rests on, from where it is kept: the matrices, the history, the variable, the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from generator.load import Toolkit
from generator.rollout.plan import plan
from shuntyard.errors import Problem
from shuntyard.hub import Hub
from shuntyard.options import read_flags
from shuntyard.rollout.decide import Findings, Situation
from shuntyard.rollout.flags import VARIABLE, read_variable
from shuntyard.rollout.log import Entry, Log, last, read_moment
from shuntyard.rollout.measure import Evidence
from shuntyard.rollout.phases import Rollout, windows
from shuntyard.store import Chosen, open_store

_SPILL = timedelta(days=1)  # a run that began before the window may hold executions of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The situation, where the variable was read, and what could not be read of history or log."""

    situation: Situation
    variable_from: str
    problems: tuple[Problem, ...]


def gather(
    toolkit: Toolkit, *, history: str, repository: str, hub: Hub | None, env: Mapping[str, str], log: Log, now: datetime
) -> Gathered:
    """As of `now` (UTC without a zone). Without a hub the variable is the environment's."""
    rollout = plan(toolkit)
    entries, problems = log.read()
    variable = read_variable(hub) if hub else read_flags(env.get(VARIABLE, ""))
    findings, unread = _measure(rollout, history, repository, now, demotions(entries))
    situation = Situation(
        rollout=rollout,
        in_file={name: toolkit.configurations[name].python_runner for name in rollout.configurations},
        variable=variable,
        findings=findings,
        now=now,
        switched_on=_switched_on(rollout, entries),
        held_why={name: why for name in rollout.configurations if (why := _why_off(entries, name))},
    )
    told = "the hub" if hub else "the environment" if env.get(VARIABLE) else "nowhere"
    return Gathered(situation=situation, variable_from=told, problems=(*problems, *unread))


def demotions(entries: Sequence[Entry]) -> dict[str, datetime]:
    """When each configuration was last switched off."""
    found = ((each.config, read_moment(each.when)) for each in entries if each.action == "demoted")
    return {config: when for config, when in found if when is not None}


def _measure(
    rollout: Rollout, history: str, repository: str, now: datetime, demoted: Mapping[str, datetime]
) -> tuple[Findings, Sequence[Problem]]:
    since = now - timedelta(days=windows(rollout.phases)[0]) - _SPILL
    with open_store(history).history(Chosen(since=since, pipelines=rollout.pipelines)) as found:
        findings = found.run(
            lambda connection: Evidence(
                connection=connection, rollout=rollout, now=now, repository=repository, demoted=demoted
            ).findings()
        )
        return findings, found.problems


def _switched_on(rollout: Rollout, entries: Sequence[Entry]) -> dict[str, datetime]:
    """When a flag that was not switched off since was switched on, as far as the log knows."""
    times = {}
    for config in rollout.configurations:
        newest = last(entries, config, ("promoted", "released", "proposed", "demoted"))
        when = read_moment(newest.when) if newest and newest.action != "demoted" else None
        if when is not None:
            times[config] = when
    return times


def _why_off(entries: Sequence[Entry], config: str) -> str:
    newest = last(entries, config, ("promoted", "released", "demoted"))
    if newest is None or newest.action != "demoted":
        return ""
    return f"switched off {newest.when} by {newest.by or 'somebody'}: {newest.reason or 'no reason given'}"
