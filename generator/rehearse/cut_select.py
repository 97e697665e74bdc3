"""Puts a step behind select-rows, in the toolkit's copy, that leaves out what cannot run here.

The report and the gate then judge what did run. act's own `--matrix` filter would hide the units from the matrix job
only, and the gate would rightly miss them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from generator.shape import mapping
from generator.source import read

ACTION = "select-rows"
WHOLE = "select-rows-whole"
CUT_OUTPUTS = ("matrix", "groups", "plan", "count")
_RUN = '"$SHUNTYARD_REHEARSAL_PYTHON" -BSE "$SHUNTYARD_REHEARSAL_RUN" cut-rows'


def cut_select_rows(toolkit: Path, reference: Callable[[str], str]) -> None:
    """Moves the action aside and puts one in its place that calls it and cuts what it chose."""
    original = toolkit / "actions" / ACTION
    whole = original.rename(toolkit / "actions" / WHOLE)
    action = mapping(read(whole / "action.yml", strict=False).data)
    inputs, outputs = mapping(action.get("inputs")), mapping(action.get("outputs"))
    call = {
        "id": "whole",
        "uses": reference(f"actions/{WHOLE}"),
        "with": {name: f"${{{{ inputs.{name} }}}}" for name in inputs},
    }
    cut = {"id": "cut", "shell": "bash", "env": {"INPUT_PLAN": "${{ steps.whole.outputs.plan }}"}, "run": _RUN}
    values = {name: f"${{{{ steps.{'cut' if name in CUT_OUTPUTS else 'whole'}.outputs.{name} }}}}" for name in outputs}
    wrapped = {
        "name": ACTION,
        "description": "select-rows, and a step that leaves out what cannot run here.",
        "inputs": inputs,
        "outputs": {name: {"description": name, "value": value} for name, value in values.items()},
        "runs": {"using": "composite", "steps": [call, cut]},
    }
    original.mkdir()
    (original / "action.yml").write_text(json.dumps(wrapped, indent=2), encoding="utf-8")
