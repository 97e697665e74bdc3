"""A job's `with` → symbols: plain values as they are, values of rows and sizes as what a runner looks up."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from generator import schema
from generator.faults import suggest
from generator.pipeline import JobOutput, Joined, Lookup, MatrixField, Value
from generator.source import Document, KeyPath
from shuntyard.errors import Problem

SELECT = "select"
ROW_VALUES = "plan.rows[0].values"  # of a row's own job: a unit's rows agree in all that its job may ask for
GROUP_VALUES = "values"
OTHER_VALUES = "all"


class ValueReader:
    """The symbols of one job's `with`; collects problems on the way."""

    def __init__(self, model: schema.PipelineFile, document: Document, name: str) -> None:
        self.model = model
        self.document = document
        self.path: KeyPath = ("jobs", name)
        self.job = model.jobs[name]
        self.axes = _axes(model)
        self.problems: list[Problem] = list(self._group_problems())

    def values(self) -> dict[str, Value]:
        """Every value of the job's `with`, by its input."""
        return {name: self._value((*self.path, "with", name), value) for name, value in self.job.with_.items()}

    def _value(self, path: KeyPath, value: schema.FromAxis | schema.ByValue | str | bool | int) -> Value:
        match value:
            case schema.FromAxis(axis=str(axis), prefix=""):
                return self._axis((*path, "axis"), axis) or ""
            case schema.FromAxis(axis=axes, prefix=prefix):
                return self._joined((*path, "axis"), [axes] if isinstance(axes, str) else axes, prefix)
            case schema.ByValue(by=schema.SIZE, values=table) if self.model.sizes:
                self._check_table(path, table, self.model.sizes, "size")
                return Lookup(JobOutput(SELECT, "size"), dict(table))
            case schema.ByValue(by=axis, values=table):
                found = self._axis((*path, "by"), axis, single=True)
                self._check_table(path, table, self.axes.get(axis, ()), axis)
                return Lookup(found, dict(table)) if found else ""
            case _:
                return value

    def _joined(self, path: KeyPath, axes: Sequence[str], prefix: str) -> Joined:
        parts: list[str | MatrixField] = [prefix] if prefix else []
        for index, axis in enumerate(axes):
            found = self._axis((*path, index) if len(axes) > 1 else path, axis, single=True)
            parts += (["-"] if index else []) + ([found] if found else [])
        return Joined(tuple(parts))

    def _axis(self, path: KeyPath, axis: str, *, single: bool = False) -> MatrixField | None:
        """The field that holds the value on an axis; `single` where one value is needed."""
        if axis not in self.axes:
            self._fault(path, f"no axis is called {axis!r}", suggest(axis, self.axes))
            return None
        if self.job.rows and axis != self.model.together:
            return MatrixField(ROW_VALUES, key=axis)
        if axis in self.job.axes:
            return MatrixField(GROUP_VALUES, key=axis)
        if self.job.axes and not single:
            return MatrixField(OTHER_VALUES, key=axis)
        hint = "name an axis that all rows of one job share"
        self._fault(path, f"the job has no one value on the axis {axis!r}", hint)
        return None

    def _check_table(self, path: KeyPath, table: Mapping[str, str], wanted: Collection[str], what: str) -> None:
        for value in wanted:
            if value not in table:
                self._fault((*path, "values"), f"there is nothing for the {what} {value!r}", "add it")
        for value in table:
            if wanted and value not in wanted:
                self._fault((*path, "values", value), f"no row has the {what} {value!r}", suggest(value, wanted))

    def _group_problems(self) -> Iterator[Problem]:
        for index, axis in enumerate(self.job.axes):
            if axis not in self.axes:
                message, hint = f"no axis is called {axis!r}", suggest(axis, self.axes)
                yield self.document.problem((*self.path, "matrix", index), message, hint=hint, rule="jobs")
        if self.job.matrix == []:
            hint = "name an axis, or write `rows`"
            yield self.document.problem((*self.path, "matrix"), "this matrix names no axis", hint=hint, rule="jobs")

    def _fault(self, path: KeyPath, message: str, hint: str) -> None:
        self.problems.append(self.document.problem(path, message, hint=hint, rule="jobs"))


def _axes(model: schema.PipelineFile) -> dict[str, tuple[str, ...]]:
    """The values of each axis as far as the file lists them; an axis of configurations has none here."""
    found: dict[str, dict[str, None]] = {
        name: dict.fromkeys(map(str, axis)) if isinstance(axis, list) else {} for name, axis in model.axes.items()
    }
    for entry in model.include:
        for name, value in entry.items():
            if not isinstance(model.axes.get(name), schema.SuitesAxis):
                found.setdefault(name, {})[str(value)] = None
    return {name: tuple(values) for name, values in found.items()}
