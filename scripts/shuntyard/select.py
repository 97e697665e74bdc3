"""Which rows an event runs, and why not the others. Pure: the same request gives the same answer in every re-run."""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.plan import EXPERIMENTAL, CompiledPipeline, CompiledRow, Mode, Plan, Row, Shard, Unit

MATRIX_LIMIT = 256  # jobs a matrix, docs.github.com "Actions limits"
BUCKETS = 10_000  # a percentage is honoured to two decimals


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for. Empty means no wish: all configurations, all rows.

    `event` is GitHub's name; `label` the label that triggered it. `change` is what a split sticks to (a pull request
    or a commit). `flags` override the matrix's, by configuration; the key `*` means every configuration.
    `standing_flags` do so too, below `flags`; they are kept for many pipelines, so a name unknown here is no fault.
    `size` is the size of the run; `cron` the schedule that started it, which else decides the size. `today` is the day
    in UTC, as 2026-11-30, that runners' quarantines are held against.
    """

    event: str = ""
    action: str = ""
    label: str = ""
    configs: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    mode: Mode = "paired"
    percent: float = 50.0
    flags: Mapping[str, bool] = field(default_factory=dict)
    standing_flags: Mapping[str, bool] = field(default_factory=dict)
    change: str = ""
    size: str = ""
    cron: str = ""
    today: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The plan, the size of the run (empty where the pipeline has none), and why a row does not run, by row id."""

    plan: Plan
    reasons: Mapping[str, str]
    size: str = ""


def select(pipeline: CompiledPipeline, request: Request) -> Selection:
    """The units that `request` runs. Raises ShuntyardError for an unknown name, no percentage, or too many jobs."""
    _check_names("configuration", request.configs, {row.suite for row in pipeline.rows})
    _check_names("configuration", [name for name in request.flags if name != "*"], pipeline.suites)
    _check_names("size", [request.size] if request.size else [], pipeline.sizes)
    if not 0 <= request.percent <= 100:  # also refuses NaN
        raise ShuntyardError(f"{request.percent:g} is no percentage", hint="write a number from 0 to 100")
    size = _size(pipeline, request)
    reasons: dict[str, str] = {}
    chosen = []
    for row in pipeline.rows:
        reason = _reason_against(pipeline, row, request, size)
        if reason:
            reasons[row.id] = reason
        else:
            chosen.append(row)
    units = tuple(_units(pipeline, chosen))
    if len(units) > MATRIX_LIMIT:
        hint = "name fewer configurations, or split the pipeline in two"
        raise ShuntyardError(
            f"{len(units)} jobs are selected, GitHub runs at most {MATRIX_LIMIT} in a matrix", hint=hint
        )
    plan = Plan(pipeline=pipeline.pipeline, units=units, seed=request.change, groups=pipeline.groups)
    return Selection(plan=plan, reasons=reasons, size=size)


Matrix = dict[str, list[dict[str, object]]]


def matrix(plan: Plan) -> Matrix:
    """The plan as GitHub's `strategy.matrix`: one entry a unit."""
    return {
        "include": [
            {
                "unit": unit.id,
                "runs-on": list(unit.runs_on),
                "python": unit.rows[0].values.get("python", ""),
                **_experimental(unit.rows),
                "plan": wire.encode(unit),
            }
            for unit in plan.units
        ]
    }


def groups(plan: Plan) -> dict[str, Matrix]:
    """For each list of axes in the plan's `groups`, by its axes' joined names, a matrix with one entry for each
    combination of values that the units have: `{unit, values: {axis: value}, all: {other axis: "its values"}}`."""
    return {"-".join(axes): {"include": _entries(plan, axes)} for axes in plan.groups}


def _entries(plan: Plan, axes: Sequence[str]) -> list[dict[str, object]]:
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in (row for unit in plan.units for row in unit.rows):
        if all(axis in row.values for axis in axes):
            found.setdefault(tuple(row.values[axis] for axis in axes), []).append(row)
    return [
        {
            "unit": ".".join(values),
            **_experimental(rows),
            "values": dict(zip(axes, values, strict=True)),
            "all": _others(rows, axes),
        }
        for values, rows in found.items()
    ]


def _others(rows: Sequence[Row], axes: Sequence[str]) -> dict[str, str]:
    """The values that the rows have on every other axis, joined by spaces."""
    seen: dict[str, dict[str, None]] = {}
    for row in rows:
        for axis, value in row.values.items():
            if axis not in axes and not (axis == "stage" and row.stage):
                seen.setdefault(axis, {})[value] = None
    return {axis: " ".join(values) for axis, values in seen.items()}


def _experimental(rows: Iterable[Row]) -> dict[str, object]:
    """Marks an entry all of whose rows are experimental: its job may fail."""
    return {"experimental": True} if all(row.stage == EXPERIMENTAL for row in rows) else {}


def told(selection: Selection) -> list[str]:
    """The selection as lines for a log: every row, where it runs or why it does not."""
    runs = [
        f"run   {unit.id}: {', '.join(row.id for row in unit.rows)} on {' '.join(unit.runs_on)}"
        + (" (experimental)" if _experimental(unit.rows) else "")
        for unit in selection.plan.units
    ]
    return [*runs, *(f"leave {row_id}: {reason}" for row_id, reason in selection.reasons.items())]


