"""build-wheels: builds wheels once or for each Python, repairs, names and checks them, and hands them over."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path

from shuntyard.ci import github
from shuntyard.contract import Contract, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS
from shuntyard.wheels import outputs, row
from shuntyard.wheels.inputs import BUILD
from shuntyard.wheels.ledger import Ledger
from shuntyard.wheels.order import fill, read_order, scratch
from shuntyard.wheels.place import Ground
from shuntyard.wheels.telling import say, summary

CONTRACT = Contract(
    name="build-wheels",
    summary="Build wheels, once or for each Python; repair, name and check them, and hand them over.",
    workspace=True,
    inputs=(*BUILD, *row.INPUTS),
    outputs=(
        Output(name="results", help="The folder with the results."),
        Output(name="artifact", help="The name for the artifact that it becomes."),
        Output(name="outcome", help="passed, failed, error or empty."),
        Output(name="wheels", help="The folder that is handed over; empty when it is not."),
        Output(name="wheels-artifact", help="The name for the artifact that it becomes: it carries every axis."),
        Output(name="built-in", help="container or host."),
    ),
    toolkit=True,
    libraries="images",
    exits={0: "built and sound", 1: "a build or a check failed", 2: "a wrong input", 3: "a bug", 130: "interrupted"},
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    start, workspace = time.monotonic(), Path.cwd()
    place, folder = row.read_place(inputs, env, workspace), Path(str(inputs["wheels"])).absolute()
    told = {"results": str(place.results), "artifact": place.artifact}
    github.write_outputs(env, told)  # now, so that what there is can be uploaded when the job is cancelled
    with scratch(str(inputs["work"]), env) as work:
        ground = Ground(work=work, logs=place.logs, env=env, timeout_s=float(inputs["timeout-minutes"]) * 60)
        order = read_order(inputs, ground, workspace, place.values)
        outputs.prepare(folder)
        print("\n".join(say(order)), flush=True)
        ledger = Ledger(work)
        files = fill(order, ledger)
        if ledger.good:
            outputs.deliver(files, folder, order.wish.axes, order.facts)
    outcome = row.write(place, ledger, time.monotonic() - start)
    row.tell(ledger, env)
    github.write_summary(env, summary(order, ledger, folder if ledger.good else None))
    handed = {"wheels": str(folder) if ledger.good else "", "built-in": order.place.about["built-in"]}
    named = {"outcome": outcome, "wheels-artifact": place.handover(outputs.KIND, order.wish.axes)}
    return Done(outputs={**told, **handed, **named}, exit_code=EXIT_GOOD if outcome == "passed" else EXIT_PROBLEMS)


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
