"""A scope as scripts read it: rules in order, priorities, and what must not be cut apart. Pure data on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SCHEMA = 1

Side = Literal["in", "out"]
Whole = Literal["file", "class"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Tests whose names fit one of the patterns `tests` are in or out of scope, for `reason`. `priority` is empty for
    those that are out."""

    scope: Side
    reason: str
    tests: tuple[str, ...] = ()
    priority: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """A group that is enabled before the next: `share` percent of the tests in scope; all together make 100."""

    name: str
    share: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Tests that are never cut within a `whole`: file (the whole file is one piece) or class (each class is in one)."""

    tests: tuple[str, ...]
    whole: Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One accelerator's scope. The first rule that fits a name decides; `otherwise` decides for all else.

    `salt` goes into every hash: another salt enables other tests, so it is chosen once.
    """

    schema: int = SCHEMA
    name: str
    summary: str
    salt: str
    priorities: tuple[Priority, ...]
    rules: tuple[Rule, ...]
    otherwise: Rule
    together: tuple[Together, ...] = ()
