"""Puts a step behind select-rows, in the toolkit's copy, that leaves out what cannot run here.

The report and the gate then judge what did run. act's own `--matrix` filter would hide the units from the matrix job
only, and the gate would rightly miss them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from generator.check.support.shape import mapping
from generator.source import read

ACTION = "select-rows"
WHOLE = "select-rows-whole"
_CUT = ("matrix", "count")
# The matrix travels in the script's text: a variable holds at most 128 KiB, a matrix up to 1 MB. It is one line of
# JSON, so that it cannot hold the line that ends it.
_SCRIPT = """\
cat > "$RUNNER_TEMP/rehearsed-matrix.json" <<'END_OF_THE_MATRIX'
${{ steps.whole.outputs.matrix }}
END_OF_THE_MATRIX
"$SHUNTYARD_REHEARSAL_PYTHON" -BSE "$SHUNTYARD_REHEARSAL_RUN" cut-rows "$RUNNER_TEMP/rehearsed-matrix.json"
"""


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
    values = {name: f"${{{{ steps.{'cut' if name in _CUT else 'whole'}.outputs.{name} }}}}" for name in outputs}
    wrapped = {
        "name": ACTION,
        "description": "select-rows, and a step that leaves out what cannot run here.",
        "inputs": inputs,
        "outputs": {name: {"description": name, "value": value} for name, value in values.items()},
        "runs": {"using": "composite", "steps": [call, {"id": "cut", "shell": "bash", "run": _SCRIPT}]},
    }
    original.mkdir()
    (original / "action.yml").write_text(json.dumps(wrapped, indent=2), encoding="utf-8")
