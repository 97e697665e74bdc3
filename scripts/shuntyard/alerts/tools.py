"""What actions act with, and what they come to. The outside world is behind it: a hub, people, flags, the history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shuntyard.alerts.context import Context
from shuntyard.alerts.evaluate import Alert, Due
from shuntyard.alerts.notify import Notifier
from shuntyard.alerts.profile import Profile
from shuntyard.alerts.state import Entry
from shuntyard.hub import Hub
from shuntyard.stats.flaky import Flake


class Flags(Protocol):
    """The feature flags of configurations."""

    def preview(self, config: str) -> str:
        """What switching it off would change, or that it is off already. Changes nothing."""

    def switch_off(self, config: str, evidence: Mapping[str, Any], reason: str) -> str:
        """Switches it off at once; gives what was changed. Raises ShuntyardError where that fails."""


class Source(Protocol):
    """What the history says about an alert besides its figure."""

    def context(self, alert: Alert) -> Context:
        """Where its numbers come from."""

    def profile(self, alert: Alert) -> Profile:
        """What slowed."""

    def flakes(self, alert: Alert) -> list[Flake]:
        """The flaky cases at its place."""

    def configurations(self, alert: Alert) -> tuple[str, ...]:
        """The configurations that it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """`hub` and `flags` are None where none was named; `labels` are put on issues; `read` gives the text of a file of
    the repository, empty where there is none. `now` is UTC without a zone."""

    source: Source
    notifier: Notifier
    now: datetime
    hub: Hub | None = None
    flags: Flags | None = None
    labels: tuple[str, ...] = ()
    read: Callable[[str], str] = lambda _: ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an action did: told in one line; the issue it opened, if it did. `failed` says what part of it failed."""

    told: str
    number: int = 0
    address: str = ""
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An action, ready to be carried out. `what` says it in one line; `detail` is exactly what is sent or changed. `do`
    is None where it cannot be done here, and `what` says why."""

    what: str
    detail: str = ""
    do: Callable[[], Receipt] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What an action is given: what is due, what is known of the alert, what other actions did for it just now."""

    due: Due
    entry: Entry
    tools: Tools
    did: tuple[str, ...] = ()


NO_HUB = "no hub is named, so this is left to you (--hub github, or --hub local:DIR)"
