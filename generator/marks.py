"""What a pipeline file says about its rows besides their values: which are experimental, and in which size of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from generator import schema
from generator.alphabet import AxisValue
from generator.faults import suggest
from generator.source import Document, KeyPath
from shuntyard.errors import Problem
from shuntyard.plan import EXPERIMENTAL


class MarkReader:
    """The marks of one pipeline's rows; collects problems on the way."""

    def __init__(self, model: schema.PipelineFile, document: Document, rows: Sequence[Mapping[str, str]]) -> None:
        self.model = model
        self.document = document
        self.rows = rows
        self.problems: list[Problem] = []
        self._check_experimental()
        self._check_sizes()

    def stage(self, values: Mapping[str, str]) -> str:
        """EXPERIMENTAL where one of the entries fits the row."""
        fits = any(_texts(entry).items() <= values.items() for entry in self.model.experimental)
        return EXPERIMENTAL if fits else ""

    def sizes(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """The sizes that have the row; none where all have."""
        fitting = tuple(name for name, size in self.model.sizes.items() if _in_size(values, size))
        return () if len(fitting) == len(self.model.sizes) else fitting

    def crons(self) -> dict[str, str]:
        """Which size a schedule has, by its cron."""
        crons = {}
        listed = isinstance(self.model.triggers.schedule, list)
        for index, schedule in enumerate(self.model.triggers.schedules()):
            if schedule.size is None:
                continue
            if schedule.size not in self.model.sizes:
                place = (*self._schedule_path(), *((index,) if listed else ()), "size")
                self._fault(place, f"unknown size {schedule.size!r}", suggest(schedule.size, self.model.sizes))
            crons[schedule.cron] = schedule.size
        return crons

    def _schedule_path(self) -> KeyPath:
        """Where the schedule stands: with the triggers, or with those of the phase."""
        phase = self.model.phases.get(self.model.phase or "")
        said = phase is not None and "schedule" in phase.model_fields_set
        return ("phases", self.model.phase or "", "schedule") if said else ("triggers", "schedule")

    def _check_experimental(self) -> None:
        for index, entry in enumerate(self.model.experimental):
            path: KeyPath = ("experimental", index)
            wanted = _texts(entry)
            if not entry:
                self._fault(path, "this entry names no axis", "it would make every row experimental")
            elif not any(wanted.items() <= row.items() for row in self.rows):
                self._fault(path, "this entry fits no row", "remove it, or correct its values")
        if self.rows and self.model.experimental and all(self.stage(row) for row in self.rows):
            self._fault(("experimental",), "every row is experimental", "then nothing could ever fail a run")

    def _check_sizes(self) -> None:
        for name, size in self.model.sizes.items():
            for axis, values in size.items() if isinstance(size, dict) else ():
                known = {row[axis] for row in self.rows if axis in row}
                path: KeyPath = ("sizes", name, axis)
                if not known:
                    self._fault(path, f"no axis is called {axis!r}", suggest(axis, self.model.axes))
                for index, value in enumerate(values):
                    if known and str(value) not in known:
                        self._fault((*path, index), f"no row has the {axis} {value!r}", suggest(str(value), known))
            if self.rows and not any(_in_size(row, size) for row in self.rows):
                self._fault(("sizes", name), f"the size {name!r} has no rows", "widen it, or remove it")

    def _fault(self, path: KeyPath, message: str, hint: str) -> None:
        self.problems.append(self.document.problem(path, message, hint=hint, rule="matrix"))


def _in_size(values: Mapping[str, str], size: object) -> bool:
    if not isinstance(size, dict):
        return True
    return all(values.get(axis) in {str(value) for value in wanted} for axis, wanted in size.items())


def _texts(entry: Mapping[str, AxisValue]) -> dict[str, str]:
    return {name: str(value) for name, value in entry.items()}
