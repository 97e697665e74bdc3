"""plan-shards: which tests of a scope run on how many cards, as a matrix of jobs and a file with the rest."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

from shuntyard.ci import github
from shuntyard.contract import Contract, Value
from shuntyard.entry import Done, main
from shuntyard.evidence import handover_artifact
from shuntyard.lists.fetch import web
from shuntyard.locate import commit
from shuntyard.options import read_instance
from shuntyard.shards.inputs import INPUTS, OUTPUTS
from shuntyard.shards.make import make_plan
from shuntyard.shards.planfile import KIND, matrix, write
from shuntyard.shards.told import told
from shuntyard.text import line

SHIPPED = Path(__file__).resolve().parent.parent / "matrices" / "scopes"

CONTRACT = Contract(
    name="plan-shards",
    summary="Plan the enabled tests of a scope onto cards, and say why the others do not run.",
    workspace=True,
    permissions={"pull-requests": "read"},
    inputs=INPUTS,
    outputs=OUTPUTS,
    exits={0: "planned, perhaps nothing", 2: "an input is wrong", 3: "a bug in Shuntyard", 130: "interrupted"},
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    instance = read_instance(str(inputs["instance"]))
    today = datetime.now(timezone.utc).date()
    access = web(env.get("GH_TOKEN", "").strip())
    plan = make_plan(inputs, env, shipped=SHIPPED, access=access, lists=web(), today=today)
    folder = Path(str(inputs["plan"]) or Path(env.get("RUNNER_TEMP") or tempfile.gettempdir(), "shuntyard-plan"))
    write(folder, plan, upstream=commit(Path(str(inputs["tests"])).resolve(), ""))
    text = told(plan)
    print(text)
    for note in plan.notes:
        in_ci = env.get("GITHUB_ACTIONS")
        shown = line(note, 1000)
        print(github.annotation("warning", shown, title="plan-shards") if in_ci else f"warning: {shown}")
    shown_lines = [*text.splitlines(), *(line(note, 1000) for note in plan.notes)]
    github.write_summary(env, "".join(f"    {each}\n" for each in shown_lines))
    outputs = {
        "matrix": json.dumps(matrix(plan), separators=(",", ":")),
        "count": str(len(plan.jobs)),
        "plan": str(folder),
        "artifact": handover_artifact(str(inputs["pipeline"]), instance, KIND, [plan.hardware]),
        "enabled": str(plan.enabled),
        "makespan-seconds": f"{plan.makespan_s:.0f}",
        "bound-seconds": f"{plan.bound_s:.0f}",
        "reasons": json.dumps(plan.reasons),
        "flags": json.dumps(plan.flags),
        "reenabled-issues": ",".join(map(str, plan.reenabled)),
        "unstable": str(plan.unstable).lower(),
        "notes": json.dumps(plan.notes),
    }
    return Done(outputs=outputs)


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
