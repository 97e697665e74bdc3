"""Axes, include, exclude → the points of a pipeline's matrix, each a mapping of axis to value. Pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

from generator import schema
from generator.alphabet import AxisValue
from generator.faults import suggest
from generator.source import Document, KeyPath
from shuntyard.errors import Problem

ARM_AXIS = "arm"
CONFIG_AXIS = "config"
ARMS = ("shell", "python")
MOST_POINTS = 20_000  # far above the 256 jobs that a run may have, far below what would exhaust a machine


@dataclass(frozen=True, slots=True)
class Point:
    """One row's values, in the order of the axes; `path` is what the file says it with."""

    values: dict[str, str]
    path: KeyPath


class PointReader:
    """The points of one pipeline; collects problems on the way. `config_axis` is empty where no axis has suites."""

    def __init__(
        self, model: schema.PipelineFile, document: Document, configurations: Mapping[str, schema.Configuration]
    ) -> None:
        self.model = model
        self.document = document
        self.configurations = configurations
        self.problems: list[Problem] = []
        suites = [name for name, axis in model.axes.items() if isinstance(axis, schema.SuitesAxis)]
        self.config_axis = suites[0] if suites else ""
        for name in suites[1:]:
            hint = f"the axis {self.config_axis!r} has them already"
            self._fault(("axes", name), "a second axis of test configurations", hint)

    def points(self) -> list[Point]:
        """Every point, the product of the axes first, without the excluded ones."""
        axes = {name: self._axis(name, axis) for name, axis in self.model.axes.items()}
        if self.model.together and self.model.together not in axes:
            self._fault(("together",), f"no axis is called {self.model.together!r}", suggest(self.model.together, axes))
        product = self._product(axes)
        excluded = {id(point) for index in range(len(self.model.exclude)) for point in self._exclude(index, product)}
        points = [point for point in product if id(point) not in excluded]
        points += [self._include(index, entry, axes) for index, entry in enumerate(self.model.include)]
        wanted = not self.model.jobs or any(job.matrix for job in self.model.jobs.values())
        if wanted and not points and not self.problems:
            self._fault(("axes",), "the matrix is empty", "give it at least one axis with a value, or an include")
        return points

    def _fault(self, path: KeyPath, message: str, hint: str, rule: str = "matrix") -> None:
        self.problems.append(self.document.problem(path, message, hint=hint, rule=rule))

    def _axis(self, name: str, axis: schema.SuitesAxis | list[AxisValue]) -> list[str]:
        path: KeyPath = ("axes", name)
        if name == CONFIG_AXIS and not isinstance(axis, schema.SuitesAxis):
            listed = ", ".join(str(value) for value in axis)
            hint = f"write `{name}: {{suites: [{listed}]}}`, or call an axis of other values something else"
            self._fault(path, "a plain list chooses no test configurations", hint)
        faults = len(self.problems)
        values = self._suites(path, axis) if isinstance(axis, schema.SuitesAxis) else [str(value) for value in axis]
        if not values and len(self.problems) == faults:
            self._fault(path, f"axis {name!r} is empty", "an empty axis would empty the whole matrix")
        for index, value in enumerate(values):
            if value in values[:index]:
                self._fault((*path, index), f"axis {name!r} has {value!r} twice", "remove one of them")
            if name == ARM_AXIS and value not in ARMS:
                self._fault((*path, index), f"unknown arm {value!r}", suggest(value, ARMS))
        return list(dict.fromkeys(values))

    def _suites(self, path: KeyPath, axis: schema.SuitesAxis) -> list[str]:
        known = self.configurations
        if axis.suites == "all":
            return list(known)
        if isinstance(axis.suites, list):
            for index, name in enumerate(axis.suites):
                self._known_configuration((*path, "suites", index), name)
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

    def _known_configuration(self, path: KeyPath, name: str) -> None:
        if name not in self.configurations:
            self._fault(path, f"unknown configuration {name!r}", suggest(name, self.configurations), "names")

    def _product(self, axes: Mapping[str, list[str]]) -> list[Point]:
        count = math.prod(len(values) for values in axes.values())
        if count > MOST_POINTS:
            self._fault(("axes",), f"the axes make {count:,} rows", f"at most {MOST_POINTS:,}: split the pipeline")
        if not axes or count > MOST_POINTS:
            return []
        combinations = itertools.product(*axes.values())
        return [Point(dict(zip(axes, values, strict=True)), ("axes",)) for values in combinations]

    def _exclude(self, index: int, product: list[Point]) -> list[Point]:
        """The points that one exclude takes out; taking out none is a fault."""
        entry = self.model.exclude[index]
        for name in entry:
            if name not in self.model.axes:
                path: KeyPath = ("exclude", index, name)
                self._fault(path, f"no axis is called {name!r}", suggest(name, self.model.axes))
                return []
        if not entry:
            self._fault(("exclude", index), "this exclude names no axis", "it would take out every row")
            return []
        wanted = {name: str(value) for name, value in entry.items()}
        matched = [point for point in product if wanted.items() <= point.values.items()]
        if not matched and product:
            self._fault(("exclude", index), "this exclude matches no row", "remove it, or correct its values")
        return matched

    def _include(self, index: int, entry: Mapping[str, AxisValue], axes: Mapping[str, list[str]]) -> Point:
        """The axes' order first, so that the same values make the same id however they are written."""
        path: KeyPath = ("include", index)
        if not entry:
            self._fault(path, "this include is empty", "name at least one value")
        order = [*(name for name in axes if name in entry), *(name for name in entry if name not in axes)]
        values = {name: str(entry[name]) for name in order}
        if self.config_axis in values:
            self._known_configuration((*path, self.config_axis), values[self.config_axis])
        if values.get(ARM_AXIS, ARMS[0]) not in ARMS:
            self._fault((*path, ARM_AXIS), f"unknown arm {values[ARM_AXIS]!r}", suggest(values[ARM_AXIS], ARMS))
        return Point(values, path)
