"""What keeps a unit from running here. Pure, and the same in the rehearsal and in the step that cuts the matrix."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Collection, Iterable, Sequence

NOT_ASKED = "not among the rows asked for"


def obstacle(
    runs_on: Collection[str], python: str, labels: Iterable[frozenset[str]], has_python: Callable[[str], bool]
) -> str:
    """Why this machine cannot run a unit; empty when it can."""
    if not stands_in(runs_on, labels):
        return f"runner {' '.join(runs_on)} is not on this machine"
    if python and not has_python(python):
        return f"Python {python} is not on this machine"
    return ""


def stands_in(runs_on: Collection[str], labels: Iterable[frozenset[str]]) -> bool:
    """Whether one of the runners has every label asked for. GitHub compares labels without regard to case."""
    wanted = {label.lower() for label in runs_on}
    return bool(wanted) and any(wanted <= {label.lower() for label in known} for known in labels)


def is_asked_for(row_ids: Iterable[str], globs: Sequence[str]) -> bool:
    """Whether a unit holds a row that is asked for; no globs ask for all."""
    return not globs or any(fnmatch.fnmatchcase(row, glob) for row in row_ids for glob in globs)
