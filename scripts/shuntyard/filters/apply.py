"""All the filters of a matrix, in PyTorch's order. Pure: what they know of the outside comes as arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shuntyard.filters import configs, jobs, modes, pull
from shuntyard.filters.rows import Rows
from shuntyard.lists.jobs import JobRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a run asks for. `labels` and `body` are the pull request's, empty outside one; `commits` the texts of its
    commits; `job` is `PLATFORM / JOB`; `configs` were asked for by name; `periodic` says that it is the schedule on
    which the modes run; `repository` is where it runs, `issues` the repository whose issues disable tests."""

    labels: Sequence[str] = ()
    body: str = ""
    commits: str = ""
    configs: Sequence[str] = ()
    periodic: bool = False
    workflow: str = ""
    job: str = ""
    branch: str = ""
    repository: str = ""
    issues: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filtered:
    """What is left to run, and what the pull request switched on."""

    rows: Rows
    flags: dict[str, bool]
    reenabled: tuple[int, ...]
    unstable: bool


def apply(rows: Rows, asked: Asked, disabled: Sequence[JobRecord], unstable: Sequence[JobRecord]) -> Filtered:
    """The rows that run, in order: labels, names, periodic modes, disabled jobs, unstable jobs, flags."""
    rows = configs.by_labels(rows, asked.labels)
    rows = configs.by_names(rows, asked.configs)
    if asked.periodic:
        rows = modes.replicate(rows, asked.job)
    if asked.branch not in jobs.NOT_JUDGED:
        rows = jobs.remove_disabled(rows, disabled, asked.workflow, asked.job)
        rows = jobs.mark_unstable(rows, unstable, asked.workflow, asked.job)
    rows = modes.by_label(rows, asked.job, asked.labels)
    return Filtered(
        rows=rows,
        flags=pull.flags(asked.labels, asked.body),
        reenabled=pull.reenabled(f"{asked.body}\n{asked.commits}", here=asked.repository, issues=asked.issues),
        unstable=jobs.is_unstable(rows, asked.job),
    )
