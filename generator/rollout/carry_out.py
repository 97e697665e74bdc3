"""Changes of flags, carried out and logged: in the work tree, in the repository variable, or as one pull request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from generator.load import Toolkit
from generator.rollout import apply, show
from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.hub import Hub, Proposal
from shuntyard.rollout.decide import Move, Situation
from shuntyard.rollout.flags import ALL, read_variable, set_flag
from shuntyard.rollout.log import Entry, Log, last, moment

Mode = Literal["file", "variable", "propose"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of one configuration: where its flag was changed, or why not."""

    config: str
    phase: str
    where: str
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who changes what, where and when. `now` is UTC without a zone."""

    toolkit: Toolkit
    hub: Hub | None
    log: Log
    now: datetime
    by: str

    def promote(self, moves: Sequence[Move], situation: Situation, mode: Mode) -> list[Done]:
        """Carries the moves out. Raises ShuntyardError before anything is changed where one of them cannot be."""
        self._refuse(moves, situation, mode)
        if mode == "variable":
            return [self._promote_at_once(move, situation) for move in moves]
        pending = [move for move in moves if not situation.in_file[move.config]]
        change = apply.edit(self.toolkit, {move.config: True for move in pending})
        where = {}
        if change.files and mode == "file":
            apply.write(self.toolkit.root, change)
            where = dict.fromkeys((move.config for move in pending), apply.SUITES)
        elif change.files:
            where = dict.fromkeys((move.config for move in pending), self._propose(pending, change))
        for move in pending:
            self._log_promotion(move, where[move.config], proposed=mode == "propose")
        for move in moves:
            if move.release and self.hub and move.config in situation.variable:
                evidence = [wire.encode(finding) for finding in move.findings]
                set_flag(
                    self.hub, move.config, None, evidence, self.log, self.now, by=self.by, phase=move.phase,
                    reason="released, criteria met", in_file=situation.in_file[move.config],
                )  # fmt: skip
                where.setdefault(move.config, "variable")
        return [
            Done(config=move.config, phase=move.phase, where=where.get(move.config, ""), changed=move.config in where)
            for move in moves
        ]

    def preview(self, moves: Sequence[Move], situation: Situation, mode: Mode) -> list[Done]:
        """What `promote` would do, refusals included; changes nothing."""
        self._refuse(moves, situation, mode)
        place = {"file": apply.SUITES, "variable": "variable", "propose": "a pull request"}[mode]
        return [Done(config=move.config, phase=move.phase, where=place, changed=True) for move in moves]

    def demote(self, configs: Sequence[str], reason: str, mode: Mode) -> list[Done]:
        """At once in the variable where there is a hub; in the file where the mode says so or there is no hub.

        What is off already gets its entry in the variable all the same: whoever asks for this does not want it on.
        """
        done = []
        for config in configs if self.hub else ():
            change = set_flag(
                self._hub(), config, False, [], self.log, self.now, by=self.by, reason=reason, force=True,
                phase=self._phase(config), in_file=self.toolkit.configurations[config].python_runner,
            )  # fmt: skip
            done.append(Done(config=config, phase=self._phase(config), where="variable", changed=change.changed))
        if mode == "variable":
            return done
        written = [config for config in configs if self.toolkit.configurations[config].python_runner]
        edit = apply.edit(self.toolkit, dict.fromkeys(written, False))
        if not edit.files:
            return done or [Done(config=each, phase=self._phase(each), where="", changed=False) for each in configs]
        where = apply.SUITES
        if mode == "file":
            apply.write(self.toolkit.root, edit)
        else:
            title = f"Rollout: take back {', '.join(written)}"
            body = f"{title}.\n\nReason: {show.inline(reason)}\n"
            proposal = Proposal(branch=f"{apply.BRANCH}-back", title=title[:200], body=body, files=edit.files)
            where = self._hub().propose(proposal).address
        for config in written:
            self._add(config, "proposed" if mode == "propose" else "demoted", "on", "off", where, reason, ())
            done.append(Done(config=config, phase=self._phase(config), where=where, changed=True))
        return done

    def _refuse(self, moves: Sequence[Move], situation: Situation, mode: Mode) -> None:
        if mode != "file" and self.hub is None:
            raise ShuntyardError(f"--{mode} changes a hub", hint="name one: --hub github, or --hub local:FOLDER")
        for move in moves:
            if not move.release or mode == "variable":
                continue
            if self.hub is None:
                hint = "name the hub that keeps it: --hub github, or --hub local:FOLDER"
                raise ShuntyardError(f"a variable keeps {move.config} off, and no hub is named", hint=hint)
            if move.config not in situation.variable and ALL in situation.variable:
                hint = "use --variable, which gives it an entry of its own, or take `*` out by hand"
                raise ShuntyardError(f"`*=off` keeps {move.config} off, and others too", hint=hint)

    def _promote_at_once(self, move: Move, situation: Situation) -> Done:
        if not move.release and read_variable(self._hub()).get(move.config) is False:
            where = "the variable, where it was switched off just now"
            return Done(config=move.config, phase=move.phase, where=where, changed=False)
        change = set_flag(
            self._hub(), move.config, True, [wire.encode(finding) for finding in move.findings], self.log, self.now,
            by=self.by, reason="released, criteria met" if move.release else "criteria met", phase=move.phase,
            in_file=situation.in_file[move.config],
        )  # fmt: skip
        return Done(config=move.config, phase=move.phase, where="variable", changed=change.changed)

    def _propose(self, moves: Sequence[Move], change: apply.Edit) -> str:
        names = ", ".join(move.config for move in moves)
        title = f"Rollout: switch on the {self._candidate()} runner for {names}"
        proposal = Proposal(branch=apply.BRANCH, title=title[:200], body=show.proposal(moves), files=change.files)
        return self._hub().propose(proposal).address

    def _log_promotion(self, move: Move, where: str, *, proposed: bool) -> None:
        """A pull request that is renewed every day is one proposal, not one a day."""
        if proposed:
            newest = last(self.log.read()[0], move.config, ("promoted", "released", "proposed", "demoted"))
            if newest and newest.action == "proposed" and newest.where == where:
                return
        evidence = [wire.encode(finding) for finding in move.findings]
        self._add(move.config, "proposed" if proposed else "promoted", "off", "on", where, "criteria met", evidence)

    def _add(
        self, config: str, action: Literal["promoted", "demoted", "proposed"], before: str, after: str, where: str,
        reason: str, evidence: Sequence[Mapping[str, Any]],
    ) -> None:  # fmt: skip
        entry = Entry(
            when=moment(self.now), by=self.by, action=action, config=config, before=before, after=after, where=where,
            phase=self._phase(config), reason=reason, evidence=tuple(map(dict, evidence)),
        )  # fmt: skip
        self.log.append(entry)

    def _hub(self) -> Hub:
        if self.hub is None:
            raise ShuntyardError("no hub is named", hint="--hub github, or --hub local:FOLDER")
        return self.hub

    def _phase(self, config: str) -> str:
        return self.toolkit.configurations[config].phase or ""

    def _candidate(self) -> str:
        return self.toolkit.rollout.candidate if self.toolkit.rollout else "new"
