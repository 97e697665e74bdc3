"""Axes, include, exclude → rows: a pipeline as runners read it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from generator import schema
from generator.faults import suggest
from generator.load import Pipeline, Toolkit
from generator.marks import MarkReader
from generator.points import ARM_AXIS, Point, PointReader
from generator.source import KeyPath
from shuntyard.errors import Problem, ProblemsFound
from shuntyard.plan import CompiledPipeline, CompiledRow, Quarantine, Suite
from shuntyard.select import unit_id

RUNNER_AXIS = "runner"
PYTHON_AXIS = "python"
ID_LENGTH = 100  # an artifact's and a job's name must hold it, with the pipeline's


def expand(toolkit: Toolkit, pipeline: Pipeline) -> CompiledPipeline:
    """The compiled pipeline. Raises ProblemsFound with every fault in what the file says about its rows."""
    expansion = _Expansion(toolkit, pipeline)
    compiled = expansion.compiled()
    if expansion.problems:
        raise ProblemsFound(expansion.problems)
    return compiled


def expand_callers(toolkit: Toolkit, pipeline: Pipeline) -> CompiledPipeline:
    """The same for a matrix file of a caller: one without triggers runs whenever its caller does."""
    if pipeline.model.rows == "caller":
        message, hint = "a caller's own file cannot take its rows from a caller", "leave `rows` out"
        raise ProblemsFound([pipeline.document.problem(("rows",), message, hint=hint)])
    compiled = expand(toolkit, pipeline)
    return compiled if compiled.events else replace(compiled, events=("call",))


@dataclass(frozen=True, slots=True)
class _Names:
    """What the pipeline may refer to: the toolkit's, and its own on top."""

    runners: Mapping[str, schema.Runner]
    suites: Mapping[str, schema.SuiteBase]
    configurations: Mapping[str, schema.Configuration]


