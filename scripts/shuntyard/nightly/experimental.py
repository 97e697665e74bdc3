"""Which rows are experimental: they are shown, and never change a run's or a night's colour. Pure.

A report keeps a row's point in the matrix and not its stage, so a row is known by its values: one that says
`stage: experimental`, or one that a pattern such as `rocm=7.2.0` names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase

from shuntyard.errors import ShuntyardError

STAGE = "experimental"
Experimental = Callable[[str, Mapping[str, str]], bool]


def experimental(patterns: Sequence[str]) -> Experimental:
    """A test of a row's id and values. A pattern is `axis=value`, where the value may hold * and ?; the axis `row`
    stands for the row's id; several joined by `+` must all fit (`rocm=7.2.0+python=3.14`).

    Raises ShuntyardError for what is no pattern.
    """
    wanted = [[_pair(part) for part in pattern.split("+")] for pattern in patterns]

    def test(row: str, values: Mapping[str, str]) -> bool:
        known = {**values, "row": row}
        return values.get("stage") == STAGE or any(
            all(axis in known and fnmatchcase(known[axis], value) for axis, value in pairs) for pairs in wanted
        )

    return test


def _pair(text: str) -> tuple[str, str]:
    axis, equals, value = text.partition("=")
    if not (axis and equals and value):
        raise ShuntyardError(
            f"the experimental rows {text!r} are not understood", hint="write axis=value, such as rocm=7.2.0"
        )
    return axis, value
