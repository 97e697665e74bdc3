"""What every page from a history shares: the Jinja2 environment, its filters, and the policy that locks the page.

No other file knows Jinja2; the nightly status page (shuntyard.nightly) is made with it too.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuntyard import human
from shuntyard.dashboard import wording
from shuntyard.errors import ShuntyardError
from shuntyard.store import HINT
from shuntyard.text import clip_escaped, clip_middle

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
SORT = Path(__file__).parent.parent / "templates" / "sort.js"  # the report's page sorts its tables alike


def environment(*folders: Path, filters: Mapping[str, Callable[..., Any]]) -> Environment:
    """An environment that finds templates in `folders`, escapes everything, and refuses undefined names.

    Raises ShuntyardError where Jinja2 is not installed.
    """
    try:
        import jinja2  # noqa: PLC0415 (so that the command can say what is missing)
        import markupsafe  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ShuntyardError("the dashboard needs Jinja2, which is not installed in this Python", hint=HINT) from error

    def trusted(markup: str) -> Markup:
        """Text of our own files, and pictures that draw.cut cleaned; never a value from a history."""
        return markupsafe.Markup(markup)  # noqa: S704 (that is its purpose)

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "clip": clip_escaped,
        "clip_middle": clip_middle,
        "commit": wording.commit,
        "count": human.count,
        "day": wording.day,
        "drawn": trusted,
        "duration": human.duration,
        "minute": wording.minute,
        "percent": wording.percent,
        "trusted": trusted,
        **filters,
    }
    return made


def read(path: Path) -> str:
    """A style or a script of ours."""
    return path.read_text(encoding="utf-8")


def policy(style: str, script: str) -> str:
    """The Content-Security-Policy of a page with this style and script inline, and no request at all."""
    sources = {"default": "'none'", "style": _digest(style), "script": _digest(script)}
    rules = "; ".join(f"{kind}-src {source}" for kind, source in sources.items())
    return f"{rules}; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    """The hash source of an inline style or script. Source: Content Security Policy Level 3, 6.7.2.3."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
