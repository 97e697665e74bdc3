"""An alert's rule, as matrices/alerts.yml writes it, and what it is about. Pure data.

Rule ──measure──► Reading (value, baseline, n) for each Place ──evaluate──► Alert ──act──► issue, flag, message
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal, get_args

from shuntyard.alerts.verdicts import Question

Per = Literal["configuration", "pipeline", "all"]
Severity = Literal["info", "warning", "critical"]
Action = Literal["disable_feature_flag", "open_issue", "notify", "quarantine", "investigate_and_optimize"]

ACTIONS: tuple[Action, ...] = get_args(Action)
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")  # worst first
TELLING: frozenset[Action] = frozenset(
    {"open_issue", "notify", "investigate_and_optimize"}
)  # remind, say when it is over
EVERYWHERE = "*"

_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """How long a condition has to hold before its alert fires: in so many consecutive runs, or over so many seconds."""

    runs: int = 1
    seconds: float = 0.0

    def __str__(self) -> str:
        return span(self.seconds) if self.seconds else f"{self.runs} run{'s' if self.runs != 1 else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One alert. `window_s` is how far back it measures; below `least` executions (or whatever `n` counts) it does not
    judge; `remind_s` is the time between two reminders, 0 for none. `owner` and `days` are those of the quarantines
    that it proposes."""

    name: str
    question: Question
    actions: tuple[Action, ...]
    severity: Severity = "warning"
    per: Per = "configuration"
    hold: Hold = Hold()
    window_s: float = 7 * 86_400.0
    least: int = 1
    remind_s: float = 7 * 86_400.0
    owner: str = ""
    days: int = 14

    @property
    def id(self) -> str:
        """The name as a word for file names and markers. The digest keeps two names apart that read alike."""
        digest = hashlib.blake2b(self.name.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
        return f"{_SLUG.sub('-', self.name.lower()).strip('-')[:40]}-{digest}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """What an alert is about: one configuration, one pipeline of a repository, or everything."""

    per: Per
    name: str = EVERYWHERE
    repository: str = ""

    @property
    def key(self) -> str:
        """Tells it from every other place. No name can make it another's: lengths are part of it."""
        return f"{self.per} {len(self.repository)} {self.repository} {self.name}"

    def __str__(self) -> str:
        return "everything" if self.per == "all" else f"{self.repository} {self.name}".strip()


def key(rule: Rule, place: Place) -> str:
    """What tells an alert from every other: its rule's name and its place."""
    return f"{rule.id} {place.key}"


def marker(rule: Rule, place: Place) -> str:
    """A word that an issue carries, so that it is found again. Names come in as a digest: anybody may choose them."""
    return f"shuntyard-alert-{rule.id}-{marker_digest(place)}"


def marker_digest(place: Place) -> str:
    """Twelve hexadecimal digits that stand for a place."""
    return hashlib.blake2b(place.key.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def span(seconds: float) -> str:
    """A time as the file writes it: `2 d`, `6 h`, `30 min`."""
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"
