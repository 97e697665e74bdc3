"""run-planned: run the tests that plan-shards gave to this job, its cards side by side."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from shuntyard.ci import github
from shuntyard.contract import Contract, Value
from shuntyard.entry import Done, main
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS
from shuntyard.planned.inputs import INPUTS, OUTPUTS
from shuntyard.planned.job import read_job
from shuntyard.planned.record import run_job
from shuntyard.run_report import in_one_line, summary
from shuntyard.unit import is_good

CONTRACT = Contract(
    name="run-planned",
    summary="Run the tests that plan-shards gave to this job, its cards side by side.",
    workspace=True,
    inputs=INPUTS,
    outputs=OUTPUTS,
    exits={
        0: "all passed, or the plan has no work for this job",
        1: "a test, a file or the preparation failed",
        2: "a wrong input",
        3: "a bug in Shuntyard",
        130: "interrupted; results up to there are written",
    },
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    job = read_job(CONTRACT, inputs, env)
    setting = job.setting
    places = {"results": str(setting.results), "artifact": setting.artifact}
    github.write_outputs(env, places)  # now, so that what there is can be uploaded when the job is cancelled
    if not job.cards:
        setting.console.say(f"The plan has {len(job.plan.jobs)} jobs: nothing is left for job {setting.shard.index}.")
    result = run_job(job, str(inputs["prepare"]))
    setting.console.say(in_one_line(result))
    github.write_summary(env, summary([result]))
    good = not job.cards or is_good(result.outcome, setting.shard.of)
    told = {"outcome": result.outcome, "rows": json.dumps({job.row.id: result.outcome})}
    return Done(outputs={**places, **told}, exit_code=EXIT_GOOD if good else EXIT_PROBLEMS)


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
