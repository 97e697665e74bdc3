"""After select-rows: leaves out the units that cannot run here, so that the report and the gate judge what did run."""

from __future__ import annotations

import json
from dataclasses import replace

from generator.rehearse.standins import cut, pythons
from generator.rehearse.standins.step import this
from shuntyard import wire
from shuntyard.packed import pack, unpack
from shuntyard.plan import Plan, Unit
from shuntyard.select import groups, matrix


def main() -> int:
    step = this()
    settings = step.settings

    def has_python(wanted: str) -> bool:
        return pythons.choose(wanted, pythons.remembered(step.folder, settings.search_path)) is not None

    def objection(unit: Unit) -> str:
        python = unit.rows[0].values.get("python", "")
        asked_for = cut.is_asked_for([row.id for row in unit.rows], settings.rows)
        return cut.obstacle(unit.runs_on, python, settings.labels, has_python) if asked_for else cut.NOT_ASKED

    plan = wire.decode(Plan, json.loads(unpack(step.inputs["plan"])))
    objections = {unit.id: objection(unit) for unit in plan.units}
    for unit_id, why in objections.items():
        if why:
            print(f"left out of this rehearsal: {unit_id}: {why}")
    kept = replace(plan, units=tuple(unit for unit in plan.units if not objections[unit.id]))
    step.output("matrix", json.dumps(matrix(kept), separators=(",", ":")))
    step.output("groups", json.dumps(groups(kept), separators=(",", ":")))
    step.output("plan", pack(json.dumps(wire.encode(kept))))
    step.output("count", str(len(kept.units)))
    return 0
