"""Whether a regular expression can be trusted with any text: how many ways it can match bounds its time. Pure.

Python's `re` tries one way after another. The ways of a sequence multiply, those of alternatives add up, and a repeated
character has one for each length; with texts of at most TEXT characters their number is known beforehand. What is
repeated must be a single character or class, else `(a|aa)*` or `(a*)*` has exponentially many (CWE-1333).
"""

from __future__ import annotations

import importlib
import re
import sys
from typing import Any

TEXT = 1000  # characters of a text that a pattern is matched with
MOST_WAYS = 5_000  # from each of TEXT places: at most some 0.2 s
LONGEST = 300  # characters of a pattern
_HINT = "write words and alternatives, such as 'not (yet )?supported|unsupported'"


def fault(pattern: str) -> str:
    """What is wrong with the pattern, and "" where nothing is. It is for texts in lower case with single spaces."""
    if not pattern or len(pattern) > LONGEST:
        return f"has {len(pattern):,} characters, must have 1 to {LONGEST}"
    try:
        compiled = re.compile(pattern)
        # Private, but the only place that says how Python itself reads it; called sre_parse before 3.11.
        parser = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
        ways = _ways(parser.parse(pattern))
    except re.error as error:
        return f"is no regular expression: {error}"
    except (ValueError, OverflowError, RecursionError) as error:
        return f"{error}; {_HINT}"
    if ways > MOST_WAYS:
        return f"can match in more than {MOST_WAYS:,} ways, which takes long; {_HINT}"
    if re.sub(r"\\.", "", pattern).lower() != re.sub(r"\\.", "", pattern):
        return "has capital letters, and is matched with lower case"
    return "matches the empty text, so everything" if compiled.search("") else ""


def _ways(parsed: Any) -> int:
    """How many ways there are through a sequence. Raises ValueError for what has too many to count."""
    total = 1
    for operation, argument in parsed:
        match str(operation):
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN" | "AT":
                continue
            case "BRANCH":
                total *= sum(_ways(option) for option in argument[1])
            case "SUBPATTERN":
                total *= _ways(argument[3])
            case "MAX_REPEAT" | "MIN_REPEAT":
                total *= _repeat_ways(*argument)
            case other:
                raise ValueError(f"uses {other.lower().replace('_', ' ')}")
        if total > MOST_WAYS:
            return total
    return total


def _repeat_ways(low: int, high: Any, body: Any) -> int:
    high = min(int(high), TEXT)
    single = len(body) == 1 and str(body[0][0]) in ("LITERAL", "NOT_LITERAL", "ANY", "IN")
    if not single and high > 1:
        raise ValueError("repeats more than a single character")
    return max(high - low, 0) + 1 if single else _ways(body) + (low == 0)
