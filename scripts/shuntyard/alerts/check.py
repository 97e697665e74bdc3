"""One check of a history's alerts: measure, judge, do what is due, keep the state after every act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from shuntyard.alerts import acts
from shuntyard.alerts.evaluate import Alert, Due, Evaluation, due, settled
from shuntyard.alerts.rules import Action
from shuntyard.alerts.state import Entry, State, closed, done
from shuntyard.alerts.tools import Job, Receipt, Step, Tools
from shuntyard.errors import ShuntyardError

Result = Literal["done", "would", "left", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What became of a step of an action: carried out, only shown (dry run), left to somebody, or failed."""

    alert: Alert
    action: Action
    kind: str
    result: Result
    told: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The alerts, worst first, what was done, and the state after it."""

    alerts: tuple[Alert, ...]
    acts: tuple[Act, ...]
    state: State

    @property
    def failed(self) -> bool:
        """Whether some action failed."""
        return any(act.result == "failed" for act in self.acts)


def carry_out(evaluation: Evaluation, tools: Tools, *, dry_run: bool, save: Callable[[State], None]) -> Checked:
    """Does what is due, alert by alert; an action that fails hides no other, and is tried again by the next check.

    `save` keeps the state after each act, so that a check that is killed does not tell again what it told. A dry run
    calls nothing that changes anything, and saves nothing.
    """
    doer = _Doer(evaluation.state, tools, dry_run, save)
    for alert in evaluation.alerts:
        doer.alert(alert)
    doer.keep(doer.state)
    if doer.bug:
        raise doer.bug
    return Checked(alerts=evaluation.alerts, acts=tuple(doer.acts), state=doer.state)


class _Doer:
    def __init__(self, state: State, tools: Tools, dry_run: bool, save: Callable[[State], None]) -> None:
        self.state = state
        self.acts: list[Act] = []
        self.bug: Exception | None = None  # raised once everything else is done
        self._tools, self._dry_run, self._save = tools, dry_run, save

    def alert(self, alert: Alert) -> None:
        entry = self.state.of(alert.rule, alert.place)
        did: tuple[str, ...] = ()
        for each in sorted(due(alert, entry, self._tools.now), key=lambda each: acts.ORDER.index(each.action)):
            entry, news = self._one(each, entry, did)
            did = (*did, *news)
        if entry.over and not self._dry_run:
            self.keep(self.state.put(settled(entry)))

    def keep(self, state: State) -> None:
        """The state from now on, on disk too."""
        self.state = state
        if not self._dry_run:
            self._save(state)

    def _one(self, each: Due, entry: Entry, did: tuple[str, ...]) -> tuple[Entry, tuple[str, ...]]:
        """One action; the entry after it, and what it did. It counts as carried out when each of its steps is."""
        try:
            steps = acts.prepare(Job(due=each, entry=entry, tools=self._tools, did=did))
        except Exception as error:
            self._note(each, "failed", Step(what=self._words(error)))
            return entry, ()
        receipts: list[Receipt] = []
        for step in steps:
            if self._dry_run or step.do is None:
                self._note(each, "would" if step.do else "left", step)
                did = (*did, step.what)
                continue
            receipt = self._try(each, step, step.do)
            if receipt is not None:
                receipts.append(receipt)
        if self._dry_run:
            return entry, tuple(step.what for step in steps if step.do)
        if len(receipts) == len(steps):
            entry = _after(each, entry, receipts, self._tools.now)
            self.keep(self.state.put(entry))
        return entry, tuple(receipt.told for receipt in receipts)

    def _try(self, each: Due, step: Step, do: Callable[[], Receipt]) -> Receipt | None:
        """The receipt; None where nothing was done."""
        try:
            receipt = do()
        except Exception as error:
            self._note(each, "failed", replace(step, what=f"{step.what}: {self._words(error)}"))
            return None
        for fault in receipt.failed:
            self._note(each, "failed", replace(step, what=fault))
        if not receipt.told:
            return None
        self._note(each, "done", replace(step, what=receipt.told))
        return receipt

    def _words(self, error: Exception) -> str:
        if isinstance(error, ShuntyardError):
            return f"{error.message} ({error.hint})" if error.hint else error.message
        self.bug = self.bug or error
        return f"a bug: {type(error).__name__}"

    def _note(self, each: Due, result: Result, step: Step) -> None:
        self.acts.append(
            Act(alert=each.alert, action=each.action, kind=each.kind, result=result, told=step.what, detail=step.detail)
        )


def _after(each: Due, entry: Entry, receipts: Sequence[Receipt], now: datetime) -> Entry:
    if each.kind == "resolve":
        return closed(entry, each.action)
    number = next((receipt.number for receipt in receipts if receipt.number), 0)
    address = next((receipt.address for receipt in receipts if receipt.address), "")
    return done(entry, each.action, now.isoformat(), number, address)
