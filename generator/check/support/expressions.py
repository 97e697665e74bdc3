"""`${{ … }}` in a text: the expressions, the contexts that they read, and what a condition says about an event."""

from __future__ import annotations

import re

EXPRESSION = re.compile(r"\$\{\{((?:'(?:[^']|'')*'|\}(?!\})|[^'}])*)\}\}")
LITERAL = re.compile(r"'(?:[^']|'')*'")
CONTEXT = re.compile(r"(?<![\w.])[A-Za-z_][\w-]*(?:\s*\.\s*[\w*-]+|\s*\[[^\]]*\])*")
WORDS = ("true", "false", "null", "NaN", "Infinity")


def expressions(text: str) -> list[str]:
    """Each expression as it is written, braces included, in order."""
    return [match.group(0) for match in EXPRESSION.finditer(text)]


def body(text: str) -> str:
    """An expression without its braces; a text without braces is returned stripped (an `if:` may leave them out)."""
    match = EXPRESSION.fullmatch(text.strip())
    return (match.group(1) if match else text).strip()


def literals(expression: str) -> list[str]:
    """The string literals of an expression, unquoted."""
    return [match.group(0)[1:-1].replace("''", "'") for match in LITERAL.finditer(expression)]


def contexts(expression: str) -> list[str]:
    """What the expression reads, such as `github.event.pull_request.title`, in lower case; an index stays `[…]`."""
    bare = LITERAL.sub("''", body(expression))
    found = []
    for match in CONTEXT.finditer(bare):
        is_call = bare[match.end() :].lstrip().startswith("(")
        if not is_call and match.group(0) not in WORDS:
            found.append(re.sub(r"\s+", "", match.group(0)).lower())
    return found


def never_on(expression: str, event: str) -> bool:
    """Whether a condition is provably false for an event.

    Each alternative of `||` must hold a comparison of `github.event_name` that rules the event out. An expression with
    parentheses is not understood, so it counts as not proved.
    """
    text = body(expression)
    if text in ("false", ""):
        return True
    if "(" in text:
        return False
    return all(_rules_out(alternative, event) for alternative in text.split("||"))


def _rules_out(alternative: str, event: str) -> bool:
    for factor in alternative.split("&&"):
        match = re.fullmatch(r"github\.event_name\s*(==|!=)\s*'([^']*)'", factor.strip())
        if match and (match.group(1) == "==") == (match.group(2) != event):
            return True
    return False