def in_python_share(change: str, configuration: str, percent: float) -> bool:
    """Whether a change is in the `percent` share that the Python runner gets, for one configuration.

    Sticky: it depends on the change, not on the run. Monotonic: raising the percentage never takes a change out.
    """
    digest = hashlib.sha256(f"{change}\n{configuration}".encode(errors="surrogateescape")).digest()
    bucket = int.from_bytes(digest[:8], "big") % BUCKETS
    return bucket < percent * BUCKETS / 100


def _check_names(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise ShuntyardError(f"unknown {what} {unknown[0]!r}", hint=f"known are {', '.join(sorted(known))}")


def _size(pipeline: CompiledPipeline, request: Request) -> str:
    """The size of the run: the one asked for, the schedule's, or the usual one. A caller may have moved the cron: a
    scheduled run at another time is the first schedule's."""
    usual = pipeline.sizes[0] if pipeline.sizes else ""
    if request.event == "schedule":
        usual = next(iter(pipeline.crons.values()), usual)
    return request.size or pipeline.crons.get(request.cron, usual)


def _reason_against(pipeline: CompiledPipeline, row: CompiledRow, request: Request, size: str) -> str:
    """Why the row does not run; empty when it does."""
    if request.event and request.event not in pipeline.events and "call" not in pipeline.events:
        return f"the event {request.event} does not start {pipeline.pipeline} (these do: {', '.join(pipeline.events)})"
    if request.action == "labeled" and pipeline.labels and request.label not in pipeline.labels:
        return f"the label {request.label!r} does not start it (these do: {', '.join(pipeline.labels)})"
    if row.sizes and size not in row.sizes:
        return f"not in the size {size} (it is in {', '.join(row.sizes)})"
    if request.configs and row.suite not in request.configs:
        return f"not among the configurations asked for ({', '.join(request.configs)})"
    if request.rows and not any(fnmatch.fnmatchcase(row.id, pattern) for pattern in request.rows):
        return f"not among the rows asked for ({', '.join(request.rows)})"
    if why := _reason_against_runner(pipeline, row, request.today):
        return why
    return _reason_against_arm(pipeline, row, request) if row.arm else ""


def _reason_against_runner(pipeline: CompiledPipeline, row: CompiledRow, today: str) -> str:
    """A quarantine holds on its last day too; afterwards the row runs again, whether or not somebody has looked."""
    quarantine = pipeline.quarantined.get(row.runner)
    if quarantine is None or not today or today > quarantine.until:
        return ""
    return f"its runner {row.runner} is in quarantine until {quarantine.until} ({quarantine.why})"


def _reason_against_arm(pipeline: CompiledPipeline, row: CompiledRow, request: Request) -> str:
    """The A/B rules: `paired` measures both arms whatever the flag says; the other modes choose one arm."""
    if request.mode == "paired":
        return ""
    arm, why = "shell", "mode shell"
    if request.mode != "shell":
        if not is_enabled(pipeline, row.suite, request.flags, request.standing_flags):
            why = f"the Python runner is switched off for {row.suite}"
        elif request.mode == "python":
            arm, why = "python", "mode python"
        else:
            share = in_python_share(request.change, row.suite, request.percent)
            arm = "python" if share else "shell"
            why = f"this change is {'in' if share else 'outside'} the {request.percent:g} % that the Python runner gets"
    return "" if row.arm == arm else f"{why}: only the {arm} arm runs"


def is_enabled(pipeline: CompiledPipeline, configuration: str, *layers: Mapping[str, bool]) -> bool:
    """The feature flag of a configuration: the first layer's that has it (by name, or for all), else the matrix's."""
    for flags in layers:
        if configuration in flags or "*" in flags:
            return flags.get(configuration, flags.get("*", True))
    return pipeline.flags.get(configuration, True)


def _units(pipeline: CompiledPipeline, rows: Sequence[CompiledRow]) -> Iterable[Unit]:
    """Rows that differ only in the `together` axis share a unit; each unit is cut into its shards."""
    groups: dict[str, list[CompiledRow]] = {}
    for row in rows:
        groups.setdefault(unit_id(pipeline, row), []).append(row)
    for name, members in groups.items():
        shards = max(row.shards for row in members)
        for index in range(1, shards + 1):
            yield Unit(
                id=name if shards == 1 else f"{name}.s{index}of{shards}",
                runs_on=pipeline.runners[members[0].runner],
                rows=tuple(_row(pipeline, row) for row in members),
                shard=Shard(index=index, of=shards),
            )


def unit_id(pipeline: CompiledPipeline, row: CompiledRow) -> str:
    """The unit that a row belongs to, before it is cut into shards."""
    if not pipeline.together:
        return row.id
    return ".".join(value for axis, value in row.values.items() if axis != pipeline.together) or pipeline.pipeline


def _row(pipeline: CompiledPipeline, row: CompiledRow) -> Row:
    suite = pipeline.suites[row.suite]
    # The history keeps a row's values, so an experimental row says so among them.
    values = {**row.values, "stage": row.stage} if row.stage else row.values
    return Row(id=row.id, values=values, runner=row.runner, suite=suite, arm=row.arm, stage=row.stage)
