"""What is to run: suites, rows, shards, and the units that become jobs. Pure data, all of it on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

SCHEMA = 1

EXPERIMENTAL = "experimental"
Empty = Literal["fail", "pass"]
Mode = Literal["paired", "split", "python", "shell"]
MODES: tuple[Mode, ...] = ("paired", "split", "python", "shell")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One test configuration: what to run, and what it takes.

    `command` is an argument vector, never a shell line; empty means: the Python runner (pytest) on `tests`. A test is
    found in the repository by trying each of `places` with `{test}` replaced; the test `*` means whatever the
    project's own pytest settings collect.
    """

    id: str
    suite: str = ""
    command: tuple[str, ...] = ()
    tests: tuple[str, ...] = ("*",)
    places: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    risk: Literal["low", "medium", "high"] = "low"
    phase: str = ""
    timeout_s: int = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One point of a pipeline's matrix. Its `id` is readable, stable, and safe in a file or artifact name."""

    id: str
    values: dict[str, str]
    runner: str
    suite: Suite
    arm: str = ""
    stage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Part `index` (from 1) of `of` parts of a row; `cases` are test files or node ids, `estimate_s` their sum."""

    index: int = 1
    of: int = 1
    cases: tuple[str, ...] = ()
    estimate_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What one job runs: usually one row; several where they are to be compared on one machine (the arms of a pair)."""

    id: str
    runs_on: tuple[str, ...]
    rows: tuple[Row, ...]
    shard: Shard = Shard()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one run of a pipeline does. `seed` is the change that sticky choices stick to; `groups` the lists of axes by
    which jobs besides the rows' own are made: one for each value, or combination of values, among the units."""

    schema: int = SCHEMA
    pipeline: str
    units: tuple[Unit, ...]
    seed: str = ""
    groups: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRow:
    """A row of the compiled matrix; `suite` and `runner` are names in the same file; `shards` counts its parts.

    `stage` is EXPERIMENTAL for a row whose failure blocks nothing. `sizes` are the sizes of a run that it belongs to;
    none means every one.
    """

    id: str
    values: dict[str, str]
    suite: str
    runner: str
    arm: str = ""
    stage: str = ""
    shards: int = 1
    sizes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """A runner that no row goes to, up to and including the day `until` (2026-11-30); `why` names who says so."""

    until: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledPipeline:
    """A pipeline as runners read it (matrices/compiled/*.json): expanded, resolved, without YAML.

    `together` names the axis whose rows share one job, empty when each row has its own. `flags` says for each
    configuration whether the Python runner is switched on. `runners` maps a runner's name to its labels. `sizes` are
    those that a run may have, the usual one first; `crons` says which size a schedule has; `groups` is as in Plan.
    `quarantined` are those of the runners that rows are kept from for a while.
    """

    schema: int = SCHEMA
    pipeline: str
    summary: str
    events: tuple[str, ...]
    labels: tuple[str, ...] = ()
    together: str = ""
    config_axis: str = ""
    empty: Empty = "fail"
    runners: dict[str, tuple[str, ...]]
    quarantined: dict[str, Quarantine] = field(default_factory=dict)
    suites: dict[str, Suite]
    flags: dict[str, bool] = field(default_factory=dict)
    sizes: tuple[str, ...] = ()
    crons: dict[str, str] = field(default_factory=dict)
    groups: tuple[tuple[str, ...], ...] = ()
    rows: tuple[CompiledRow, ...]
