"""check-packages: what tools find in wheels and source distributions, and whether they install and import."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path

from shuntyard.ci import github
from shuntyard.contract import Contract, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS
from shuntyard.wheels import row
from shuntyard.wheels.inputs import CHECK
from shuntyard.wheels.ledger import Ledger
from shuntyard.wheels.order import check_tools, scratch
from shuntyard.wheels.place import Ground
from shuntyard.wheels.verify import verify

CONTRACT = Contract(
    name="check-packages",
    summary="Check wheels and source distributions, install them in a clean environment, and import them.",
    inputs=(*CHECK, *row.INPUTS),
    outputs=(
        Output(name="results", help="The folder with the results."),
        Output(name="artifact", help="The name for the artifact that it becomes."),
        Output(name="outcome", help="passed, failed, error or empty."),
        Output(name="findings", help="The path of what was found, as JSON: check, file, rule, message."),
        Output(name="found", help="How many findings there are."),
    ),
    toolkit=True,
    libraries="images",
    exits={0: "sound", 1: "something was found", 2: "a wrong input", 3: "a bug in Shuntyard", 130: "interrupted"},
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    start, base = time.monotonic(), Path.cwd()
    check_tools()
    place = row.read_place(inputs, env, base)
    told = {"results": str(place.results), "artifact": place.artifact}
    github.write_outputs(env, told)  # now, so that what there is can be uploaded when the job is cancelled
    with scratch(str(inputs["work"]), env) as work:
        ground = Ground(work=work, logs=place.logs, env=env, timeout_s=float(inputs["timeout-minutes"]) * 60)
        ledger = Ledger(work)
        verify(inputs, Path(str(inputs["packages"])).absolute(), ground, ledger, base)
    outcome = row.write(place, ledger, time.monotonic() - start)
    row.tell(ledger, env)
    found = {"findings": str(place.logs / "findings.json"), "found": str(len(ledger.findings))}
    code = EXIT_GOOD if outcome == "passed" else EXIT_PROBLEMS
    return Done(outputs={**told, **found, "outcome": outcome}, exit_code=code)


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
