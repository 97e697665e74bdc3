"""Text that others wrote, made fit to be shown: terminal codes, invisible characters, runner commands, length."""

from __future__ import annotations

import re
import unicodedata

ELLIPSIS = "…"
NOTHING = "–"

# Colours and titles as terminals take them (ECMA-48 CSI and OSC); the bound keeps hostile text linear.
_TERMINAL_CODE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]{0,1000}(?:\x07|\x1b\\)")
# What a reader cannot see and a writer could hide behind: controls, surrogates, direction overrides, line separators.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)


def visible(text: str) -> str:
    """The text with terminal codes dropped and every other invisible character made visible; keeps newline and tab."""
    text = _TERMINAL_CODE.sub("", text.replace("\r\n", "\n"))
    return _INVISIBLE.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"⟨U+{code:04X}⟩"


def line(text: str, limit: int = 200) -> str:
    """The text on one line, at most `limit` characters long; safe for a terminal and for a runner's log.

    A runner takes `##[...]` anywhere in a line and `::...` at its start for a command, so these are parted.
    """
    shown = " ".join(visible(text[: limit * 4]).split()).replace("##[", "## [")
    return clip(shown.replace("::", ": :", 1) if shown.startswith("::") else shown, limit)


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, the last one an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1] + ELLIPSIS


def clip_middle(text: str, limit: int) -> str:
    """About `limit` characters from both ends: the head says what failed, the tail of a traceback says why."""
    if len(text) <= limit:
        return text
    tail = limit // 3
    return f"{text[: limit - tail]}\n{ELLIPSIS} {len(text) - limit:,} characters left out {ELLIPSIS}\n{text[-tail:]}"


def clip_escaped(text: str, limit: int) -> str:
    """The longest visible head of `text` that takes at most `limit` bytes once escaped for HTML and encoded as UTF-8.

    A budget in characters would let a text of quotes grow fivefold: `"` becomes `&#34;`.
    """
    head = visible(text[:limit])
    fits = size = 0
    for index, character in enumerate(head):
        size += 5 if character in "&<>\"'" else len(character.encode())
        if size <= limit - len(ELLIPSIS.encode()):
            fits = index + 1
        if size > limit:
            return head[:fits] + ELLIPSIS
    return head if len(text) <= limit else head[:fits] + ELLIPSIS


def width(text: str) -> int:
    """How many columns a terminal gives the text: wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
