"""What is wrong with a value, and what to write instead: message and hint for each kind of pydantic's complaints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic_core import ErrorDetails

from generator.alphabet import LABEL, NAME, WORD

LONGEST = 60  # characters of a value that a message quotes

PATTERNS = {
    NAME: "lower-case letters, digits and single hyphens, such as run-shard",
    WORD: "letters, digits and _ . + - only, starting with a letter or digit",
    LABEL: "letters, digits, spaces and _ . / : + - only, starting with a letter or digit",
}

# What each kind of complaint asks for, and how to write it.
KINDS = {
    "string_type": ("text", 'write text; quote it where it could be something else, as in "3.10"'),
    "int_type": ("a whole number", "write digits without quotes, such as 60"),
    "bool_type": ("true or false", "write true or false, without quotes"),
    "model_type": ("a mapping", "write `key: value` lines below it, indented"),
    "dict_type": ("a mapping", "write `key: value` lines below it, indented"),
    "list_type": ("a list", "write [one, two], or one `- item` a line"),
    "date_type": ("a date", "write it without quotes, such as 2027-01-31"),
    "literal_error": ("a word", "write one of the words that the format knows here"),
}


def is_kind(detail: ErrorDetails) -> bool:
    """Whether the complaint is that another kind of value stands there, not another value of the right kind."""
    if detail["type"] == "literal_error":
        return not isinstance(detail["input"], str)
    return detail["type"] in KINDS


def another_kind(types: Sequence[str], value: Any, text: str) -> tuple[str, str]:
    """Message and hint where none of the kinds `types` fits `value`, which the file writes as `text`."""
    if "string_type" in types and text and not isinstance(value, str):
        return f"{text} reads as {shown(value)}", f'quote it to keep it text: "{text}"'
    wanted = list(dict.fromkeys(KINDS[name] for name in types))
    expected = " or ".join(name for name, _ in wanted)
    found = shown(value)
    if isinstance(value, float) and text != str(value):
        found = f'{text}, which reads as {found} unless it is quoted, as in "{text}"'
    hint = f'write a list: ["{text}"]' if "list_type" in types and text else wanted[-1][1]
    return f"{expected} is expected here, found {found}", hint


def another_value(detail: ErrorDetails) -> tuple[str, str]:
    """Message and hint where the value is of the right kind, and is not allowed."""
    value, context = shown(detail["input"]), detail.get("ctx", {})
    match detail["type"]:
        case "string_pattern_mismatch":
            pattern = str(context.get("pattern", ""))
            return f"{value} is not allowed here", PATTERNS.get(pattern, f"it must match {pattern}")
        case "literal_error":
            return f"{value} is not allowed here", f"one of {context.get('expected', '')}"
        case "value_error":
            return f"{value} is not allowed here", detail["msg"].removeprefix("Value error, ")
        case "string_too_short" | "too_short":
            return "this must not be empty", "write at least one"
        case "string_too_long":
            return f"{value} is too long", f"at most {context.get('max_length')} characters"
        case "greater_than_equal":
            return f"{value} is too small", f"at least {context.get('ge')}"
        case "less_than_equal":
            return f"{value} is too large", f"at most {context.get('le')}"
        case _:
            return f"{value}: {detail['msg']}", "the JSON Schema in matrices/schema says what is allowed here"


def shown(value: Any) -> str:
    """A value as a message names it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, int | float):
        return f"the number {_clipped(str(value))}"
    if isinstance(value, date):
        return f"the date {value}"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return _clipped(repr(value))


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
