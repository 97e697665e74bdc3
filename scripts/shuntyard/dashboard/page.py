"""The dashboard as HTML: one file without network access, locked by a policy. No other file here knows Jinja2."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from shuntyard import human
from shuntyard.dashboard import bars, curves, lines, runs, wording
from shuntyard.dashboard.view import View, left_out, settles
from shuntyard.errors import ShuntyardError
from shuntyard.store import HINT
from shuntyard.text import clip_escaped, clip_middle

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
SORT = Path(__file__).parent.parent / "templates" / "sort.js"  # the report's page sorts its tables alike
SIZE_LIMIT = 2_000_000  # bytes
SHARES = (1.0, 0.5, 0.25, 0.1)


def render(view: Callable[[float], View]) -> str:
    """The page, at most SIZE_LIMIT bytes: `view` gives it with a share of each long list, and where hostile texts make
    it larger, a smaller share is shown. Raises ShuntyardError where Jinja2 is not installed."""
    pages = (_render(view(share)) for share in SHARES)
    return next((html for html in pages if len(html.encode()) <= SIZE_LIMIT), "") or _render(view(0.0))


def _render(view: View) -> str:
    style, script = _text("page.css"), SORT.read_text(encoding="utf-8") + _text("page.js")
    policy = {"default": "'none'", "style": _digest(style), "script": _digest(script)}
    rules = "; ".join(f"{kind}-src {source}" for kind, source in policy.items())
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            view=view,
            style=style,
            script=script,
            policy=f"{rules}; base-uri 'none'; form-action 'none'",
            curve_box=" ".join(map(str, lines.VIEW)),
            stages=bars.STAGES,
        )
    )


@functools.cache
def _environment() -> Environment:
    try:
        import jinja2  # noqa: PLC0415 (so that the command can say what is missing)
        import markupsafe  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ShuntyardError("the dashboard needs Jinja2, which is not installed in this Python", hint=HINT) from error

    def trusted(markup: str) -> Markup:
        """Text of our own files, and pictures that draw.cut cleaned; never a value from a history."""
        return markupsafe.Markup(markup)  # noqa: S704 (that is its purpose)

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "amount": curves.amount,
        "change": wording.change,
        "clip": clip_escaped,
        "clip_middle": clip_middle,
        "commit": wording.commit,
        "count": human.count,
        "day": wording.day,
        "drawn": trusted,
        "duration": human.duration,
        "left_out": left_out,
        "minute": wording.minute,
        "outcomes": _outcomes,
        "percent": wording.percent,
        "settles": settles,
        "summary": curves.summary,
        "trusted": trusted,
        "why": runs.why,
    }
    return environment


def _outcomes(found: Mapping[str, int]) -> str:
    return ", ".join(f"{number} × {outcome}" for outcome, number in sorted(found.items())) or "not there"


def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """The hash source of an inline style or script. Source: Content Security Policy Level 3, 6.7.2.3."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
