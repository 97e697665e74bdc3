"""The authoring format of a test scope (matrices/*-scope.yml): which of another project's tests an accelerator runs."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from generator.alphabet import Name, Strict, Text, Word
from shuntyard.scope.model import Priority, Rule, Scope, Together
from shuntyard.scope.patterns import Patterns

SUFFIX = "-scope"


def rendered(name: str) -> str:
    """Where the compiled scope lies, which scripts read."""
    return f"matrices/scopes/{name}.json"


def _parts(text: str) -> str:
    for part in text.split("/"):
        if part in ("", ".", ".."):
            raise ValueError("must be a name below the tests' folder, with single slashes and no dots alone")
        if "**" in part and part != "**":
            raise ValueError("** stands for whole parts: write dir/**/name")
    if text.endswith(".py"):
        raise ValueError("names have no .py")
    return text


TestPattern = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_*?][A-Za-z0-9_*?./-]*$", max_length=200), AfterValidator(_parts)
]
Tests = Annotated[list[TestPattern], Field(min_length=1, max_length=500)]


class PriorityItem(Strict):
    """Tests that are enabled before those of the next priority."""

    name: Name
    share: Annotated[float, Field(ge=0.1, le=100)] = Field(
        description="percent of the tests in scope, as `shuntyard scope` measures it; all priorities make 100"
    )
    reason: Text = Field(description="why these come now")


class InItem(Strict):
    """Tests that are in scope."""

    scope: Literal["in"]
    priority: Name
    reason: Text
    tests: Tests


class OutItem(Strict):
    """Tests that are out of scope."""

    scope: Literal["out"]
    reason: Text
    tests: Tests


class Otherwise(Strict):
    """What holds for a test that fits no rule; `shuntyard scope` counts those."""

    scope: Literal["in", "out"]
    priority: Name | None = None
    reason: Text


class TogetherItem(Strict):
    """Tests whose file, or each class, is never cut apart."""

    tests: Tests
    whole: Literal["file", "class"]
    reason: Text


class ScopeFile(Strict):
    """A test scope. The first rule with a pattern that fits a test's name decides."""

    scope: Name = Field(description="its name, as in the file's name before -scope.yml")
    summary: Text
    salt: Word = Field(description="part of every hash; another one enables other tests, so it is never changed")
    priorities: list[PriorityItem] = Field(min_length=1, max_length=20)
    rules: list[Annotated[InItem | OutItem, Field(discriminator="scope")]] = Field(min_length=1, max_length=200)
    otherwise: Otherwise
    together: list[TogetherItem] = Field(default=[], max_length=50)

    @model_validator(mode="after")
    def _adds_up(self) -> ScopeFile:
        names = [priority.name for priority in self.priorities]
        if len(set(names)) != len(names):
            raise ValueError("two priorities have one name")
        total = math.fsum(priority.share for priority in self.priorities)
        if abs(total - 100) > 1e-6:
            raise ValueError(f"the priorities' shares make {total:g} %, not 100")
        for item in (*self.rules, self.otherwise):
            priority = getattr(item, "priority", None)
            if item.scope == "in" and priority not in names:
                raise ValueError(f"unknown priority {priority!r}; known are {', '.join(names)}")
            if item.scope == "out" and priority is not None:
                raise ValueError("what is out of scope has no priority")
        return self

    @model_validator(mode="after")
    def _all_reached(self) -> ScopeFile:
        """A pattern that an earlier rule always takes would be a decision that never counts."""
        before: list[tuple[Patterns, frozenset[str]]] = []
        for rule in self.rules:
            for test in rule.tests:
                wild = "*" in test or "?" in test
                if any(test in listed or (not wild and patterns.fit(test)) for patterns, listed in before):
                    raise ValueError(f"the pattern {test!r} is never reached: an earlier rule takes it")
            before.append((Patterns(rule.tests), frozenset(rule.tests)))
        return self

    def compiled(self) -> Scope:
        """As scripts read it."""
        return Scope(
            name=self.scope,
            summary=self.summary,
            salt=self.salt,
            priorities=tuple(Priority(name=p.name, share=p.share, reason=p.reason) for p in self.priorities),
            rules=tuple(
                Rule(scope=item.scope, reason=item.reason, tests=tuple(item.tests), priority=_priority(item))
                for item in self.rules
            ),
            otherwise=Rule(
                scope=self.otherwise.scope, reason=self.otherwise.reason, priority=self.otherwise.priority or ""
            ),
            together=tuple(Together(tests=tuple(item.tests), whole=item.whole) for item in self.together),
        )


def _priority(item: InItem | OutItem) -> str:
    return item.priority if isinstance(item, InItem) else ""
