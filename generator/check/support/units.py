"""The jobs that a pipeline's matrix can become, asked of the selection itself, so that both always agree."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from shuntyard import wire
from shuntyard.evidence import artifact_name, call_name
from shuntyard.packed import pack
from shuntyard.plan import MODES, CompiledPipeline, Mode, Plan, Unit
from shuntyard.select import Request, groups, matrix, select


def units(pipeline: CompiledPipeline, mode: Mode = "paired") -> list[Unit]:
    """Every unit of the pipeline in a mode, without the limit of a real selection: row by row, then joined by id."""
    found: dict[str, Unit] = {}
    for row in pipeline.rows:
        for unit in select(replace(pipeline, rows=(replace(row, sizes=()),)), Request(mode=mode)).plan.units:
            known = found.get(unit.id)
            found[unit.id] = replace(unit, rows=(*known.rows, *unit.rows)) if known else unit
    return list(found.values())


def most_units(pipeline: CompiledPipeline) -> tuple[Mode, list[Unit]]:
    """The mode that makes most units, and these."""
    by_mode = {mode: units(pipeline, mode) for mode in MODES}
    mode = max(MODES, key=lambda name: (len(by_mode[name]), sum(len(unit.rows) for unit in by_mode[name])))
    return mode, by_mode[mode]


def select_outputs(pipeline: CompiledPipeline, chosen: Iterable[Unit]) -> dict[str, str]:
    """The outputs of scripts/select_rows.py for these units, by name; a test compares them with the script's own."""
    name = pipeline.pipeline
    plan = Plan(pipeline=name, units=tuple(chosen), groups=pipeline.groups)
    return {
        "pipeline": name,
        "matrix": json.dumps(matrix(plan), separators=(",", ":")),
        "plan": pack(json.dumps(wire.encode(plan))),
        "count": str(len(plan.units)),
        "artifacts": artifact_name(name, "", "*"),
        "groups": json.dumps(groups(plan), separators=(",", ":")),
        "size": max(pipeline.sizes, key=len, default=""),
        "call": call_name(name, ""),
    }


def utf16(outputs: Iterable[str]) -> int:
    """The bytes that GitHub counts for outputs."""
    return sum(len(text.encode("utf-16-le")) for text in outputs)
