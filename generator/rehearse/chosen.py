"""What select-rows chose in the run, and what the rehearsal left of it: read from the select job's outputs. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from generator.rehearse.observe import Job
from shuntyard import wire
from shuntyard.packed import unpack
from shuntyard.plan import Plan, Unit

SELECT_ROWS = "select-rows"
CUT = "cut"  # the id of the step that the rehearsal puts behind select-rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What select-rows chose in the run: all of it, and what was left of it for this machine. None: it never said."""

    whole: tuple[Unit, ...] | None = None
    kept: frozenset[str] = frozenset()
    prefix: str = ""


def read_chosen(observed: Sequence[Job]) -> Chosen:
    """What the select job said."""
    for job in observed:
        given = {step: outputs for step, outputs in job.outputs.items() if "plan" in outputs and CUT not in step}
        inner = max((step for step in given if SELECT_ROWS in step), key=len, default=None)
        if inner is None:
            continue
        whole = _units(given[inner]["plan"])
        kept = _units(given.get((SELECT_ROWS,), given[inner])["plan"])
        prefix = given[inner].get("artifacts", "").removesuffix("--*")
        return Chosen(whole=whole, kept=frozenset(unit.id for unit in kept), prefix=prefix)
    return Chosen()


def _units(plan: str) -> tuple[Unit, ...]:
    """The units of a plan as select-rows gives it; none where it is something else."""
    try:
        return wire.decode(Plan, json.loads(unpack(plan))).units
    except ValueError:
        return ()
