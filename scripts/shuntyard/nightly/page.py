"""The nights as one HTML page, in the dashboard's shell: no network, its own style and script by their hashes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuntyard.dashboard import shell
from shuntyard.dashboard.page import SIZE_LIMIT
from shuntyard.nightly import wording
from shuntyard.nightly.cadence import WEEKDAYS
from shuntyard.nightly.rules import NIGHTS, SIGNS
from shuntyard.nightly.view import View

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
DETAILS = (60, 20, 5, 0)  # nights with all that was said in them


def render(view: Callable[[int], View]) -> str:
    """The page, at most SIZE_LIMIT bytes: `view` gives it with so many nights in detail, fewer where hostile texts make
    it larger. Raises ShuntyardError where Jinja2 is not installed."""
    pages = (_render(view(details)) for details in DETAILS)
    return next((html for html in pages if len(html.encode()) <= SIZE_LIMIT), "") or _render(view(0))


def _render(view: View) -> str:
    style = shell.read(shell.TEMPLATES / "page.css") + shell.read(TEMPLATES / "status.css")
    script = shell.read(shell.SORT) + shell.read(shell.TEMPLATES / "page.js")
    template = _environment().get_template("status.html.j2")
    return template.render(
        view=view,
        style=style,
        script=script,
        policy=shell.policy(style, script),
        sign_rules=SIGNS,
        night_rules=NIGHTS,
        roles=wording.ROLE_WORDS,
        weekdays=WEEKDAYS,
    )


@functools.cache
def _environment() -> Environment:
    filters: dict[str, Callable[..., Any]] = {
        "because": wording.because,
        "experimental": wording.experimental,
        "rows": wording.rows,
        "nights": wording.nights,
        "side_word": wording.SIDES.__getitem__,
        "weekday": WEEKDAYS.__getitem__,
    }
    return shell.environment(TEMPLATES, shell.TEMPLATES, filters=filters)
