"""Small input languages: lists of words, feature flags."""

from __future__ import annotations

from shuntyard.errors import ShuntyardError

SWITCHES = {"on": True, "true": True, "off": False, "false": False}


def words(text: str) -> list[str]:
    """Words separated by spaces, commas or newlines."""
    return text.replace(",", " ").split()


def read_flags(text: str) -> dict[str, bool]:
    """`docs_test=on distributed=off` as a mapping; `*` means every configuration. Raises ShuntyardError."""
    flags = {}
    for word in words(text):
        name, equals, switch = word.partition("=")
        if not name or not equals or switch not in SWITCHES:
            raise ShuntyardError(
                f"the flag {word!r} is not understood", hint="write name=on or name=off, or *=on for all"
            )
        flags[name] = SWITCHES[switch]
    return flags