class _Expansion:
    """One expansion; collects problems on the way."""

    def __init__(self, toolkit: Toolkit, pipeline: Pipeline) -> None:
        self.model = pipeline.model
        self.document = pipeline.document
        self.problems: list[Problem] = []
        self.names = _Names(
            runners={**toolkit.runners, **self.model.runners},
            suites={**toolkit.suites, **self.model.suites},
            configurations={**toolkit.configurations, **self.model.configurations},
        )
        self.points = PointReader(self.model, self.document, self.names.configurations)

    def compiled(self) -> CompiledPipeline:
        self._check_configurations()
        rows = self._rows() if self.model.rows == "own" else self._no_rows()
        marks = MarkReader(self.model, self.document, [row.values for row in rows])
        rows = [replace(row, stage=marks.stage(row.values), sizes=marks.sizes(row.values)) for row in rows]
        crons = marks.crons()
        self.problems += marks.problems
        runners = sorted({row.runner for row in rows})
        suites = sorted({row.suite for row in rows})
        compiled = CompiledPipeline(
            pipeline=self.model.pipeline,
            summary=self.model.summary,
            events=tuple(_events(self.model.triggers)),
            labels=tuple(self.model.triggers.labels),
            together=self.model.together or "",
            config_axis=self.points.config_axis,
            empty=self.model.gate.empty if self.model.gate else "fail",
            runners={name: tuple(self.names.runners[name].labels) for name in runners if name in self.names.runners},
            quarantined={name: held for name in runners if (held := self._quarantine(name))},
            suites={name: self._suite(name) for name in suites},
            flags={n: self.names.configurations[n].python_runner for n in suites if n in self.names.configurations},
            sizes=tuple(self.model.sizes),
            crons=crons,
            groups=tuple(dict.fromkeys(job.axes for job in self.model.jobs.values() if job.axes)),
            rows=tuple(rows),
        )
        self._check_units(compiled)
        return compiled

    def _fault(self, path: KeyPath, message: str, hint: str = "", rule: str = "matrix") -> None:
        self.problems.append(self.document.problem(path, message, hint=hint, rule=rule))

    def _rows(self) -> list[CompiledRow]:
        points = self.points.points()
        self.problems += self.points.problems
        if len(self.model.configurations) > 1 and not self.points.config_axis:
            hint = "add an axis such as `config: {suites: [one, two]}`"
            self._fault(("configurations",), "several configurations, and no axis that chooses among them", hint)
        rows = [self._row(point.values) for point in points]
        self._check_ids(rows, points)
        return rows

    def _check_configurations(self) -> None:
        for name, configuration in self.model.configurations.items():
            if configuration.suite not in self.names.suites:
                hint = suggest(configuration.suite, self.names.suites)
                path: KeyPath = ("configurations", name, "suite")
                self._fault(path, f"unknown suite {configuration.suite!r}", hint, "names")

    def _no_rows(self) -> list[CompiledRow]:
        for key in ("axes", "include", "exclude", "together"):
            if getattr(self.model, key):
                self._fault((key,), f"{key!r} says nothing here", "the rows come from the caller (`rows: caller`)")
        return []

    def _row(self, values: dict[str, str]) -> CompiledRow:
        suite = values.get(self.points.config_axis) or next(iter(self.model.configurations), self.model.pipeline)
        return CompiledRow(
            id=".".join(values.values()),
            values=values,
            suite=suite,
            runner=self._runner(values),
            arm=values.get(ARM_AXIS, ""),
            shards=self.model.shards,
        )

    def _runner(self, values: Mapping[str, str]) -> str:
        """The runner's name; an axis called `runner` wins over the pipeline's `runner:`."""
        if RUNNER_AXIS in values:
            return self._known_runner(("axes", RUNNER_AXIS), values[RUNNER_AXIS])
        if self.model.runner is None:
            self._fault((), "no runner is named", f"add `runner:`; {suggest('', self.names.runners)}")
            return ""
        if isinstance(self.model.runner, str):
            return self._known_runner(("runner",), self.model.runner)
        by = self.model.runner.by
        chosen = self.model.runner.values.get(values.get(by, ""))
        if chosen is None:
            what = f"{by} {values[by]!r}" if by in values else f"a row without {by!r}"
            hint = f"add it to runner.values, or check the axis name {by!r}"
            self._fault(("runner", "values"), f"no runner for {what}", hint)
            return ""
        return self._known_runner(("runner", "values", values[by]), chosen)

    def _known_runner(self, path: KeyPath, name: str) -> str:
        if name not in self.names.runners:
            self._fault(path, f"unknown runner {name!r}", suggest(name, self.names.runners), "runners")
        return name

    def _quarantine(self, name: str) -> Quarantine | None:
        held = self.names.runners[name].quarantine if name in self.names.runners else None
        return Quarantine(until=held.until.isoformat(), why=f"{held.owner}: {held.reason}") if held else None

    def _check_ids(self, rows: list[CompiledRow], points: list[Point]) -> None:
        first: dict[str, dict[str, str]] = {}
        for row, point in zip(rows, points, strict=True):
            if first.get(row.id) == row.values:
                self._fault(point.path, f"there is a row {_shown(row.values)} already", "remove one of the two")
            elif row.id in first:
                said = f"two rows are called {row.id!r}: {_shown(first[row.id])} and {_shown(row.values)}"
                self._fault(point.path, said, "change one of the values, so that the joined names differ")
            elif len(row.id) > ID_LENGTH:
                hint = "shorten the values"
                self._fault(point.path, f"the row id {row.id!r} is longer than {ID_LENGTH} characters", hint)
            first.setdefault(row.id, row.values)

    def _check_units(self, compiled: CompiledPipeline) -> None:
        """Rows that share a job differ in the `together` axis only, and can share a machine."""
        groups: dict[str, list[CompiledRow]] = {}
        for row in compiled.rows if compiled.together and not self.problems else ():
            groups.setdefault(unit_id(compiled, row), []).append(row)
        for name, (first, *others) in groups.items():
            for row in others:
                if _besides(row, compiled.together) != _besides(first, compiled.together):
                    said = f"two jobs are called {name!r}: for the rows {first.id!r} and {row.id!r}"
                    self._fault(("together",), said, "change one of the values, so that the joined names differ")
                elif (row.runner, row.values.get(PYTHON_AXIS)) != (first.runner, first.values.get(PYTHON_AXIS)):
                    said = f"the rows {first.id!r} and {row.id!r} share a job, and name different machines or Pythons"
                    self._fault(("together",), said, "rows are compared on one machine, in one Python")

    def _suite(self, name: str) -> Suite:
        configuration = self.names.configurations.get(name)
        if configuration is None:
            return Suite(id=name, places=tuple(schema.SuiteBase().places))
        base = self.names.suites.get(configuration.suite, schema.SuiteBase())
        return Suite(
            id=name,
            suite=configuration.suite,
            command=tuple(base.command),
            tests=(*base.tests, *configuration.adds),
            places=tuple(base.places),
            arguments=(*base.arguments, *configuration.arguments),
            env=dict(configuration.env),
            risk=configuration.risk,
            phase=configuration.phase or "",
            timeout_s=configuration.timeout_minutes * 60,
        )


def _events(triggers: schema.Triggers) -> list[str]:
    """The GitHub events that start the pipeline; `call` stands for whatever event a caller has."""
    events = []
    if triggers.call is not None:
        events.append("call")
    if triggers.schedule:
        events.append("schedule")
    if triggers.dispatch:
        events.append("workflow_dispatch")
    if triggers.pull_request or (triggers.labels and triggers.labels_as == "events"):
        events.append("pull_request")
    if triggers.push or (triggers.labels and triggers.labels_as == "tags"):
        events.append("push")
    if triggers.release:
        events.append("release")
    return events


def _besides(row: CompiledRow, axis: str) -> tuple[dict[str, str], bool]:
    """What a row is besides its value on `axis`, and whether it has one."""
    return {name: value for name, value in row.values.items() if name != axis}, axis in row.values


def _shown(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in values.items()) + "}"
