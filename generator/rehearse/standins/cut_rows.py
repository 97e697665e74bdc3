"""After select-rows: leaves out the units that cannot run here, so that the report and the gate judge what did run."""

from __future__ import annotations

import json
from pathlib import Path

from generator.rehearse.standins import cut, pythons
from generator.rehearse.standins.step import this


def main(matrix_file: str) -> int:
    """The matrix comes in the file `matrix_file`: a variable could not hold a large one."""
    step = this()
    settings = step.settings
    matrix = json.loads(Path(matrix_file).read_text(encoding="utf-8"))
    kept = []
    for unit in matrix["include"]:
        why = cut.obstacle(
            unit["runs-on"], unit.get("python", ""), settings.labels,
            lambda wanted: pythons.choose(wanted, settings.search_path) is not None,
        )  # fmt: skip
        if not why and not cut.is_asked_for([row["id"] for row in unit["plan"]["rows"]], settings.rows):
            why = cut.NOT_ASKED
        if why:
            print(f"left out of this rehearsal: {unit['unit']}: {why}")
        else:
            kept.append(unit)
    step.output("matrix", json.dumps({**matrix, "include": kept}, separators=(",", ":")))
    step.output("count", str(len(kept)))
    return 0
