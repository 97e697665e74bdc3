"""The HTML page: one file without network access, locked by a security policy. No other file knows Jinja2."""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from shuntyard import human, summary
from shuntyard.errors import ShuntyardError
from shuntyard.pairs import ENOUGH
from shuntyard.report import Report
from shuntyard.text import clip_escaped, clip_middle
from shuntyard.view import ratio_position, view

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
SIZE_LIMIT = 2_000_000  # bytes


def render(report: Report) -> str:
    """The page of a report, at most SIZE_LIMIT bytes: where hostile texts make it larger, it shows less of each list.

    Raises ShuntyardError where Jinja2 is not installed.
    """
    pages = (_render(report, share) for share in (1.0, 0.4, 0.2))
    return next(html for html in pages if len(html.encode()) <= SIZE_LIMIT)


def _render(report: Report, share: float) -> str:
    style, script = _partial("report.css"), _partial("sort.js") + _partial("report.js")
    policy = {"default": "'none'", "style": _digest(style), "script": _digest(script)}
    rules = "; ".join(f"{kind}-src {source}" for kind, source in policy.items())
    template = _environment().get_template("report.html.j2")
    return template.render(
        view=view(report, share),
        report=report,
        enough=ENOUGH,
        caution=summary.caution(report.pairs),
        style=style,
        script=script,
        policy=f"{rules}; base-uri 'none'; form-action 'none'",
    )


@functools.cache
def _environment() -> Environment:
    try:
        import jinja2  # noqa: PLC0415 (so that the script can say what is missing)
    except ModuleNotFoundError as error:
        hint = "run setup-toolkit first, or this script with the toolkit's own Python"
        raise ShuntyardError("Jinja2 is not installed in this Python", hint=hint) from error
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "clip": clip_escaped,
        "clip_middle": clip_middle,
        "count": human.count,
        "duration": human.duration,
        "memory": human.memory,
        "moment": human.moment,
        "ratio": human.ratio,
        "tally": human.tally,
        "ratio_position": ratio_position,
        "answer": summary.answer,
    }
    return environment


def _partial(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """The hash source of an inline style or script. Source: Content Security Policy Level 3, 6.7.2.3."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
