"""The cases of a file that one part of it runs. Pure: every machine that has the same cases computes the same.

Cases are dealt longest first onto the lightest part. Where classes stay whole, a class is dealt as one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shuntyard.shard import assign

_TYPICAL_S = 1.0


def cases_of(
    cases: Sequence[str], part: int, parts: int, *, whole: str = "", seconds: Mapping[str, float] | None = None
) -> list[str]:
    """The cases of part `part` (from 1) of `parts`, in the order of `cases`. Each case is in exactly one part.

    `cases` are node ids such as `test_ops.py::TestCommon::test_add`; with `whole` "class" all of a class are together.
    `seconds` are their durations where known; else each counts the same. Raises ValueError for no such part.
    """
    if not 1 <= part <= parts:
        raise ValueError(f"part {part} of {parts}")
    groups: dict[str, list[str]] = {}
    for case in cases:
        groups.setdefault(class_of(case) if whole == "class" else case, []).append(case)
    known = seconds or {}
    costs = {group: sum(known.get(case, _TYPICAL_S) for case in members) for group, members in groups.items()}
    mine = set(assign(costs, parts)[part - 1])
    return [case for case in cases if (class_of(case) if whole == "class" else case) in mine]


def class_of(case: str) -> str:
    """What a case belongs to: the file and the classes of its node id; the file for a plain function.

    The brackets of a parametrised case may hold anything, `::` too, so they are cut off first.
    """
    return case.split("[", 1)[0].rpartition("::")[0] or case
