"""The page's figures for programs: one JSON object, with the rule that decided each class."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shuntyard.nightly.classify import Judged
from shuntyard.nightly.view import Cell, Line, View

SCHEMA = 1
_SIGNS = 50  # of one run
_TEXT = 1000


def facts(view: View) -> dict[str, Any]:
    """`schema`, `generated_at`, `answer`, `pipelines`, `totals`, `nights` (newest first) and `problems`."""
    asked, totals = view.asked, view.totals
    return {
        "schema": SCHEMA,
        "generated_at": f"{asked.now.isoformat(timespec='seconds')}Z",
        "history": view.where,
        "repository": asked.repository,
        "answer": {"tone": view.tone, "word": view.word, "sentence": view.sentence},
        "pipelines": [
            {
                "name": each.name,
                "role": each.role,
                "expected": sorted(each.expected),
                "nights": totals.states[each.name],
            }
            for each in asked.pipelines
        ],
        "totals": {
            "nights": totals.nights,
            "caught": totals.caught,
            "kinds": {
                role: {
                    each.kind: {
                        "alone": each.alone,
                        "both": each.both,
                        "unpaired": each.unpaired,
                        "nights": each.nights,
                    }
                    for each in kinds
                }
                for role, kinds in totals.kinds.items()
            },
        },
        "nights": [_night(line) for line in view.lines],
        "problems": [{"file": problem.file, "message": problem.message} for problem in view.problems],
    }


def _night(line: Line) -> dict[str, Any]:
    return {
        "night": line.night.day.isoformat(),
        "caught": line.reading.caught,
        "class": line.reading.word,
        "rule": line.reading.rule.id,
        "area": list(line.reading.area),
        "reason": line.reason,
        "sides": {
            side.role: {"side": side.side, "kinds": dict(side.kinds)} for side in line.reading.sides
        },
        "pipelines": {cell.result.pipeline.name: _cell(cell) for cell in line.cells},
    }  # fmt: skip


def _cell(cell: Cell) -> dict[str, Any]:
    run = cell.result.run
    if run is None:
        return {"state": cell.result.state}
    return {
        "state": cell.result.state,
        "run": run.run_id,
        "attempt": run.attempt,
        "url": cell.address,
        "sha": run.sha,
        "began": f"{run.began.isoformat(timespec='seconds')}Z",
        "duration_s": round(run.duration_s, 3),
        "rows": {
            "passed": run.rows.passed,
            "failed": run.rows.failed,
            "not_run": run.rows.not_run,
            "experimental": run.rows.experimental,
            "experimental_bad": run.rows.experimental_bad,
        },
        "tests": run.tests,
        "tests_failed": run.tests_failed,
        "note": run.note,
        "earlier": [{"run": name, "outcome": outcome} for name, outcome in run.earlier],
        "signs": _signs(cell.signs.shown),
        "experimental_signs": _signs(cell.aside.shown),
    }


def _signs(judged: Iterable[Judged]) -> list[dict[str, str]]:
    return [
        {
            "row": each.sign.row,
            "name": each.sign.name,
            "outcome": each.sign.outcome,
            "message": each.sign.text[:_TEXT],
            "kind": each.rule.kind,
            "rule": each.rule.id,
        }
        for each in judged
    ][:_SIGNS]
