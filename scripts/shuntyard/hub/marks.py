"""Marks what the toolkit wrote, so that it finds it again: a hidden comment at the head of a body. Pure."""

from __future__ import annotations

from urllib.parse import quote

from shuntyard.errors import ShuntyardError

LIMIT = 65_536  # characters of an issue's, a pull request's or a comment's body; GitHub refuses more
_CUT = "\n\n…\n\nThe rest does not fit here.\n"


def hidden(marker: str) -> str:
    """The marker as an HTML comment, which no reader sees. What could end the comment early is percent-encoded.

    Raises ShuntyardError for an empty marker: it would be found in everything.
    """
    shown = " ".join(marker.split())
    if not shown:
        raise ShuntyardError("a marker is empty", hint="name what the comment or issue is about, such as its pipeline")
    safe = quote(shown, safe=" ._:/#@=+", errors="backslashreplace").replace("--", "-%2D")
    return f"<!-- shuntyard: {safe} -->"


def marked(marker: str, body: str) -> str:
    """The body with its marker in front, cut where it is longer than a provider takes."""
    text = f"{hidden(marker)}\n{body}"
    return text if len(text) <= LIMIT else text[: LIMIT - len(_CUT)] + _CUT


def carries(marker: str, body: object) -> bool:
    """Whether a body starts with the marker; a quotation of it further down does not count."""
    return isinstance(body, str) and body.startswith(hidden(marker))
