"""Axes, include, exclude → rows: a pipeline as runners read it. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from generator import schema
from generator.alphabet import AxisValue
from generator.faults import suggest
from generator.load import Pipeline, Toolkit
from generator.source import KeyPath
from shuntyard.errors import Problem, ProblemsFound
from shuntyard.plan import CompiledPipeline, CompiledRow, Suite

ARM_AXIS = "arm"
RUNNER_AXIS = "runner"
ARMS = ("shell", "python")
ID_LENGTH = 100  # an artifact's and a job's name must hold it, with the pipeline's


def expand(toolkit: Toolkit, pipeline: Pipeline) -> CompiledPipeline:
    """The compiled pipeline. Raises ProblemsFound with every fault in what the file says about its rows."""
    expansion = _Expansion(toolkit, pipeline)
    compiled = expansion.compiled()
    if expansion.problems:
        raise ProblemsFound(expansion.problems)
    return compiled


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
        self.config_axis = next((n for n, axis in self.model.axes.items() if isinstance(axis, schema.SuitesAxis)), "")

    def compiled(self) -> CompiledPipeline:
        rows = self._rows() if self.model.rows == "own" else []
        runners = sorted({row.runner for row in rows})
        suites = sorted({row.suite for row in rows})
        return CompiledPipeline(
            pipeline=self.model.pipeline,
            summary=self.model.summary,
            events=tuple(_events(self.model.triggers)),
            labels=tuple(self.model.triggers.labels),
            together=self.model.together or "",
            config_axis=self.config_axis,
            empty=self.model.gate.empty if self.model.gate else "fail",
            runners={name: tuple(self.names.runners[name].labels) for name in runners if name in self.names.runners},
            suites={name: self._suite(name) for name in suites},
            flags={n: self.names.configurations[n].python_runner for n in suites if n in self.names.configurations},
            rows=tuple(rows),
        )

    def _fault(self, path: KeyPath, message: str, hint: str = "", rule: str = "matrix") -> None:
        self.problems.append(self.document.problem(path, message, hint=hint, rule=rule))

    def _rows(self) -> list[CompiledRow]:
        axes = {name: self._axis(name, axis) for name, axis in self.model.axes.items()}
        if self.model.together and self.model.together not in axes:
            self._fault(("together",), f"no axis is called {self.model.together!r}", suggest(self.model.together, axes))
        for value in axes.get(ARM_AXIS, []):
            if value not in ARMS:
                self._fault(("axes", ARM_AXIS), f"unknown arm {value!r}", suggest(value, ARMS))
        points = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())] if axes else []
        points = [point for point in points if not self._excluded(point)]
        self._check_excludes(axes)
        points += [{name: str(value) for name, value in entry.items()} for entry in self.model.include]
        if not points:
            self._fault(("axes",), "the matrix is empty", "give it at least one axis with a value, or an include")
        rows = [self._row(point) for point in points]
        self._check_ids(rows)
        return rows

    def _axis(self, name: str, axis: schema.SuitesAxis | list[AxisValue]) -> list[str]:
        path: KeyPath = ("axes", name)
        if isinstance(axis, schema.SuitesAxis):
            values = self._configurations(path, axis)
        else:
            values = [str(value) for value in axis]
        if not values:
            self._fault(path, f"axis {name!r} is empty", "an empty axis would empty the whole matrix")
        for index, value in enumerate(values):
            if value in values[:index]:
                self._fault((*path, index), f"axis {name!r} has {value!r} twice")
        return values

    def _configurations(self, path: KeyPath, axis: schema.SuitesAxis) -> list[str]:
        known = self.names.configurations
        if axis.suites == "all":
            return list(known)
        if isinstance(axis.suites, list):
            for index, name in enumerate(axis.suites):
                if name not in known:
                    self._fault(
                        (*path, "suites", index), f"unknown configuration {name!r}", suggest(name, known), "names"
                    )
            return [name for name in axis.suites if name in known]
        phases = None if axis.suites.phase is None else [str(phase) for phase in axis.suites.phase]
        existing = {configuration.phase for configuration in known.values() if configuration.phase}
        for index, phase in enumerate(phases or []):
            if phase not in existing:
                hint = suggest(phase, existing)
                self._fault((*path, "suites", "phase", index), f"no configuration is in phase {phase!r}", hint, "names")
        return [
            name
            for name, item in known.items()
            if (phases is None or item.phase in phases) and (axis.suites.risk is None or item.risk in axis.suites.risk)
        ]

    def _excluded(self, point: Mapping[str, str]) -> bool:
        return any(_fits(point, entry) for entry in self.model.exclude)

    def _check_excludes(self, axes: Mapping[str, list[str]]) -> None:
        points = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
        for index, entry in enumerate(self.model.exclude):
            unknown = [name for name in entry if name not in axes]
            if unknown:
                self._fault(
                    ("exclude", index, unknown[0]), f"no axis is called {unknown[0]!r}", suggest(unknown[0], axes)
                )
            elif not any(_fits(point, entry) for point in points):
                self._fault(("exclude", index), "this exclude matches no row", "remove it, or correct its values")

    def _row(self, values: dict[str, str]) -> CompiledRow:
        suite = values.get(self.config_axis) or next(iter(self.model.configurations), self.model.pipeline)
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

    def _check_ids(self, rows: list[CompiledRow]) -> None:
        first: dict[str, dict[str, str]] = {}
        for row in rows:
            if row.id in first:
                said = f"two rows are called {row.id!r}: {_shown(first[row.id])} and {_shown(row.values)}"
                self._fault(("axes",), said, "change one of the values, so that the joined names differ")
            elif len(row.id) > ID_LENGTH:
                self._fault(
                    ("axes",), f"the row id {row.id!r} is longer than {ID_LENGTH} characters", "shorten the values"
                )
            first.setdefault(row.id, row.values)

    def _suite(self, name: str) -> Suite:
        configuration = self.names.configurations.get(name)
        if configuration is None:
            return Suite(id=name, places=tuple(schema.SuiteBase().places))
        base = self.names.suites.get(configuration.suite)
        if base is None:
            hint = suggest(configuration.suite, self.names.suites)
            own = name in self.model.configurations
            path: KeyPath = ("configurations", name, "suite") if own else ()
            self._fault(path, f"configuration {name!r} names the unknown suite {configuration.suite!r}", hint, "names")
            base = schema.SuiteBase()
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
    if triggers.labels:
        events.append("pull_request")
    if triggers.push:
        events.append("push")
    return events


def _fits(point: Mapping[str, str], entry: Mapping[str, AxisValue]) -> bool:
    return all(point.get(name) == str(value) for name, value in entry.items())


def _shown(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in values.items()) + "}"
