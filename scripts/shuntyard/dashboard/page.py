"""The dashboard as HTML: one file without network access, locked by a policy (shell)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from shuntyard.dashboard import bars, curves, lines, runs, shell, wording
from shuntyard.dashboard.view import View, left_out, settles

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = shell.TEMPLATES
SIZE_LIMIT = 2_000_000  # bytes
SHARES = (1.0, 0.5, 0.25, 0.1)


def render(view: Callable[[float], View]) -> str:
    """The page, at most SIZE_LIMIT bytes: `view` gives it with a share of each long list, and where hostile texts make
    it larger, a smaller share is shown. Raises ShuntyardError where Jinja2 is not installed."""
    pages = (_render(view(share)) for share in SHARES)
    return next((html for html in pages if len(html.encode()) <= SIZE_LIMIT), "") or _render(view(0.0))


def _render(view: View) -> str:
    style, script = shell.read(TEMPLATES / "page.css"), shell.read(shell.SORT) + shell.read(TEMPLATES / "page.js")
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            view=view,
            style=style,
            script=script,
            policy=shell.policy(style, script),
            curve_box=" ".join(map(str, lines.VIEW)),
            stages=bars.STAGES,
        )
    )


@functools.cache
def _environment() -> Environment:
    filters: dict[str, Callable[..., Any]] = {
        "amount": curves.amount,
        "change": wording.change,
        "left_out": left_out,
        "outcomes": _outcomes,
        "settles": settles,
        "summary": curves.summary,
        "why": runs.why,
    }
    return shell.environment(TEMPLATES, filters=filters)


def _outcomes(found: Mapping[str, int]) -> str:
    return ", ".join(f"{number} × {outcome}" for outcome, number in sorted(found.items())) or "not there"
