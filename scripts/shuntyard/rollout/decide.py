"""Which phase has its turn, what is promoted, what is held back and why. Pure: the same situation, the same answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from shuntyard.rollout.flags import ALL, effective
from shuntyard.rollout.judge import Finding, all_met
from shuntyard.rollout.phases import EVERYTHING, Phase, Rollout
from shuntyard.stats.kpi import Met

State = Literal["done", "open", "waiting"]
Findings = Mapping[tuple[str, str], tuple[Finding, ...]]  # by (phase, subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything that a decision rests on. `in_file` is `python-runner:` of each configuration, `variable` the entries
    of the repository variable, `switched_on` when a flag was last switched on as far as the log knows, `held_why` what
    the log says of one that is off. Times are UTC without a zone."""

    rollout: Rollout
    in_file: Mapping[str, bool]
    variable: Mapping[str, bool]
    findings: Findings
    now: datetime
    switched_on: Mapping[str, datetime] = field(default_factory=dict)
    held_why: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One configuration (or everything, in a phase about all). `held`: the variable keeps it off, whatever the file
    says, so that only a release lets it be promoted."""

    config: str
    on: bool
    by: Literal["file", "variable"]
    held: bool
    why_held: str
    met: Met
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseStanding:
    """One phase: done, open (its configurations may be promoted), or waiting for an earlier one; `why` says more."""

    phase: str
    title: str
    state: State
    why: str
    members: tuple[Standing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A promotion that is due. `release`: the variable's entry has to go first."""

    config: str
    phase: str
    release: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Where everything stands now, what is promoted, in order, and what else should be told."""

    phases: tuple[PhaseStanding, ...]
    moves: tuple[Move, ...]
    told: tuple[str, ...]


def decide(situation: Situation, release: frozenset[str] = frozenset()) -> Decision:
    """Phase after phase: a configuration is promoted when its criteria are met and every phase before is done; those in
    `release` also when the variable keeps them off. What is promoted here counts as on for the phases that follow."""
    on = {config: effective(config, situation.variable, flag) for config, flag in situation.in_file.items()}
    after, since = dict(on), dict(situation.switched_on)
    phases: list[PhaseStanding] = []
    moves: list[Move] = []
    told: list[str] = []
    blocking = blocking_after = ""
    for phase in situation.rollout.phases:
        members = tuple(_standing(situation, phase, subject, on) for subject in phase.subjects)
        for member in () if blocking_after or phase.everything else members:
            if member.on or member.met != "yes":
                continue
            if member.held and member.config not in release:
                told.append(_holds(member))
                continue
            moves.append(Move(config=member.config, phase=phase.name, release=member.held, findings=member.findings))
            after[member.config], since[member.config] = True, situation.now
        told += [_failing(member) for member in members if member.on and member.met == "no" and not phase.everything]
        missing = _missing(situation, phase, members, on, situation.switched_on)
        state: State = "waiting" if blocking else "open" if missing else "done"
        why = f"waits for phase {blocking}" if blocking else missing
        phases.append(PhaseStanding(phase=phase.name, title=phase.title, state=state, why=why, members=members))
        blocking = blocking or (phase.name if missing else "")
        blocking_after = blocking_after or (phase.name if _missing(situation, phase, members, after, since) else "")
    return Decision(phases=tuple(phases), moves=tuple(moves), told=tuple(told))


def _standing(situation: Situation, phase: Phase, subject: str, on: Mapping[str, bool]) -> Standing:
    findings = situation.findings.get((phase.name, subject), ())
    if subject == EVERYTHING:
        everyone = all(on[config] for config in situation.rollout.configurations)
        return Standing(
            config=subject, on=everyone, by="file", held=False, why_held="", met=all_met(findings), findings=findings
        )
    variable = situation.variable
    decided = subject in variable or ALL in variable
    held = decided and not on[subject]
    return Standing(
        config=subject, on=on[subject], by="variable" if decided else "file", held=held,
        why_held=situation.held_why.get(subject, "") if held else "", met=all_met(findings), findings=findings,
    )  # fmt: skip


def _missing(
    situation: Situation, phase: Phase, members: tuple[Standing, ...], on: Mapping[str, bool],
    since: Mapping[str, datetime],
) -> str:  # fmt: skip
    """What a phase lacks to be done; empty when it is."""
    switched = situation.rollout.configurations if phase.everything else phase.configurations
    off = [config for config in switched if not on[config]]
    if off:
        return f"not on yet: {', '.join(off)}"
    open_ones = [] if phase.done else [member.config for member in members if member.met != "yes"]
    if open_ones:
        return f"criteria not met: {', '.join('everything' if each == EVERYTHING else each for each in open_ones)}"
    latest = max((since[config] for config in switched if config in since), default=None)
    if latest is not None and situation.now - latest < timedelta(days=phase.days):
        left = latest + timedelta(days=phase.days)
        return f"lasts {phase.days} days, until {left:%Y-%m-%d %H:%M} UTC"
    return ""


def _holds(member: Standing) -> str:
    why = f" ({member.why_held})" if member.why_held else ""
    told = f"{member.config}: its criteria are met, but the variable keeps it off{why}"
    return f"{told}; --release {member.config} lets it go on"


def _failing(member: Standing) -> str:
    bad = "; ".join(finding.condition for finding in member.findings if finding.met == "no")
    return f"{member.config} is on and does not meet: {bad}"
