"""Scopes to test with."""

from __future__ import annotations

from hypothesis import strategies as st

from shuntyard.scope.model import Priority, Rule, Scope, Together

NAMES = st.from_regex(r"(dir/)?(test|odd)_[a-z0-9]{1,6}", fullmatch=True)


def scope(*rules: Rule, shares: tuple[float, ...] = (20.0, 80.0), salt: str = "s", **more: object) -> Scope:
    """A scope with the priorities p1, p2 ... of these shares."""
    priorities = tuple(Priority(name=f"p{n}", share=share, reason="r") for n, share in enumerate(shares, start=1))
    given = {"otherwise": Rule(scope="out", reason="nobody decided"), "together": (), **more}
    return Scope(name="made", summary="s", salt=salt, priorities=priorities, rules=rules, **given)  # type: ignore[arg-type]


def inside(priority: str, *tests: str) -> Rule:
    return Rule(scope="in", reason=f"in as {priority}", priority=priority, tests=tests)


def outside(reason: str, *tests: str) -> Rule:
    return Rule(scope="out", reason=reason, tests=tests)


def together(whole: str, *tests: str) -> Together:
    return Together(tests=tests, whole=whole)  # type: ignore[arg-type]


WIDE = scope(outside("odd", "**/odd_*"), inside("p1", "dir/**"), inside("p2", "test_*"))
