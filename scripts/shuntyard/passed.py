"""Whether what is to be published passed its tests: the rows of a report that tell about it. Reads the report's file.

A wheel or an image carries axes, such as rocm 7.2.0 and python 3.12. It may go out when at least one row has all of
these values, and every such row passed and ran a test: a row whose tests were all skipped has shown nothing.

An image may go out only if none of these rows says that it ran elsewhere: `test-image` leaves a case that says whether
the suite ran in a container, and of which image.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.options import words
from shuntyard.report import SCHEMA, Report, RowReport

CONTAINER = "image::(container)"  # passed: its message is the image's digest; skipped: the suite ran on the host
_HINT = "pass the report.json that analyse-results wrote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """`failed` are the ids of the rows that stand in the way, `outside` those that passed without the image in
    question; `good` is false also where no row tells anything."""

    good: bool
    failed: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    run_id: str = ""

    @property
    def why_not(self) -> str:
        """One sentence; empty when it is good."""
        if self.good:
            return ""
        if not self.rows:
            return "the report has no row that tested it"
        if self.failed:
            return f"not passed: {', '.join(self.failed)}"
        return f"not run in a container of it: {', '.join(self.outside)}"


def passed_rows(report_json: Path, axes: Mapping[str, str], *, image: str = "") -> Passed:
    """What the report says about these axes; without axes, about every row. `image` is the digest that they tell about.

    Raises ShuntyardError where there is no report or it cannot be read.
    """
    report = read_report(report_json)
    rows = [row for row in report.rows if all(row.values.get(name) == value for name, value in axes.items())]
    failed = tuple(row.id for row in rows if not _is_shown(row))
    ids = tuple(row.id for row in rows)
    outside = tuple(row.id for row in rows if image and _is_outside(row, image))
    good = bool(rows) and not failed and not outside
    return Passed(good=good, failed=failed, outside=outside, rows=ids, run_id=report.run.run_id)


def _is_shown(row: RowReport) -> bool:
    return row.outcome == "passed" and row.tests > row.skipped


def _is_outside(row: RowReport, image: str) -> bool:
    cases = [case for run in row.runs for case in run.cases if case.case == CONTAINER]
    return any(case.outcome != "passed" or image not in case.message for case in cases)


def read_report(path: Path) -> Report:
    """The report, from its file or the folder that has it. Raises ShuntyardError."""
    path = path / "report.json" if path.is_dir() else path
    try:
        report = wire.decode(Report, json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ShuntyardError(f"the report {path} cannot be read: {error.strerror or error}", hint=_HINT) from error
    except (ValueError, RecursionError) as error:
        raise ShuntyardError(f"the report {path} is not understood: {error}", hint=_HINT) from error
    if report.schema != SCHEMA:
        raise ShuntyardError(f"the report {path} has schema {report.schema}, this reads {SCHEMA}", hint=_HINT)
    return report


def read_axes(text: str) -> dict[str, str]:
    """`rocm=7.2.0 python=3.12` as a mapping. Raises ShuntyardError for a word that is no such pair."""
    axes: dict[str, str] = {}
    for word in words(text):
        name, equals, value = word.partition("=")
        if not name or not equals or name in axes:
            raise ShuntyardError(f"the axis {word!r} is not understood", hint="write each once, as rocm=7.2.0")
        axes[name] = value
    return axes
