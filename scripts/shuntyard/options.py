"""Small input languages: lists of words, feature flags, the name of an instance."""

from __future__ import annotations

import re

from shuntyard.errors import ShuntyardError

INSTANCE = re.compile(r"([A-Za-z0-9_.]+(-[A-Za-z0-9_.]+)*)?")  # part of artifacts' names, where `--` ends it
SWITCHES = {"on": True, "true": True, "off": False, "false": False}


def words(text: str) -> list[str]:
    """Words separated by spaces, commas or newlines."""
    return text.replace(",", " ").split()


def read_instance(text: str) -> str:
    """The name of a call, empty for the only one. Raises ShuntyardError where artifacts could not be named by it."""
    if not INSTANCE.fullmatch(text):
        hint = "letters, digits, _ and . only, in words joined by single hyphens"
        raise ShuntyardError(f"input 'instance' is {text!r}", hint=hint)
    return text


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
